#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doorbell/core/coherent_access.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/write_watch.h"

namespace doorbell::cpu {

/// Normal memory as a coherent cache sees it: bytes at once, without time. By DMI where a target
/// grants it, under every timing if the target knows CoherentAccess and else under loose timing
/// only; by transport_dbg otherwise.
class DirectMemory {
 public:
  static constexpr unsigned line_bytes = 64;

  explicit DirectMemory(InitiatorSocket& socket);

  /// False when nothing is there.
  bool read(std::uint64_t address, std::span<std::uint8_t> data);
  bool write(std::uint64_t address, std::span<const std::uint8_t> data);
  /// The next write to the line of `address` calls the watch, unless its memory doesn't keep
  /// watches (`WriteWatch::kept`).
  void watch(std::uint64_t address, WriteWatch& watch);

 private:
  struct Grant {
    std::uint64_t first;
    std::uint64_t last;
    std::uint8_t* bytes;
    CoherentAccess coherent;

    /// Else it ends with loose timing.
    bool lasting() const { return coherent.granted(); }
    std::uint8_t* at(std::uint64_t address) const { return bytes + (address - first); }
  };
  const Grant* grant_for(std::uint64_t address, std::uint64_t size);
  bool ask(std::uint64_t address);

  InitiatorSocket& socket_;
  PhysicalMemoryPort port_;
  Scheduler& scheduler_;
  std::vector<Grant> grants_;
};

}  // namespace doorbell::cpu
