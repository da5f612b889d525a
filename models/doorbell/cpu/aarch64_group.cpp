#include "doorbell/cpu/aarch64_group.h"

#include "doorbell/core/simulation.h"
#include "doorbell/cpu/aarch64_processor.h"

namespace doorbell::cpu {

Aarch64Group::Aarch64Group()
    : library_(EngineLibrary::find()), resumptions_(Simulation::current().scheduler()) {}

void Aarch64Group::add(Aarch64Processor& processor) {
  processors_.push_back(&processor);
}

/// Made when it is first asked for: then all processors are known.
Psci& Aarch64Group::psci() {
  if (psci_ == nullptr) {
    std::vector<std::uint64_t> affinities;
    for (const Aarch64Processor* processor : processors_)
      affinities.push_back(processor->mpidr_affinity());
    psci_ = std::make_unique<Psci>(std::move(affinities));
  }
  return *psci_;
}

void Aarch64Group::start_at(std::uint64_t entry, std::uint64_t argument) {
  psci().set_power(0, Psci::Power::pending);
  processors_.front()->turn_on(entry, argument);
}

void Aarch64Group::end(End end, int status, const std::string& why) {
  if (ended_) return;
  ended_ = true;
  if (end_listener_) end_listener_(end, status, why);
}

}  // namespace doorbell::cpu
