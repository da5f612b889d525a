#include "doorbell/pcie/root_complex.h"

#include <string>

#include "doorbell/pcie/bus_decode.h"

namespace doorbell::pcie {
namespace {

// The host bridge at 00:00.0, as QEMU's generic ECAM host has it.
constexpr FunctionIdentity host_bridge{
    .vendor_id = 0x1b36, .device_id = 0x0008, .class_code = 0x060000};

}  // namespace

RootComplex::Port::Port(RootComplex& owner, unsigned i, const RootPortParameters& where)
    : index(i),
      place(where),
      socket(("port" + std::to_string(i)).c_str(),
             [&owner, i](Tlp& tlp) { owner.receive(i, tlp); }),
      transmit(owner.scheduler(), owner.statistics().group("port" + std::to_string(i)),
               {[this](unsigned credit_class) -> Credits& { return socket.credits(credit_class); },
                [this](const Tlp& tlp) { socket.send(tlp, 0); }, owner.tasks_}) {}

RootComplex::RootComplex(const sc_core::sc_module_name& module_name,
                         const RootComplexParameters& parameters)
    : Module(module_name),
      processor("processor", tasks_,
                {.reads = parameters.processor_entries, .writes = parameters.processor_entries},
                [this](Payload& payload) { return serve(payload); }),
      memory("memory"),
      parameters_(parameters),
      stage_(simulation().stages().add(
          {"root_complex", 30, "tbu", "waits for an entry for posted writes; passes through"})),
      host_bridge_(host_bridge, {}),
      domains_(scheduler(), parameters.order_domain, parameters.segment),
      posted_slots_(scheduler(), statistics(), "posted_writes", parameters.posted_entries),
      read_slots_(scheduler(), statistics(), "reads", parameters.read_entries),
      pending_(tags_.first() + tags_.capacity(), nullptr),
      posted_writes_(statistics(), "posted_write_count",
                     {"writes", Better::neither, "posted writes of devices"}),
      reads_(statistics(), "read_count", {"reads", Better::neither, "reads of devices"}),
      processor_reads_(statistics(), "processor_reads",
                       {"reads", Better::neither, "reads of BARs and configuration space"}),
      processor_writes_(statistics(), "processor_writes",
                        {"writes", Better::neither, "writes to BARs and configuration space"}),
      unsupported_(statistics(), "unsupported_requests",
                   {"requests", Better::lower, "requests that nobody claimed"}),
      memory_errors_(statistics(), "memory_errors",
                     {"requests", Better::lower, "device requests answered with an error"}),
      tasks_(scheduler()) {
  for (unsigned i = 0; i < parameters_.ports.size(); ++i) {
    ports_.push_back(std::make_unique<Port>(*this, i, parameters_.ports[i]));
  }
}

RootComplex::Port* RootComplex::port_of_function(std::uint16_t destination) {
  const unsigned bus = destination >> 8;
  const unsigned device = destination >> 3 & 31;
  for (const auto& port : ports_) {
    if (port->place.bus == bus && (port->place.whole_bus || port->place.device == device)) {
      return port.get();
    }
  }
  return nullptr;
}

RootComplex::Port* RootComplex::port_of_address(std::uint64_t address) {
  for (const auto& port : ports_) {
    const auto* below = dynamic_cast<const BusDecode*>(port->socket.operator->());
    if (below != nullptr && below->claims(address)) return port.get();
  }
  return nullptr;
}

void RootComplex::free_buffer(Port& port, const Tlp& tlp) {
  const FlowCredits used = credits_needed(header_of(tlp));
  const TlpClass kind = class_of(tlp);
  port.socket.return_credit(header_credits(kind), used.headers, 0);
  if (used.data != 0) port.socket.return_credit(data_credits(kind), used.data, 0);
}

}  // namespace doorbell::pcie
