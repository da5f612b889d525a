#pragma once

#include <cstdint>
#include <span>

#include "doorbell/core/arch/exchanged.h"
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/payload_pool.h"

namespace doorbell {

/// The address space of a memory access: physical, or the intermediate physical addresses of a
/// VMID.
struct AddressSpace {
  enum class Kind : std::uint8_t { physical, intermediate_physical };
  Kind kind = Kind::physical;
  std::uint16_t vmid = 0;
};

/// How a block reaches its tables and queues in memory: addresses, bytes and an answer, nothing of
/// the bus.
class MemoryPort {
 public:
  virtual ~MemoryPort() = default;

  /// Fills `data` from `address`. False when the access was answered with an error (external
  /// abort); `data` then is undefined.
  virtual Task<bool> read(AddressSpace space, std::uint64_t address,
                          std::span<std::uint8_t> data) = 0;
  virtual Task<bool> write(AddressSpace space, std::uint64_t address,
                           std::span<const std::uint8_t> data) = 0;
  /// Replaces the eight bytes at `address`, a multiple of 8, by `desired` if they are `expected`
  /// at the instant of the answer.
  virtual Task<Exchanged> compare_and_swap(AddressSpace space, std::uint64_t address,
                                           std::uint64_t expected, std::uint64_t desired) = 0;
};

/// The physical address space behind an InitiatorSocket, used for one purpose.
class PhysicalMemoryPort : public MemoryPort {
 public:
  explicit PhysicalMemoryPort(InitiatorSocket& socket,
                              MemoryPurpose purpose = MemoryPurpose::other);

  Task<bool> read(AddressSpace space, std::uint64_t address, std::span<std::uint8_t> data) override;
  Task<bool> write(AddressSpace space, std::uint64_t address,
                   std::span<const std::uint8_t> data) override;
  Task<Exchanged> compare_and_swap(AddressSpace space, std::uint64_t address,
                                   std::uint64_t expected, std::uint64_t desired) override;

  /// Without time or side effects (transport_dbg). False when nothing is there.
  bool read_debug(std::uint64_t address, std::span<std::uint8_t> data);
  bool write_debug(std::uint64_t address, std::span<const std::uint8_t> data);

 private:
  InitiatorSocket& socket_;
  MemoryPurpose purpose_;
  PayloadPool& payloads_;
};

}  // namespace doorbell
