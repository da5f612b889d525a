#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "doorbell/pcie/arch/nvme/status.h"

namespace doorbell::pcie::nvme {

/// CC.MPS is 0: a memory page has 4 KiB (NVMe 1.4 3.1.5).
inline constexpr std::uint32_t page_bytes = 4096;

/// A piece of a host's buffer.
struct Segment {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;

  friend bool operator==(const Segment&, const Segment&) = default;
};

/// Finds the host's memory that PRP1 and PRP2 of a command describe (NVMe 1.4 4.3), without reading
/// memory itself: while there is a `list` to read, its bytes are handed to `supply`. Pages that
/// follow each other in memory become one segment.
class PrpWalk {
 public:
  PrpWalk(std::uint64_t prp1, std::uint64_t prp2, std::uint32_t length);

  /// The part of a PRP List that has to be read next, within one page.
  std::optional<Segment> list() const { return list_; }
  /// The bytes of `list()`.
  void supply(std::span<const std::uint8_t> bytes);

  /// `prp_offset_invalid` once an entry has an offset where none may be, or one that isn't a
  /// multiple of a double word (PRP1), or of an entry (PRP List).
  Status status() const { return status_; }
  /// All of the buffer, once there is no list left and the status is success.
  const std::vector<Segment>& segments() const { return segments_; }

 private:
  void add(std::uint64_t address, std::uint32_t bytes);
  void take_page(std::uint64_t entry);
  void open_list(std::uint64_t address);
  void fail();

  std::uint32_t remaining_;  // bytes without an entry yet
  std::vector<Segment> segments_;
  std::optional<Segment> list_;
  Status status_ = Status::success;
};

}  // namespace doorbell::pcie::nvme
