#include "platforms/replay/copy.h"

namespace doorbell::replay {

Copy::Copy(Firmware& firmware, Processors& processors, const ReplayParameters& parameters,
           const trace::Workload& workload, Place place)
    : processors_(processors),
      software_(firmware, workload.open()->header(), workload.name(), place),
      engine_(firmware.platform().scheduler(), *this, *this, parameters, workload.open()) {}

Task<bool> Copy::read(const trace::Access& access) {
  return software_.function(access.stream).read(software_.address(access), access.bytes);
}

Task<bool> Copy::write(const trace::Access& access) {
  return software_.function(access.stream).write(software_.address(access), access.bytes);
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

Task<bool> Copy::perform(const trace::Record& record) {
  const auto* what = &record;
  return processors_.run(software_.processor(record.cpu),
                         [this, what] { return software_.perform(*what); });
}

Task<bool> Copy::flush(unsigned cpu, trace::Stream stream) {
  return processors_.run(software_.processor(cpu), [this, stream] {
    software_.flush(stream);
    return true;
  });
}

}  // namespace doorbell::replay
