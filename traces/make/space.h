#pragma once

#include <cstdint>

#include "traces/make/emitter.h"
#include "traces/make/parameters.h"

namespace doorbell::workload {

/// Page frames of the whole workload, given out once.
class Frames {
 public:
  /// The first of `pages` frames, a multiple of `alignment` (a power of two).
  std::uint64_t take(std::uint64_t pages, std::uint64_t alignment);

 private:
  std::uint64_t next_ = 0;
};

/// The addresses and the memory of one stream: a function with its vectors.
class Space {
 public:
  /// Stream, DeviceID and ASID follow from the stream's number in the workload, from 0.
  Space(std::uint32_t number, std::uint32_t events, const Mapping& mapping, Frames& frames);

  const trace::StreamInfo& info() const { return info_; }
  trace::Stream stream() const { return info_.stream; }
  const Mapping& mapping() const { return mapping_; }

  /// Opens every vector, its interrupts taken by processors from `cpu` on, and maps the doorbell.
  void open_vectors(Emitter& emitter, std::uint32_t cpu) const;
  /// Memory that is mapped all along, in pages of 4 KiB: its address for the function.
  std::uint64_t ring(Emitter& emitter, std::uint64_t bytes);
  /// The first of as many frames as `bytes` need, for buffers.
  std::uint64_t memory(std::uint64_t bytes);
  /// Addresses for `bytes`, with nothing mapped there.
  std::uint64_t addresses(std::uint64_t bytes, std::uint64_t alignment);
  /// What maps `bytes` of frames for buffers, by pages of the workload's size.
  trace::Map buffers_at(std::uint64_t iova, std::uint64_t frame, std::uint64_t bytes) const;
  /// What writes an event.
  trace::Msi signal(std::uint32_t event) const;

 private:
  trace::StreamInfo info_;
  const Mapping& mapping_;
  Frames& frames_;
  std::uint64_t next_iova_;
};

/// Bytes in whole pages of 4 KiB.
std::uint64_t pages_of(std::uint64_t bytes);

}  // namespace doorbell::workload
