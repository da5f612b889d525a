#include "platforms/replay/replay.h"

#include "sw/native/native.h"

namespace doorbell::replay {

Replay::Replay(virt::Platform& platform, const ReplayParameters& parameters,
               const std::string& trace)
    : platform_(platform),
      software_(platform, header_of(trace), trace),
      processors_(platform, software_),
      functions_(software_, processors_),
      engine_(platform.scheduler(), functions_, processors_, parameters, trace),
      tasks_(platform.scheduler()) {
  sw::run_on_native_processors();
  for (unsigned i = 0; i < platform.processor_count(); ++i) {
    platform.processor(i).set_firmware([this, i] { run_firmware(i); });
  }
  platform.simulation().journeys().on_finish([this](const Journey& journey, Outcome outcome) {
    trace::Stream stream = 0;
    if (!software_.find_stream(journey.identity().stream, stream)) return;
    tasks_.spawn(tell(stream, journey.identity().event, outcome));
  });
}

trace::Header Replay::header_of(const std::string& trace) {
  return trace::Reader(trace).header();
}

void Replay::run_firmware(unsigned cpu) {
  software_.bring_up(cpu);
  if (cpu == 0) {
    if (on_ready_) on_ready_();
    engine_.start();
  }
  processors_.serve(cpu);
}

Task<void> Replay::tell(trace::Stream stream, std::uint32_t event, Outcome outcome) {
  switch (outcome) {
    case Outcome::acknowledged:
      engine_.msi_taken(stream, event);
      break;
    case Outcome::coalesced:
      engine_.msi_joined(stream, event);
      break;
    default:
      engine_.msi_lost(stream, event);
      break;
  }
  co_return;
}

std::uint64_t Replay::transactions() const {
  const auto& counts = engine_.counts();
  return counts.reads + counts.writes + counts.msis;
}

}  // namespace doorbell::replay
