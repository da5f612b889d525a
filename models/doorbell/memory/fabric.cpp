#include "doorbell/memory/fabric.h"

#include <algorithm>
#include <stdexcept>

#include "doorbell/core/under_way.h"

namespace doorbell::memory {

/// One direction's buffer and channel of a port.
struct Fabric::Way {
  Way(Fabric& fabric, const StatisticsGroup& group, const std::string& name, std::uint32_t depth)
      : buffer(group, name, {.unit = name, .help = "Held, from request to answer."}, depth),
        channel(fabric.clock_, fabric.parameters_.width, group, name + "_channel"),
        channel_name(group.join(name + "_channel")) {}
  QueueStatistics buffer;
  DataChannel channel;
  std::string channel_name;
  Holder latest;  ///< Who took the channel last.
};

struct Fabric::Port {
  Port(Fabric& fabric, unsigned port_number, const std::string& port_name, unsigned targets)
      : number(port_number),
        name(port_name),
        group(fabric.statistics().group(port_name)),
        socket(port_name.c_str(), fabric.tasks_,
               {fabric.parameters_.port_reads, fabric.parameters_.port_writes},
               [&fabric, this](Payload& payload) { return fabric.serve(*this, payload); },
               // It hands on whatever comes; what a target can't do, the target says.
               {.byte_enables = true, .streaming = true, .ignored_commands = true}),
        reads(fabric, group, "reads", fabric.parameters_.port_reads),
        writes(fabric, group, "writes", fabric.parameters_.port_writes),
        order(fabric.scheduler(), targets, group) {
    socket.on_debug([&fabric](Payload& payload) { return fabric.debug(payload); });
    socket.on_dmi(
        [&fabric](Payload& payload, tlm::tlm_dmi& dmi) { return fabric.get_dmi(payload, dmi); });
  }
  Way& way_of(const Payload& payload) { return payload.is_read() ? reads : writes; }

