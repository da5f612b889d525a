#include "doorbell/core/simulation.h"

namespace doorbell {

Simulation::Simulation()
    : acknowledged_(statistics_.group("msi"), "acknowledged",
                    {.unit = "MSIs", .better = Better::higher, .help = "taken by a processor"}),
      kernel_(std::make_unique<Kernel>("doorbell_kernel")) {
  journeys_.on_finish([this](const Journey& journey, Outcome outcome) {
    if (outcome == Outcome::acknowledged) acknowledged_.add(journey.latest());
  });
}

Simulation& Simulation::current() {
  static Simulation simulation;
  return simulation;
}

}  // namespace doorbell
