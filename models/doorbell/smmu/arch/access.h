#pragma once

#include <cstdint>

namespace doorbell::smmu {

/// The attributes of a transaction that a translation depends on (IHI 0070 13.1.2). An instruction
/// access is a read: `instruction` is ignored for writes.
struct Access {
  bool write = false;
  bool privileged = false;
  bool instruction = false;

  bool operator==(const Access&) const = default;
};

/// Where a transaction comes from: the stream and, when the requester gave one, the substream
/// (IHI 0070 3.2).
struct Stream {
  std::uint32_t stream_id = 0;
  std::uint32_t substream_id = 0;
  bool substream_valid = false;  ///< SSV
  /// Its addresses are Translated: an ATC got them by ATS (3.9).
  bool translated = false;

  bool operator==(const Stream&) const = default;
};

/// A stream as one number, different for different ones.
struct StreamWord {
  std::uint64_t value = 0;

  static constexpr StreamWord of(const Stream& stream) {
    return {stream.stream_id | std::uint64_t{stream.substream_id} << 32 |
            std::uint64_t{stream.substream_valid} << 52 | std::uint64_t{stream.translated} << 53};
  }
  constexpr std::uint32_t stream_id() const { return static_cast<std::uint32_t>(value); }

  constexpr bool operator==(const StreamWord&) const = default;
};

}  // namespace doorbell::smmu