  unsigned number;
  std::string name;
  StatisticsGroup group;
  TargetSocket socket;
  Way reads;
  Way writes;
  WriteOrder order;
};

struct Fabric::Target {
  Target(Fabric& fabric, unsigned number, const FabricTarget& description, unsigned ports)
      : reads(fabric.scheduler(), ports, fabric.parameters_.target_reads,
              fabric.statistics().group(description.name), "reads"),
        writes(fabric.scheduler(), ports, fabric.parameters_.target_writes,
               fabric.statistics().group(description.name), "writes") {
    for (const FabricTarget::Region& region : description.regions) {
      fabric.map_.add({region.base, region.size, number, region.target_base});
    }
    if (description.separate_writes) {
      add_socket(fabric, number, description.name + "_reads", description.foreign);
      add_socket(fabric, number, description.name + "_writes", description.foreign);
    } else {
      add_socket(fabric, number, description.name, description.foreign);
    }
  }
  void add_socket(Fabric& fabric, unsigned number, const std::string& name, ForeignTarget foreign) {
    names.push_back(name);
    sockets.push_back(
        std::make_unique<InitiatorSocket>(name.c_str(), foreign, fabric.parameters_.target_writes));
    sockets.back()->on_dmi_invalidate([&fabric, number](std::uint64_t first, std::uint64_t last) {
      fabric.invalidate_dmi(number, {first, last});
    });
  }
  InitiatorSocket& socket_of(const Payload& payload) {
    return payload.is_read() ? *sockets.front() : *sockets.back();
  }
  std::vector<std::string> names;  // of the sockets
  std::vector<std::unique_ptr<InitiatorSocket>>
      sockets;  // one, or one for reads and one for writes
  Arbiter reads;
  Arbiter writes;
};

Fabric::Fabric(const sc_core::sc_module_name& module_name, const FabricParameters& parameters,
               const std::vector<std::string>& ports, const std::vector<FabricTarget>& targets)
    : Module(module_name),
      parameters_(parameters),
      clock_(scheduler(), parameters.clock),
      ordering_stage_(simulation().stages().add(
          {"ordering", 60, "fabric", "Posted writes ahead that are not yet observed."})),
      fabric_stage_(simulation().stages().add(
          {"fabric", 70, "its", "The interconnect, from its port to the ITS."})),
      decode_errors_(statistics(), "decode_errors",
                     {.unit = "transactions",
                      .better = Better::lower,
                      .help = "Answered with an error, since no target owns the address."}) {
  const auto port_count = static_cast<unsigned>(ports.size());
  for (const FabricTarget& target : targets) {
    const auto number = static_cast<unsigned>(targets_.size());
    targets_.push_back(std::make_unique<Target>(*this, number, target, port_count));
  }
  for (const std::string& port : ports) {
    const auto number = static_cast<unsigned>(ports_.size());
    const auto target_count = static_cast<unsigned>(targets.size());
    ports_.push_back(std::make_unique<Port>(*this, number, port, target_count));
  }
}

Fabric::~Fabric() = default;

TargetSocket& Fabric::port(std::string_view wanted) {
  for (const auto& port : ports_) {
    if (port->name == wanted) return port->socket;
  }
  throw std::out_of_range("no port is called " + std::string(wanted));
}

InitiatorSocket& Fabric::target(std::string_view wanted) {
  for (const auto& target : targets_) {
    for (std::size_t i = 0; i < target->sockets.size(); ++i) {
      if (target->names[i] == wanted) return *target->sockets[i];
    }
  }
  throw std::out_of_range("no target is called " + std::string(wanted));
}

std::string Fabric::busy() const {
  unsigned held = 0;
  for (const auto& port : ports_)
    held += port->socket.held();
  return under_way(held, "transactions");
}

void Fabric::settle() {
  for (const auto& target : targets_) {
    target->reads.settle();
    target->writes.settle();
  }
}

Task<void> Fabric::serve(Port& port, Payload& payload) {
  const AddressRegion* region = map_.find(payload.get_address(), address_span(payload));
  return region == nullptr ? refuse(port, payload) : forward(port, *region, payload);
}

/// The default target: answers after the latencies, and an MSI's road ends here.
Task<void> Fabric::refuse(Port& port, Payload& payload) {
  const Time entered = now();
  Way& way = port.way_of(payload);
  way.buffer.enter(entered);
  Requester* const requester = requester_of(payload);
  const JourneyHandle journey = requester == nullptr ? JourneyHandle{} : requester->journey;
  journey.enter(fabric_stage_, entered);
  decode_errors_.add();
  co_await clock_.cycles(parameters_.request_latency + parameters_.response_latency);
  if (journey) {
    simulation().journeys().finish(journey, Outcome::answered_with_error, now());
    requester->journey = {};
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  way.buffer.leave(now(), entered);
}

Task<void> Fabric::forward(Port& port, const AddressRegion& region, Payload& payload) {
  const Time entered = now();
  Way& way = port.way_of(payload);
  way.buffer.enter(entered);
  const Requester* const requester = requester_of(payload);
  const JourneyHandle journey = requester == nullptr ? JourneyHandle{} : requester->journey;
  journey.enter(ordering_stage_, entered);
  const bool is_write = !payload.is_read();  // or goes with the writes
  const bool is_posted = requester != nullptr && is_write && requester->is_posted;
  WriteOrder::Domain* const domain = is_posted && requester->order_domain != 0
                                         ? &port.order.domain(requester->order_domain)
                                         : nullptr;
  if (domain != nullptr) {
    co_await port.order.admit(*domain, region.target, requester->relaxed_ordering,
                              requester->stream_id, journey);
  }
  journey.enter(fabric_stage_, now());

  const Holder sender = holder_of(payload, requester);
  if (journey && way.channel.free_at() > now()) {
    journey.wait(now(), way.channel_name.c_str(), way.latest);
    journey.serve(way.channel.free_at());
  }
  if (is_write) way.latest = sender;
  co_await Delay{scheduler(), arrival_of_request(port, payload) - now()};
  Target& target = *targets_[region.target];
  Arbiter& arbiter = is_write ? target.writes : target.reads;
  const std::uint64_t data = is_write ? payload.get_data_length() : 0;
  const Time crossing = clock_.duration(way.channel.cycles_of(data));
  const Time passed = co_await arbiter.pass(port.number, crossing, sender, journey);

  const std::uint64_t address = payload.get_address();
  payload.set_address(region.to_target(address));
  co_await target.socket_of(payload).transport(
      payload);  // the Journey now belongs to whoever took it over
  payload.set_address(address);
  arbiter.answered(passed);

  co_await Delay{scheduler(), arrival_of_answer(port, payload) - now()};
  if (domain != nullptr) port.order.answered(*domain, region.target);
  way.buffer.leave(now(), entered);
}

/// With its last byte, at the target. The port's write channel carries data; a read crosses it with
/// its answer.
Time Fabric::arrival_of_request(Port& port, const Payload& payload) {
  const Time sent = payload.is_read()
                        ? now() + clock_.duration(1)
                        : port.writes.channel.transfer(now(), payload.get_data_length());
  return clock_.after(sent, parameters_.request_latency);
}

/// With its last byte, at the port. What an atomic access found comes as a read's data.
Time Fabric::arrival_of_answer(Port& port, const Payload& payload) {
  const Time answered = clock_.after(now(), parameters_.response_latency);
  return payload.is_write() ? answered
                            : port.reads.channel.transfer(answered, payload.get_data_length());
}

unsigned Fabric::debug(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  const AddressRegion* region = map_.find(address);
  const unsigned length = payload.get_data_length();
  if (region == nullptr || length == 0) return 0;
  payload.set_address(region->to_target(address));
  payload.set_data_length(
      static_cast<unsigned>(std::min<std::uint64_t>(length - 1, region->last() - address) + 1));
  const unsigned done = targets_[region->target]->socket_of(payload).transport_debug(payload);
  payload.set_address(address);
  payload.set_data_length(length);
  return done;
}

bool Fabric::get_dmi(Payload& payload, tlm::tlm_dmi& dmi) {
  const std::uint64_t address = payload.get_address();
  const AddressRegion* region = map_.find(address);
  if (region == nullptr) return false;
  payload.set_address(region->to_target(address));
  const bool granted = targets_[region->target]->socket_of(payload).get_dmi(payload, dmi);
  payload.set_address(address);
  const auto range = from_target(*region, {dmi.get_start_address(), dmi.get_end_address()});
  if (!range) return false;
  if (granted) {
    // The pointer is of the first byte of the target's range, which the region may cut off.
    const std::uint64_t cut = region->to_target(range->first) - dmi.get_start_address();
    dmi.set_dmi_ptr(dmi.get_dmi_ptr() + cut);
    const Time latency =
        clock_.duration(parameters_.request_latency + parameters_.response_latency);
    dmi.set_read_latency(dmi.get_read_latency() + sc_core::sc_time::from_value(latency));
    dmi.set_write_latency(dmi.get_write_latency() + sc_core::sc_time::from_value(latency));
  }
  dmi.set_start_address(range->first);
  dmi.set_end_address(range->last);
  return granted;
}

void Fabric::invalidate_dmi(unsigned target, AddressRange range) {
  for (const AddressRegion& region : map_.regions()) {
    if (region.target != target) continue;
    const auto shown = from_target(region, range);
    if (!shown) continue;
    for (const auto& port : ports_)
      port->socket.invalidate_dmi(shown->first, shown->last);
  }
}

}  // namespace doorbell::memory
