#include "doorbell/pcie/upstream_traffic.h"

#include <algorithm>
#include <utility>

#include "doorbell/pcie/arch/splitting.h"

namespace doorbell::pcie {

UpstreamTraffic::UpstreamTraffic(Simulation& simulation, const StatisticsGroup& group,
                                 const RootComplexParameters& parameters, const Parts& parts)
    : scheduler_(simulation.scheduler()),
      payloads_(simulation.payloads()),
      journeys_(simulation.journeys()),
      parameters_(parameters),
      parts_(parts),
      stage_(simulation.stages().add(
          {"root_complex", 30, "tbu", "waits for an entry for posted writes; passes through"})),
      domains_(scheduler_, parameters.order_domain, parameters.segment),
      posted_slots_(scheduler_, group, "posted_writes", parameters.posted_entries),
      read_slots_(scheduler_, group, "reads", parameters.read_entries) {}

void UpstreamTraffic::receive(RootPort& port, Tlp& tlp) {
  switch (tlp.type) {
    case pcie_tlp::Type::memory_write:
      return parts_.tasks.start(carry_write(port, tlp));
    case pcie_tlp::Type::memory_read:
      return parts_.tasks.start(carry_read(port, tlp));
    case pcie_tlp::Type::completion:
    case pcie_tlp::Type::completion_with_data:
      return parts_.tasks.start(carry_completion(port, tlp));
    case pcie_tlp::Type::configuration_read:
    case pcie_tlp::Type::configuration_write:
      return parts_.tasks.start(refuse(port, tlp));
  }
}

void UpstreamTraffic::label(Requester& requester, const Tlp& tlp, std::uint32_t domain) const {
  requester.segment = static_cast<std::uint16_t>(parameters_.segment);
  requester.requester_id = tlp.requester_id;
  requester.has_pasid = tlp.has_pasid;
  requester.pasid = tlp.pasid;
  requester.address_type = static_cast<AddressType>(tlp.address_type);
  requester.is_posted = tlp.is_posted();
  requester.relaxed_ordering = tlp.relaxed_ordering;
  requester.stream_id = parameters_.stream_id(tlp.requester_id);
  requester.device_id = parameters_.device_id(tlp.requester_id);
  requester.order_domain = domain;
  requester.journey = tlp.journey;
}

PayloadReference UpstreamTraffic::write_payload(Tlp& tlp) {
  if (tlp.data != nullptr) {
    PayloadReference payload(*tlp.data);
    release_data(tlp);
    return payload;
  }
  PayloadReference payload = payloads_.take(tlm::TLM_WRITE_COMMAND, tlp.address, tlp.length);
  const auto bytes = data_of(tlp);
  std::copy(bytes.begin(), bytes.end(), payload->data().begin());
  return payload;
}

Task<void> UpstreamTraffic::carry_write(RootPort& port, Tlp tlp) {
  tlp.journey.enter(stage_, scheduler_.now());
  parts_.counters.posted_writes.add();
  Domain& domain = domains_.of(port.index(), tlp.requester_id);
  const std::uint64_t number = domain.arrive();
  const Holder self{tlp.journey ? "MSI of stream" : "posted write of stream",
                    parameters_.stream_id(tlp.requester_id)};
  Slot slot = co_await posted_slots_.acquire(self, tlp.journey);
  port.free_buffer(tlp);
  co_await Delay{scheduler_, parameters_.latency};
  const PayloadReference payload = write_payload(tlp);
  label(payload->requester(), tlp, domain.number());
  co_await parts_.memory[port.tbu()].writes->transport(*payload);
  if (!payload->is_response_ok()) parts_.counters.memory_errors.add();
  // Whoever took the MSI over, or ended its road, has taken its Journey.
  if (const JourneyHandle journey = payload->requester().journey) {
    parts_.counters.misdirected.add();
    journeys_.finish(journey, Outcome::misdirected, scheduler_.now());
  }
  domain.observe(number);
}

Task<void> UpstreamTraffic::carry_read(RootPort& port, Tlp tlp) {
  parts_.counters.reads.add();
  Domain& domain = domains_.of(port.index(), tlp.requester_id);
  const std::uint64_t behind = domain.arrivals();
  Slot slot = co_await read_slots_.acquire({"read of", tlp.address});
  port.free_buffer(tlp);
  co_await Delay{scheduler_, parameters_.latency};
  while (!domain.observed_before(behind))
    co_await domain.moved();
  PayloadReference payload = payloads_.take(tlm::TLM_READ_COMMAND, tlp.address, tlp.length);
  label(payload->requester(), tlp, domain.number());
  co_await parts_.memory[port.tbu()].reads->transport(*payload);
  slot.release();
  co_await Delay{scheduler_, parameters_.latency};
  co_await complete_read(port, tlp, std::move(payload));
}

Task<void> UpstreamTraffic::complete_read(RootPort& port, Tlp request, PayloadReference payload) {
  if (!payload->is_response_ok()) {
    parts_.counters.memory_errors.add();
    const bool nobody = payload->get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE;
    const Tlp error = completion_of(
        request, 0,
        nobody ? pcie_tlp::Status::unsupported_request : pcie_tlp::Status::completer_abort);
    co_await port.send(error);
    co_return;
  }
  payload->set_address(request.address);  // translated on its way
  const unsigned boundary = std::min(parameters_.read_completion_boundary, parameters_.max_payload);
  for (std::uint32_t done = 0; done < request.length;) {
    Tlp cpl = completion_of(request, 0, pcie_tlp::Status::successful);
    cpl.type = pcie_tlp::Type::completion_with_data;
    cpl.address = request.address + done;
    cpl.byte_count = static_cast<std::uint16_t>(request.length - done);
    cpl.length =
        next_completion_bytes(cpl.address, cpl.byte_count, parameters_.max_payload, boundary);
    payload->acquire();
    cpl.data = &*payload;
    done += cpl.length;
    co_await port.send(cpl);
  }
}

Task<void> UpstreamTraffic::refuse(RootPort& port, Tlp tlp) {
  parts_.counters.unsupported.add();
  port.free_buffer(tlp);
  const Tlp cpl = completion_of(tlp, 0, pcie_tlp::Status::unsupported_request);
  co_await Delay{scheduler_, parameters_.latency};
  co_await port.send(cpl);
}

Task<void> UpstreamTraffic::carry_completion(RootPort& port, Tlp tlp) {
  Domain& domain = domains_.of(port.index(), tlp.completer_id);
  const std::uint64_t behind = domain.arrivals();
  port.free_buffer(tlp);
  co_await Delay{scheduler_, parameters_.latency};
  while (!domain.observed_before(behind))
    co_await domain.moved();
  const bool expected = parts_.requests.complete(tlp);
  release_data(tlp);
  if (!expected) parts_.counters.unsupported.add();  // Unexpected Completion (PCIe 6.0 2.3.2)
}

}  // namespace doorbell::pcie
