#include "traces/make/buffers.h"

#include <algorithm>

namespace doorbell::workload {

using trace::page_bytes;
using trace::SmmuCommand;
using trace::SmmuOpcode;

namespace {

std::uint64_t in_pages(std::uint64_t bytes, std::uint64_t page) {
  return (bytes + page - 1) / page * page;
}

/// Mapped for each use a buffer has pages of its own; else only 4 KiB pages, several in a block.
std::uint64_t unit_bytes_of(const Mapping& mapping, std::uint64_t largest) {
  return in_pages(largest, mapping.is_per_use() ? mapping.page_bytes() : page_bytes);
}

}  // namespace

BufferMemory::BufferMemory(Space& space, Emitter& emitter, std::uint64_t bytes,
                           std::uint64_t largest)
    : unit_bytes_(unit_bytes_of(space.mapping(), largest)),
      units_(std::max<std::uint64_t>(bytes / unit_bytes_, 1)),
      first_frame_(space.memory(units_ * unit_bytes_)) {
  const auto& mapping = space.mapping();
  if (mapping.mode == Mapping::Mode::none) first_address_ = first_frame_ * page_bytes;
  if (mapping.mode != Mapping::Mode::all_along) return;
  const auto whole = in_pages(units_ * unit_bytes_, mapping.page_bytes());
  first_address_ = space.addresses(whole, mapping.page_bytes());
  emitter.processor({}, space.buffers_at(first_address_, first_frame_, whole));
}

std::uint64_t BufferMemory::frame(std::uint64_t unit) const {
  return first_frame_ + unit * (unit_bytes_ / page_bytes);
}

std::uint64_t BufferMemory::address(std::uint64_t unit) const {
  return first_address_ + unit * unit_bytes_;
}

Buffers::Buffers(Space& space, const BufferMemory& memory, std::uint32_t depth)
    : space_(space), memory_(memory), slot_bytes_(memory.unit_bytes()) {
  const auto& mapping = space.mapping();
  if (!mapping.is_per_use()) return;
  // Addresses that wait for a flush can't be given out again. With so many more, the flush comes
  // before what the depth waits for, in the handler's own order.
  const bool lazy = mapping.mode == Mapping::Mode::lazy;
  free_.resize(depth + (lazy ? mapping.lazy_unmaps : 0));
  first_slot_ = space.addresses(free_.size() * slot_bytes_, mapping.page_bytes());
}

std::uint64_t Buffers::slot_address(std::uint64_t use) const {
  return first_slot_ + use % free_.size() * slot_bytes_;
}

std::uint64_t Buffers::address(std::uint64_t use, std::uint64_t unit) const {
  return space_.mapping().is_per_use() ? slot_address(use) : memory_.address(unit);
}

Number Buffers::map(Emitter& emitter, Emitter::Actor actor, std::uint64_t use, std::uint64_t unit,
                    std::uint64_t bytes) {
  if (!space_.mapping().is_per_use()) return 0;
  return emitter.processor(actor, space_.buffers_at(slot_address(use), memory_.frame(unit), bytes),
                           {free_[use % free_.size()]});
}

Number Buffers::unmap(Emitter& emitter, Emitter::Actor actor, std::uint64_t use,
                      std::uint64_t bytes, Number after) {
  if (!space_.mapping().is_per_use()) return 0;
  const trace::Map mapped = space_.buffers_at(slot_address(use), 0, bytes);
  const Number unmapped = emitter.processor(
      actor, trace::Unmap{.stream = mapped.stream, .iova = mapped.iova, .pages = mapped.pages},
      {after});
  if (space_.mapping().mode == Mapping::Mode::strict)
    return free_[use % free_.size()] = invalidate(emitter, actor, mapped);
  const bool is_last = (use + 1) % space_.mapping().lazy_unmaps == 0;
  return is_last ? flush(emitter, actor) : unmapped;
}

Number Buffers::invalidate(Emitter& emitter, Emitter::Actor actor, const trace::Map& mapped) {
  SmmuCommand command{.opcode = SmmuOpcode::CMD_TLBI_NH_VA, .asid = space_.info().asid};
  command.iova = mapped.iova;
  command.pages = mapped.pages;
  command.leaf = true;
  command.block = mapped.block;
  emitter.processor(actor, command);
  return emitter.processor(actor, SmmuCommand{.opcode = SmmuOpcode::CMD_SYNC});
}

/// The whole stream, as Linux does when its queue of unmapped addresses is full: the command brings
/// its own CMD_SYNC.
Number Buffers::flush(Emitter& emitter, Emitter::Actor actor) const {
  return emitter.processor(
      actor, SmmuCommand{.opcode = SmmuOpcode::CMD_TLBI_NH_ASID, .asid = space_.info().asid});
}

}  // namespace doorbell::workload
