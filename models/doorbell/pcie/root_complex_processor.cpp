// What processors ask of a root complex: configuration space through the ECAM, BARs through memory
// windows.
#include <algorithm>
#include <cstring>

#include "doorbell/core/requester.h"
#include "doorbell/pcie/arch/splitting.h"
#include "doorbell/pcie/root_complex.h"

namespace doorbell::pcie {
namespace {

constexpr std::uint16_t host_bridge_id = 0;

void all_ones(std::span<std::uint8_t> data) {
  std::fill(data.begin(), data.end(), 0xff);
}

std::span<std::uint8_t> bytes_of(Payload& payload) {
  return {payload.get_data_ptr(), payload.get_data_length()};
}

Tlp request_for(const Payload& payload, std::uint64_t address, unsigned length) {
  Tlp tlp;
  tlp.type = payload.is_write() ? pcie_tlp::Type::memory_write : pcie_tlp::Type::memory_read;
  tlp.requester_id = host_bridge_id;
  tlp.address = address;
  tlp.length = length;
  return tlp;
}

}  // namespace

Task<void> RootComplex::serve(Payload& payload) {
  (payload.is_write() ? processor_writes_ : processor_reads_).add();
  co_await Delay{scheduler(), parameters_.latency};
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  const std::uint64_t offset = payload.get_address() - parameters_.ecam_base;
  if (offset < parameters_.ecam_buses * ecam_bytes_per_bus) {
    co_await access_configuration(payload);
  } else {
    co_await access_memory(payload);
  }
}

Task<void> RootComplex::access_configuration(Payload& payload) {
  const std::uint64_t offset = payload.get_address() - parameters_.ecam_base;
  const unsigned size = payload.get_data_length();
  const auto register_offset = static_cast<unsigned>(offset & 0xfff);
  if ((size != 1 && size != 2 && size != 4) || register_offset % size != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    co_return;
  }
  // Were a device's posted write to become a configuration request, its completion would wait for
  // that very write.
  const Requester* const requester = requester_of(payload);
  if (requester != nullptr && requester->order_domain != 0) {
    unsupported_.add();
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    co_return;
  }
  const auto destination = static_cast<std::uint16_t>(offset >> 12);
  if (destination == host_bridge_id && access_host_bridge(payload, register_offset)) co_return;
  Port* port = port_of_function(destination);
  if (port == nullptr) {
    unsupported_.add();
    if (payload.is_read()) all_ones(bytes_of(payload));
    co_return;
  }
  Tlp tlp = request_for(payload, register_offset, size);
  tlp.type =
      payload.is_write() ? pcie_tlp::Type::configuration_write : pcie_tlp::Type::configuration_read;
  tlp.completer_id = destination;
  if (payload.is_write()) std::memcpy(tlp.inline_data.data(), payload.get_data_ptr(), size);
  std::span<std::uint8_t> data;
  if (payload.is_read()) data = bytes_of(payload);
  const pcie_tlp::Status status = co_await request(*port, tlp, data);
  // A function that isn't there reads all ones, without an error (PCIe 6.0 2.3.2).
  if (status != pcie_tlp::Status::successful) all_ones(data);
}

bool RootComplex::access_host_bridge(Payload& payload, unsigned offset) {
  const unsigned size = payload.get_data_length();
  std::uint32_t value = 0;
  if (payload.is_write()) {
    std::memcpy(&value, payload.get_data_ptr(), size);
    host_bridge_.write(offset, size, value);
  } else {
    value = host_bridge_.read(offset, size);
    std::memcpy(payload.get_data_ptr(), &value, size);
  }
  return true;
}

Task<void> RootComplex::access_memory(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  const auto bytes = bytes_of(payload);
  Port* port = port_of_address(address);
  if (port == nullptr) {
    unsupported_.add();
    if (payload.is_read()) all_ones(bytes);
    co_return;
  }
  for (std::size_t done = 0; done < bytes.size();) {
    const unsigned piece =
        next_request_bytes(address + done, bytes.size() - done, parameters_.max_payload);
    Tlp tlp = request_for(payload, address + done, piece);
    const auto part = bytes.subspan(done, piece);
    done += piece;
    if (payload.is_write()) {
      attach_data(tlp, part, simulation().payloads());
      co_await port->transmit.send(tlp);
      continue;
    }
    const pcie_tlp::Status status = co_await request(*port, tlp, part);
    if (status != pcie_tlp::Status::successful) all_ones(part);
  }
}

Task<pcie_tlp::Status> RootComplex::request(Port& port, Tlp tlp, std::span<std::uint8_t> data) {
  Condition done(scheduler());
  Pending pending{&done, data, tlp.address};
  // As many tags as the sockets let in, of 256 reads of BARs, and 256 reads and writes each of
  // configuration space: there is always one.
  tlp.tag = *tags_.allocate();
  pending_[tlp.tag] = &pending;
  co_await port.transmit.send(tlp);
  while (!pending.complete)
    co_await done.wait();
  pending_[tlp.tag] = nullptr;
  tags_.release(tlp.tag);
  co_return pending.status;
}

}  // namespace doorbell::pcie
