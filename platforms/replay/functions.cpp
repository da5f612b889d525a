#include "platforms/replay/functions.h"

namespace doorbell::replay {

Task<bool> Functions::read(const trace::Access& access) {
  return software_.function(access.stream).read(access.iova, access.bytes);
}

Task<bool> Functions::write(const trace::Access& access) {
  return software_.function(access.stream).write(access.iova, access.bytes);
}

Task<bool> Functions::signal(const trace::Msi& msi) {
  if (!msi.lost && !software_.is_open(msi.stream, msi.event)) {
    auto& software = software_;
    const auto stream = msi.stream;
    const auto event = msi.event;
    co_await processors_.run(
        0, [&software, stream, event] { return software.open_event(stream, event); });
  }
  const auto outcome = co_await software_.function(msi.stream).signal(msi.event);
  co_return outcome != pcie::MsiOutcome::disabled&& outcome != pcie::MsiOutcome::merged;
}

}  // namespace doorbell::replay
