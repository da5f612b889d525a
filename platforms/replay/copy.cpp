#include "platforms/replay/copy.h"

namespace doorbell::replay {

Copy::Copy(Firmware& firmware, Processors& processors, const ReplayParameters& parameters,
           const trace::Workload& workload, Place place)
    : processors_(processors),
      software_(firmware, workload.open()->header(), workload.name(), place),
      engine_(firmware.platform().scheduler(), *this, *this, parameters, workload.open()),
      opened_(firmware.platform().scheduler()) {}

Task<bool> Copy::read(const trace::Access& access) {
  return software_.function(access.stream).read(software_.address(access), access.bytes);
}

Task<bool> Copy::write(const trace::Access& access) {
  return software_.function(access.stream).write(software_.address(access), access.bytes);
}

/// The first message of a vector has it opened, and others wait for that.
Task<void> Copy::open(const trace::Msi& msi) {
  const std::pair vector{msi.stream, msi.event};
  while (opening_.contains(vector))
    co_await opened_.wait();
  if (msi.lost || software_.is_open(msi.stream, msi.event)) co_return;
  opening_.insert(vector);
  const bool well = co_await processors_.run(software_.processor(0), [this, vector] {
    return software_.open_event(vector.first, vector.second);
  });
  if (!well) engine_.software_failed();
  opening_.erase(vector);
  opened_.notify_all();
}

Task<Signalled> Copy::signal(const trace::Msi& msi) {
  const bool may_go = msi.lost || software_.is_open(msi.stream, msi.event);
  if (!may_go || !opening_.empty()) co_await open(msi);
  switch (co_await software_.function(msi.stream).signal(msi.event)) {
    case pcie::MsiOutcome::disabled:
      co_return Signalled::refused;
    case pcie::MsiOutcome::merged:
      co_return Signalled::merged;
    default:
      co_return Signalled::sent;
  }
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
