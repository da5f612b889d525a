#include "platforms/replay/copy.h"

namespace doorbell::replay {

Copy::Copy(Firmware& firmware, Processors& processors, const ReplayParameters& parameters,
           const std::string& trace, Place place)
    : processors_(processors),
      software_(firmware, trace::Reader(trace).header(), trace, place),
      engine_(firmware.platform().scheduler(), *this, *this, parameters, trace) {}

Task<bool> Copy::read(const trace::Access& access) {
  return software_.function(access.stream).read(access.iova, access.bytes);
}

Task<bool> Copy::write(const trace::Access& access) {
  return software_.function(access.stream).write(access.iova, access.bytes);
}

Task<bool> Copy::signal(const trace::Msi& msi) {
  if (!msi.lost && !software_.is_open(msi.stream, msi.event)) {
    const auto* what = &msi;
    const bool opened = co_await processors_.run(software_.processor(0), [this, what] {
      return software_.open_event(what->stream, what->event);
    });
    if (!opened) engine_.software_failed();
  }
  const auto outcome = co_await software_.function(msi.stream).signal(msi.event);
  co_return outcome != pcie::MsiOutcome::disabled&& outcome != pcie::MsiOutcome::merged;
}

Task<bool> Copy::perform(unsigned cpu, const trace::Operation& operation) {
  const auto* what = &operation;
  return processors_.run(software_.processor(cpu),
                         [this, what] { return software_.perform(*what); });
}

Task<bool> Copy::flush(unsigned cpu, trace::Stream stream) {
  return processors_.run(software_.processor(cpu), [this, stream] {
    software_.flush(stream);
    return true;
  });
}

}  // namespace doorbell::replay
