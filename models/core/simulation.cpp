#include "doorbell/core/simulation.h"

namespace doorbell {

Simulation::Simulation() : kernel_(std::make_unique<Kernel>("doorbell_kernel")) {}

Simulation& Simulation::current() {
  static Simulation simulation;
  return simulation;
}

}  // namespace doorbell
