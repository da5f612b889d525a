#include "doorbell/pcie/root_complex.h"

#include <algorithm>
#include <memory>
#include <string>

#include "doorbell/core/arch/state.h"
#include "doorbell/core/under_way.h"

namespace doorbell::pcie {
namespace {

BufferDepth depth_of(const RootComplexParameters& parameters) {
  return {.reads = parameters.processor_entries, .writes = parameters.processor_entries};
}

/// Numbered where there are several pairs.
std::vector<MemorySockets> memory_sockets(const RootComplexParameters& parameters) {
  std::uint32_t pairs = 1;
  for (const RootPortParameters& port : parameters.ports)
    pairs = std::max(pairs, port.tbu + 1);
  std::vector<MemorySockets> sockets;
  for (std::uint32_t tbu = 0; tbu < pairs; ++tbu) {
    const std::string number = pairs == 1 ? "" : std::to_string(tbu);
    sockets.push_back({std::make_unique<InitiatorSocket>(("memory_reads" + number).c_str()),
                       std::make_unique<InitiatorSocket>(("memory_writes" + number).c_str())});
  }
  return sockets;
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
      parameters_(parameters),
      memory_(memory_sockets(parameters)),
      counters_(statistics()),
      requests_(scheduler()),
      host_bridge_(simulation(), parameters_, {ports_, requests_, counters_}),
      upstream_(simulation(), statistics(), parameters_, {memory_, requests_, counters_, tasks_}),
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
  std::size_t outstanding = 0;
  for (const MemorySockets& sockets : memory_)
    outstanding += sockets.reads->outstanding() + sockets.writes->outstanding();
  return under_way(outstanding, "transactions of functions");
}

}  // namespace doorbell::pcie
