#pragma once

#include <algorithm>
#include <cstdint>

namespace doorbell::pcie {

/// No memory request crosses a 4 KiB boundary (PCIe 6.0 2.2.7).
inline constexpr std::uint64_t request_boundary = 4096;

/// Bytes of the next TLP of a transfer of `remaining` bytes at `address`: at most `limit` bytes of
/// whole double words (Max_Payload_Size for writes, 2.2.2; Max_Read_Request_Size for
/// reads, 7.5.3.4) and not across 4 KiB.
constexpr unsigned next_request_bytes(std::uint64_t address, std::uint64_t remaining,
                                      unsigned limit) {
  const std::uint64_t to_boundary = request_boundary - address % request_boundary;
  const std::uint64_t in_payload = limit - address % 4;
  return static_cast<unsigned>(std::min({remaining, to_boundary, in_payload}));
}

/// Bytes of the next completion of a read with `remaining` bytes left at `address`: at most `limit`
/// bytes (Max_Payload_Size), and ending at a Read Completion Boundary unless it is the last
/// (PCIe 6.0 2.3.1.1). `boundary` is 64 or 128 and not above `limit`.
constexpr unsigned next_completion_bytes(std::uint64_t address, std::uint64_t remaining,
                                         unsigned limit, unsigned boundary) {
  const std::uint64_t furthest = address + limit - address % 4;
  if (address + remaining <= furthest) return static_cast<unsigned>(remaining);
  return static_cast<unsigned>(furthest - furthest % boundary - address);
}

}  // namespace doorbell::pcie
