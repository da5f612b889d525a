// INV, INVALL, and SYNC, which waits for them (IHI 0069, 5.3).
#include <algorithm>
#include <optional>

#include "doorbell/gic/its_commands.h"

namespace doorbell::gic {

using gic_message::Kind;
using gic_message::Request;

Task<ItsError> ItsCommands::invalidate_interrupt(ItsCommand command) {
  const Target target = co_await target_of(command.DeviceID, command.EventID);
  if (target.error != ItsError::none) co_return target.error;
  const Request request{.kind = Kind::invalidate_lpi, .intid = target.INTID, .by_command = true};
  co_await invalidate(target.processor, request);
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::invalidate_collection(ItsCommand command) {
  const auto collection = co_await translator_.collection(command.ICID);
  if (collection.error != ItsError::none) co_return collection.error;
  const Request request{.kind = Kind::invalidate_all_lpis, .by_command = true};
  co_await invalidate(static_cast<std::uint32_t>(collection.entry.RDbase), request);
  co_return ItsError::none;
}

Task<void> ItsCommands::invalidate(std::uint32_t target, Request request) {
  if (lpi_caches_ == LpiCacheScope::chip) {
    co_await links_.send(target, request);
    co_return;
  }
  for (std::uint32_t processor = 0; processor < invalidated_.size(); ++processor) {
    co_await links_.send(processor, request);
    invalidated_[processor] = true;
  }
}

Task<ItsError> ItsCommands::synchronize(ItsCommand command) {
  const std::optional<std::uint32_t> target = translator_.support().target(command.RDbase);
  if (!target) co_return ItsError::RDBASE_OOR;
  co_await translations_.wait();
  // An invalidation is over when it is at every redistributor that got it, whichever the command
  // names.
  invalidated_[*target] = true;
  const auto asked =
      static_cast<std::uint32_t>(std::count(invalidated_.begin(), invalidated_.end(), true));
  awaited_ += asked;
  for (std::uint32_t processor = 0; processor < invalidated_.size(); ++processor) {
    if (!invalidated_[processor]) continue;
    invalidated_[processor] = false;
    const Request request{.kind = Kind::sync, .token = ++token_, .by_command = true};
    co_await links_.send(processor, request);
  }
  while (awaited_ != 0)
    co_await answered_.wait();
  co_return ItsError::none;
}

}  // namespace doorbell::gic
