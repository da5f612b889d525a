// MOVI, MOVALL, INT, CLEAR (IHI 0069, 5.3).
#include <optional>

#include "doorbell/gic/its_commands.h"

namespace doorbell::gic {

using gic_message::Kind;
using gic_message::Request;

Task<ItsError> ItsCommands::move_interrupt(ItsCommand command) {
  const Target from = co_await target_of(command.DeviceID, command.EventID);
  if (from.error != ItsError::none) co_return from.error;
  const auto to = co_await translator_.collection(command.ICID);
  if (to.error != ItsError::none) co_return to.error;
  const InterruptEntry entry{true, from.INTID, command.ICID};
  const ItsError error = co_await write_interrupt(command, entry);
  if (error != ItsError::none) co_return error;
  // MSIs that were translated by the old entry reach the old redistributor ahead of the question.
  co_await translations_.wait();
  const auto new_processor = static_cast<std::uint32_t>(to.entry.RDbase);
  if (new_processor == from.processor) co_return ItsError::none;
  const Request question{.kind = Kind::move_lpi, .intid = from.INTID};
  const gic_message::Acknowledge answer = co_await ask(from.processor, question);
  if (answer.was_pending) {
    const Request moved{
        .kind = Kind::set_lpi, .intid = from.INTID, .moved = true, .journey = answer.journey};
    co_await links_.send(new_processor, moved);
  }
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::move_all(ItsCommand command) {
  const std::optional<std::uint32_t> from = translator_.support().target(command.RDbase);
  const std::optional<std::uint32_t> to = translator_.support().target(command.RDbase2);
  if (!from || !to) co_return ItsError::RDBASE_OOR;
  if (*from == *to) co_return ItsError::none;
  co_await translations_.wait();
  // One pending LPI at a time leaves the one redistributor and enters the other.
  for (bool begins = true;; begins = false) {
    const Request question{.kind = Kind::move_all, .by_command = true, .begins = begins};
    const gic_message::Acknowledge answer = co_await ask(*from, question);
    if (!answer.was_pending) co_return ItsError::none;
    const Request moved{
        .kind = Kind::set_lpi, .intid = answer.intid, .moved = true, .journey = answer.journey};
    co_await links_.send(*to, moved);
  }
}

Task<ItsError> ItsCommands::raise(ItsCommand command) {
  const Target target = co_await target_of(command.DeviceID, command.EventID);
  if (target.error != ItsError::none) co_return target.error;
  statistics_.sent_by_INT.add();
  const Request request{.kind = Kind::set_lpi, .intid = target.INTID, .by_command = true};
  co_await links_.send(target.processor, request);
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::clear(ItsCommand command) {
  const Target target = co_await target_of(command.DeviceID, command.EventID);
  if (target.error != ItsError::none) co_return target.error;
  co_await translations_.wait();
  const Request request{.kind = Kind::clear_lpi, .intid = target.INTID, .by_command = true};
  co_await links_.send(target.processor, request);
  co_return ItsError::none;
}

}  // namespace doorbell::gic
