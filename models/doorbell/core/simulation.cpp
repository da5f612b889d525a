#include "doorbell/core/simulation.h"

#include <limits>

#include "doorbell/core/arch/explanation.h"

namespace doorbell {

Simulation::Simulation()
    : acknowledged_(statistics_.group("msi"), "acknowledged",
                    {.unit = "MSIs", .better = Better::higher, .help = "taken by a processor"}),
      kernel_(std::make_unique<Kernel>("doorbell_kernel")) {
  journeys_.on_finish([this](const Journey& journey, Outcome outcome) {
    if (outcome == Outcome::acknowledged) acknowledged_.add(journey.latest());
  });
}

Simulation::~Simulation() = default;

void Simulation::explain_slowest(std::size_t count) {
  explanation_ = std::make_unique<Explanation>(stages_, count);
  journeys_.keep_spans(0, std::numeric_limits<std::uint64_t>::max());
  journeys_.on_finish(
      [this](const Journey& journey, Outcome outcome) { explanation_->add(journey, outcome); });
}

void Simulation::begin_measuring(Time now) {
  statistics_.reset(now);
  stage_statistics_.reset();
  journeys_.reset();
  if (explanation_) explanation_->reset();
}

Simulation& Simulation::current() {
  static Simulation simulation;
  return simulation;
}

}  // namespace doorbell
