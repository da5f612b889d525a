#include "doorbell/pcie/root_complex.h"

#include <memory>
#include <string>

#include "doorbell/core/arch/state.h"
#include "doorbell/core/under_way.h"

namespace doorbell::pcie {
namespace {

BufferDepth depth_of(const RootComplexParameters& parameters) {
  return {.reads = parameters.processor_entries, .writes = parameters.processor_entries};
}

}  // namespace

RootComplex::RootComplex(const sc_core::sc_module_name& module_name,
                         const RootComplexParameters& parameters)
    : Module(module_name),
      configuration("configuration", tasks_, depth_of(parameters),
                    [this](Payload& payload) { return host_bridge_.serve(payload); }),
      processor_reads("processor_reads", tasks_, depth_of(parameters),
                      [this](Payload& payload) { return host_bridge_.serve(payload); }),
      processor_writes("processor_writes", tasks_, depth_of(parameters),
                       [this](Payload& payload) { return host_bridge_.serve(payload); }),
      memory_reads("memory_reads"),
      memory_writes("memory_writes"),
      parameters_(parameters),
      counters_(statistics()),
      requests_(scheduler()),
      host_bridge_(simulation(), parameters_, {ports_, requests_, counters_}),
      upstream_(simulation(), statistics(), parameters_,
                {memory_reads, memory_writes, requests_, counters_, tasks_}),
      tasks_(scheduler()) {
  for (TargetSocket* const socket : {&configuration, &processor_reads, &processor_writes})
    socket->on_debug([this](Payload& payload) { return host_bridge_.debug(payload); });
  for (unsigned i = 0; i < parameters_.ports.size(); ++i) {
    ports_.add(std::make_unique<RootPort>(
        scheduler(), statistics().group("port" + std::to_string(i)), i, parameters_.ports[i],
        [this, i](Tlp& tlp) { upstream_.receive(ports_[i], tlp); }, tasks_));
  }
}

void RootComplex::save(StateWriter& state) const {
  HostBridge::describe(host_bridge_, state);
}

void RootComplex::restore(StateReader& state) {
  HostBridge::describe(host_bridge_, state);
}

std::string RootComplex::busy() const {
  if (requests_.outstanding() != 0)
    return under_way(requests_.outstanding(), "requests to functions");
  return under_way(memory_reads.outstanding() + memory_writes.outstanding(),
                   "transactions of functions");
}

}  // namespace doorbell::pcie
