#pragma once

#include <cstdint>
#include <vector>

#include "traces/make/space.h"

namespace doorbell::workload {

/// Memory of a stream that its buffers are taken from, in units of equal size.
class BufferMemory {
 public:
  /// `bytes` of memory in units that hold `largest` bytes; mapped all along where that is asked
  /// for.
  BufferMemory(Space& space, Emitter& emitter, std::uint64_t bytes, std::uint64_t largest);

  std::uint64_t units() const { return units_; }
  std::uint64_t unit_bytes() const { return unit_bytes_; }
  /// The first frame of a unit.
  std::uint64_t frame(std::uint64_t unit) const;
  /// Where a function reaches a unit that isn't mapped for each use.
  std::uint64_t address(std::uint64_t unit) const;

 private:
  std::uint64_t unit_bytes_;
  std::uint64_t units_;
  std::uint64_t first_frame_;
  std::uint64_t first_address_ = 0;
};

/// The buffers of one queue, used one after the other: what it takes to map and unmap them.
class Buffers {
 public:
  /// At most `depth` are in use at a time. `memory` outlives it.
  Buffers(Space& space, const BufferMemory& memory, std::uint32_t depth);

  /// Where a function reaches the buffer of the n-th use, in a unit of the memory.
  std::uint64_t address(std::uint64_t use, std::uint64_t unit) const;
  /// Maps it, if that is done for each use; the record, or 0.
  Number map(Emitter& emitter, Emitter::Actor actor, std::uint64_t use, std::uint64_t unit,
             std::uint64_t bytes);
  /// Unmaps it after a record, if it was mapped, and invalidates; the last record of it, or 0. Uses
  /// end in their order.
  Number unmap(Emitter& emitter, Emitter::Actor actor, std::uint64_t use, std::uint64_t bytes,
               Number after);

 private:
  std::uint64_t slot_address(std::uint64_t use) const;
  Number invalidate(Emitter& emitter, Emitter::Actor actor, const trace::Map& mapped);
  Number flush(Emitter& emitter, Emitter::Actor actor) const;

  const Space& space_;
  const BufferMemory& memory_;
  std::uint64_t slot_bytes_;
  std::uint64_t first_slot_ = 0;
  /// By slot, under strict: the record since which its addresses are free again.
  std::vector<Number> free_;
};

}  // namespace doorbell::workload
