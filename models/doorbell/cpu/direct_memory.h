#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/write_watch.h"

namespace doorbell::cpu {

/// Normal memory as a coherent cache sees it: bytes at once, without time. By DMI where a target
/// grants it, by transport_dbg otherwise.
class DirectMemory {
 public:
  static constexpr unsigned line_bytes = 64;

  explicit DirectMemory(InitiatorSocket& socket);

  /// False when nothing is there.
  bool read(std::uint64_t address, std::span<std::uint8_t> data);
  bool write(std::uint64_t address, std::span<const std::uint8_t> data);
  /// The next write to the line of `address` calls the watch, unless its memory doesn't keep
  /// watches
  /// (`WriteWatch::kept`).
  void watch(std::uint64_t address, WriteWatch& watch);
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
