#include "doorbell/core/memory_port.h"

#include <algorithm>

#include "doorbell/core/atomic_access.h"
#include "doorbell/core/simulation.h"

namespace doorbell {

PhysicalMemoryPort::PhysicalMemoryPort(InitiatorSocket& socket, MemoryPurpose purpose)
    : socket_(socket), purpose_(purpose), payloads_(Simulation::current().payloads()) {}

Task<bool> PhysicalMemoryPort::read(AddressSpace, std::uint64_t address,
                                    std::span<std::uint8_t> data) {
  PayloadReference payload =
      payloads_.take(tlm::TLM_READ_COMMAND, address, static_cast<unsigned>(data.size()));
  payload->requester().purpose = purpose_;
  co_await socket_.transport(*payload);
  std::copy_n(payload->data().begin(), data.size(), data.begin());
  co_return payload->is_response_ok();
}

Task<bool> PhysicalMemoryPort::write(AddressSpace, std::uint64_t address,
                                     std::span<const std::uint8_t> data) {
  PayloadReference payload =
      payloads_.take(tlm::TLM_WRITE_COMMAND, address, static_cast<unsigned>(data.size()));
  std::copy_n(data.begin(), data.size(), payload->data().begin());
  payload->requester().purpose = purpose_;
  co_await socket_.transport(*payload);
  co_return payload->is_response_ok();
}

Task<Exchanged> PhysicalMemoryPort::compare_and_swap(AddressSpace, std::uint64_t address,
                                                     std::uint64_t expected,
                                                     std::uint64_t desired) {
  AtomicAccess access;
  store_little_endian(access.compare, expected);
  store_little_endian(access.operand, desired);
  PayloadReference payload = payloads_.take(tlm::TLM_IGNORE_COMMAND, address, access.size);
  payload->requester().purpose = purpose_;
  payload->set_extension(&access);
  co_await socket_.transport(*payload);
  payload->clear_extension(&access);
  co_return Exchanged{.ok = payload->is_response_ok() && access.done,
                      .old = load_little_endian<std::uint64_t>(access.result)};
}

bool PhysicalMemoryPort::read_debug(std::uint64_t address, std::span<std::uint8_t> data) {
  PayloadReference payload =
      payloads_.take(tlm::TLM_READ_COMMAND, address, static_cast<unsigned>(data.size()));
  if (socket_.transport_debug(*payload) != data.size()) return false;
  std::copy_n(payload->data().begin(), data.size(), data.begin());
  return true;
}

bool PhysicalMemoryPort::write_debug(std::uint64_t address, std::span<const std::uint8_t> data) {
  PayloadReference payload =
      payloads_.take(tlm::TLM_WRITE_COMMAND, address, static_cast<unsigned>(data.size()));
  std::copy_n(data.begin(), data.size(), payload->data().begin());
  return socket_.transport_debug(*payload) == data.size();
}

}  // namespace doorbell
