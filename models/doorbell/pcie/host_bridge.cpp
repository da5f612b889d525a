#include "doorbell/pcie/host_bridge.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "doorbell/core/requester.h"
#include "doorbell/pcie/arch/splitting.h"

namespace doorbell::pcie {
namespace {

// As QEMU's generic ECAM host has it.
constexpr FunctionIdentity identity{
    .vendor_id = 0x1b36, .device_id = 0x0008, .class_code = 0x060000};
constexpr std::uint16_t own_id = 0;  // 00:00.0

void all_ones(std::span<std::uint8_t> data) {
  std::fill(data.begin(), data.end(), 0xff);
}

std::span<std::uint8_t> bytes_of(Payload& payload) {
  return {payload.get_data_ptr(), payload.get_data_length()};
}

Tlp request_for(const Payload& payload, std::uint64_t address, unsigned length) {
  Tlp tlp;
  tlp.type = payload.is_write() ? pcie_tlp::Type::memory_write : pcie_tlp::Type::memory_read;
  tlp.requester_id = own_id;
  tlp.address = address;
  tlp.length = length;
  return tlp;
}

}  // namespace

HostBridge::HostBridge(Simulation& simulation, const RootComplexParameters& parameters,
                       const Parts& parts)
    : scheduler_(simulation.scheduler()),
      payloads_(simulation.payloads()),
      parameters_(parameters),
      parts_(parts),
      own_(identity, {}) {}

Task<void> HostBridge::serve(Payload& payload) {
  (payload.is_write() ? parts_.counters.processor_writes : parts_.counters.processor_reads).add();
  co_await Delay{scheduler_, parameters_.latency};
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (ecam_offset(payload) < parameters_.ecam_buses * ecam_bytes_per_bus) {
    co_await access_configuration(payload);
  } else {
    co_await access_memory(payload);
  }
}

Task<void> HostBridge::access_configuration(Payload& payload) {
  const std::uint64_t offset = ecam_offset(payload);
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
    parts_.counters.unsupported.add();
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    co_return;
  }
  const auto destination = static_cast<std::uint16_t>(offset >> 12);
  if (destination == own_id) {
    access_own_configuration(payload, register_offset);
    co_return;
  }
  RootPort* const port = parts_.ports.of_function(destination);
  if (port == nullptr) {
    parts_.counters.unsupported.add();
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
  const pcie_tlp::Status status = co_await parts_.requests.request(*port, tlp, data);
  // A function that isn't there reads all ones, without an error (PCIe 6.0 2.3.2).
  if (status != pcie_tlp::Status::successful) all_ones(data);
}

void HostBridge::access_own_configuration(Payload& payload, unsigned offset) {
  const unsigned size = payload.get_data_length();
  std::uint32_t value = 0;
  if (payload.is_write()) {
    std::memcpy(&value, payload.get_data_ptr(), size);
    own_.write(offset, size, value);
  } else {
    value = own_.read(offset, size);
    std::memcpy(payload.get_data_ptr(), &value, size);
  }
}

Task<void> HostBridge::access_memory(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  const auto bytes = bytes_of(payload);
  RootPort* const port = parts_.ports.of_address(address);
  if (port == nullptr) {
    parts_.counters.unsupported.add();
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
      attach_data(tlp, part, payloads_);
      co_await port->send(tlp);
      continue;
    }
    const pcie_tlp::Status status = co_await parts_.requests.request(*port, tlp, part);
    if (status != pcie_tlp::Status::successful) all_ones(part);
  }
}

unsigned HostBridge::debug(Payload& payload) {
  if (!payload.is_read()) return 0;
  const std::span data(payload.get_data_ptr(), payload.get_data_length());
  const std::uint64_t offset = ecam_offset(payload);
  const bool configuration = offset < parameters_.ecam_buses * ecam_bytes_per_bus;
  const auto destination = static_cast<std::uint16_t>(offset >> 12);
  RootPort* const port = configuration ? parts_.ports.of_function(destination)
                                       : parts_.ports.of_address(payload.get_address());
  BusDecode* const below = port != nullptr ? port->below() : nullptr;
  if (below == nullptr) return 0;
  const bool found = configuration ? below->debug_read_configuration(
                                         destination, static_cast<unsigned>(offset & 0xfff), data)
                                   : below->debug_read(payload.get_address(), data);
  return found ? payload.get_data_length() : 0;
}

}  // namespace doorbell::pcie
