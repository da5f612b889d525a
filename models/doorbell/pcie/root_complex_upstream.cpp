// What devices ask of a root complex: posted writes, reads, and completions of processors'
// requests.
#include <algorithm>

#include "doorbell/pcie/arch/splitting.h"
#include "doorbell/pcie/root_complex.h"

namespace doorbell::pcie {

void RootComplex::receive(unsigned port, Tlp& tlp) {
  switch (tlp.type) {
    case pcie_tlp::Type::memory_write:
      return tasks_.start(carry_write(port, tlp));
    case pcie_tlp::Type::memory_read:
      return tasks_.start(carry_read(port, tlp));
    case pcie_tlp::Type::completion:
    case pcie_tlp::Type::completion_with_data:
      return tasks_.start(carry_completion(port, tlp));
    case pcie_tlp::Type::configuration_read:
    case pcie_tlp::Type::configuration_write:
      return tasks_.start(refuse(port, tlp));
  }
}

void RootComplex::label(Requester& requester, const Tlp& tlp, std::uint32_t domain) const {
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

PayloadReference RootComplex::write_payload(Tlp& tlp) {
  if (tlp.data != nullptr) {
    PayloadReference payload(*tlp.data);
    release_data(tlp);
    return payload;
  }
  PayloadReference payload =
      simulation().payloads().take(tlm::TLM_WRITE_COMMAND, tlp.address, tlp.length);
  const auto bytes = data_of(tlp);
  std::copy(bytes.begin(), bytes.end(), payload->data().begin());
  return payload;
}

Task<void> RootComplex::carry_write(unsigned port_number, Tlp tlp) {
  Port& port = *ports_[port_number];
  if (tlp.journey != nullptr) tlp.journey->enter(stage_, now());
  posted_writes_.add();
  Domain& domain = domains_.of(port_number, tlp.requester_id);
  const std::uint64_t number = domain.arrive();
  const Holder self{tlp.journey != nullptr ? "MSI of stream" : "posted write of stream",
                    parameters_.stream_id(tlp.requester_id)};
  Slot slot = co_await posted_slots_.acquire(self, tlp.journey);
  free_buffer(port, tlp);
  co_await Delay{scheduler(), parameters_.latency};
  const PayloadReference payload = write_payload(tlp);
  label(payload->requester(), tlp, domain.number());
  co_await memory_writes.transport(*payload);
  if (!payload->is_response_ok()) memory_errors_.add();
  // Whoever took the MSI over, or ended its road, has taken its Journey.
  if (Journey* const journey = payload->requester().journey; journey != nullptr) {
    misdirected_.add();
    simulation().journeys().finish(journey, Outcome::misdirected, now());
  }
  domain.observe(number);
}

Task<void> RootComplex::carry_read(unsigned port_number, Tlp tlp) {
  Port& port = *ports_[port_number];
  reads_.add();
  Domain& domain = domains_.of(port_number, tlp.requester_id);
  const std::uint64_t behind = domain.arrivals();
  Slot slot = co_await read_slots_.acquire({"read of", tlp.address});
  free_buffer(port, tlp);
  co_await Delay{scheduler(), parameters_.latency};
  while (!domain.observed_before(behind))
    co_await domain.moved();
  PayloadReference payload =
      simulation().payloads().take(tlm::TLM_READ_COMMAND, tlp.address, tlp.length);
  label(payload->requester(), tlp, domain.number());
  co_await memory_reads.transport(*payload);
  slot.release();
  co_await Delay{scheduler(), parameters_.latency};
  co_await complete_read(port, tlp, std::move(payload));
}

Task<void> RootComplex::complete_read(Port& port, Tlp request, PayloadReference payload) {
  if (!payload->is_response_ok()) {
    memory_errors_.add();
    const bool nobody = payload->get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE;
    const Tlp error = completion_of(
        request, 0,
        nobody ? pcie_tlp::Status::unsupported_request : pcie_tlp::Status::completer_abort);
    co_await port.transmit.send(error);
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
    co_await port.transmit.send(cpl);
  }
}

Task<void> RootComplex::refuse(unsigned port_number, Tlp tlp) {
  Port& port = *ports_[port_number];
  unsupported_.add();
  free_buffer(port, tlp);
  const Tlp cpl = completion_of(tlp, 0, pcie_tlp::Status::unsupported_request);
  co_await Delay{scheduler(), parameters_.latency};
  co_await port.transmit.send(cpl);
}

Task<void> RootComplex::carry_completion(unsigned port_number, Tlp tlp) {
  Port& port = *ports_[port_number];
  Domain& domain = domains_.of(port_number, tlp.completer_id);
  const std::uint64_t behind = domain.arrivals();
  free_buffer(port, tlp);
  co_await Delay{scheduler(), parameters_.latency};
  while (!domain.observed_before(behind))
    co_await domain.moved();
  Pending* pending = tlp.tag < pending_.size() ? pending_[tlp.tag] : nullptr;
  if (pending == nullptr || pending->complete) {  // Unexpected Completion (PCIe 6.0 2.3.2)
    release_data(tlp);
    unsupported_.add();
    co_return;
  }
  if (tlp.type == pcie_tlp::Type::completion_with_data) {
    const auto bytes = data_of(tlp);
    const std::uint64_t offset = tlp.address - pending->address;
    if (offset <= pending->data.size() && bytes.size() <= pending->data.size() - offset) {
      std::copy(bytes.begin(), bytes.end(), pending->data.subspan(offset).begin());
    }
    release_data(tlp);
    if (tlp.byte_count > tlp.length) co_return;
  }
  pending->status = tlp.status;
  pending->complete = true;
  pending->done->notify_all();
}

}  // namespace doorbell::pcie
