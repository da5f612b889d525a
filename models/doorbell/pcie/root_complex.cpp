#include "doorbell/pcie/root_complex.h"

#include <string>

#include "doorbell/pcie/bus_decode.h"

namespace doorbell::pcie {
namespace {

// The host bridge at 00:00.0, as QEMU's generic ECAM host has it.
constexpr FunctionIdentity host_bridge{
    .vendor_id = 0x1b36, .device_id = 0x0008, .class_code = 0x060000};

BusDecode* below_of(MessageInitiator<PcieTlp>& socket) {
  return dynamic_cast<BusDecode*>(socket.operator->());
}

BufferDepth depth_of(const RootComplexParameters& parameters) {
  return {.reads = parameters.processor_entries, .writes = parameters.processor_entries};
}

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
      configuration("configuration", tasks_, depth_of(parameters),
                    [this](Payload& payload) { return serve(payload); }),
      processor_reads("processor_reads", tasks_, depth_of(parameters),
                      [this](Payload& payload) { return serve(payload); }),
      processor_writes("processor_writes", tasks_, depth_of(parameters),
                       [this](Payload& payload) { return serve(payload); }),
      memory_reads("memory_reads"),
      memory_writes("memory_writes"),
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
      misdirected_(statistics(), "misdirected_messages",
                   {"MSIs", Better::lower, "MSIs written to something that is no doorbell"}),
      memory_errors_(statistics(), "memory_errors",
                     {"requests", Better::lower, "device requests answered with an error"}),
      tasks_(scheduler()) {
  for (TargetSocket* const socket : {&configuration, &processor_reads, &processor_writes})
    socket->on_debug([this](Payload& payload) { return debug(payload); });
  for (unsigned i = 0; i < parameters_.ports.size(); ++i) {
    ports_.push_back(std::make_unique<Port>(*this, i, parameters_.ports[i]));
  }
}

/// A bus of its own is device 0, unless ARI makes function numbers of the device numbers: an
/// endpoint doesn't look at them, its port does (PCIe 6.0 7.3.1).
bool RootComplex::Port::leads_to(unsigned bus, unsigned device) {
  if (place.bus != bus) return false;
  if (!place.whole_bus) return place.device == device;
  const BusDecode* const below = below_of(socket);
  return device == 0 || below == nullptr || below->uses_ari();
}

RootComplex::Port* RootComplex::port_of_function(std::uint16_t destination) {
  for (const auto& port : ports_) {
    if (port->leads_to(destination >> 8, destination >> 3 & 31)) return port.get();
  }
  return nullptr;
}

RootComplex::Port* RootComplex::port_of_address(std::uint64_t address) {
  const auto claims = [address](Port& port) {
    const BusDecode* below = below_of(port.socket);
    return below != nullptr && below->claims(address);
  };
  if (last_claimed_ != nullptr && claims(*last_claimed_)) return last_claimed_;
  for (const auto& port : ports_) {
    if (claims(*port)) return last_claimed_ = port.get();
  }
  return nullptr;
}

unsigned RootComplex::debug(Payload& payload) {
  if (!payload.is_read()) return 0;
  const std::span data(payload.get_data_ptr(), payload.get_data_length());
  const std::uint64_t offset = payload.get_address() - parameters_.ecam_base;
  const bool configuration = offset < parameters_.ecam_buses * ecam_bytes_per_bus;
  const auto destination = static_cast<std::uint16_t>(offset >> 12);
  Port* port =
      configuration ? port_of_function(destination) : port_of_address(payload.get_address());
  BusDecode* below = port != nullptr ? below_of(port->socket) : nullptr;
  if (below == nullptr) return 0;
  const bool found = configuration ? below->debug_read_configuration(
                                         destination, static_cast<unsigned>(offset & 0xfff), data)
                                   : below->debug_read(payload.get_address(), data);
  return found ? payload.get_data_length() : 0;
}

void RootComplex::free_buffer(Port& port, const Tlp& tlp) {
  const FlowCredits used = credits_needed(header_of(tlp));
  const TlpClass kind = class_of(tlp);
  port.socket.return_credit(header_credits(kind), used.headers, 0);
  if (used.data != 0) port.socket.return_credit(data_credits(kind), used.data, 0);
}

}  // namespace doorbell::pcie
