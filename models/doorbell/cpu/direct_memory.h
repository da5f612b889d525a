#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"

namespace doorbell::cpu {

/// Normal memory as a coherent cache sees it: bytes at once, without time. By DMI where a target
/// grants it, by transport_dbg otherwise.
class DirectMemory {
 public:
  explicit DirectMemory(InitiatorSocket& socket);

  /// False when nothing is there.
  bool read(std::uint64_t address, std::span<std::uint8_t> data);
  bool write(std::uint64_t address, std::span<const std::uint8_t> data);
  /// Takes no part in results, only in speed: after a switch of timing grants are asked for anew.
  void forget_grants() { grants_.clear(); }

 private:
  struct Grant {
    std::uint64_t first;
    std::uint64_t last;
    std::uint8_t* bytes;
  };
  std::uint8_t* pointer(std::uint64_t address, std::uint64_t size);
  bool ask(std::uint64_t address);

  InitiatorSocket& socket_;
  PhysicalMemoryPort port_;
  Scheduler& scheduler_;
  std::vector<Grant> grants_;
};

}  // namespace doorbell::cpu
