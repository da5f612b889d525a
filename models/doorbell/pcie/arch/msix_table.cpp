#include "doorbell/pcie/arch/msix_table.h"

#include <bit>

namespace doorbell::pcie {
namespace {

// Accesses of any size are made of the double words they touch.
template <class Word>
std::uint64_t read_words(std::uint64_t offset, unsigned size, Word word) {
  const unsigned shift = 8 * (offset % 4);
  std::uint64_t value = word(offset & ~3ULL);
  if (size > 4) value |= std::uint64_t{word((offset & ~3ULL) + 4)} << 32;
  value >>= shift;
  return size == 8 ? value : value & ((std::uint64_t{1} << 8 * size) - 1);
}

}  // namespace

MsixTable::MsixTable(unsigned vectors) : entries_(vectors), pending_((vectors + 63) / 64) {}

/// Bits behind the last vector stand for nothing.
void MsixTable::count_pending() {
  if (const unsigned used = vectors() % 64; used != 0)
    pending_.back() &= (std::uint64_t{1} << used) - 1;
  pending_count_ = 0;
  for (const std::uint64_t bits : pending_)
    pending_count_ += static_cast<unsigned>(std::popcount(bits));
}

std::uint32_t MsixTable::word(std::uint64_t offset) const {
  if (offset >= table_bytes()) return 0;
  const Entry& entry = entries_[offset / entry_bytes];
  switch (offset % entry_bytes) {
    case 0:
      return entry.address_low;
    case 4:
      return entry.address_high;
    case 8:
      return entry.data;
    default:
      return entry.control;
  }
}

void MsixTable::set_word(std::uint64_t offset, std::uint32_t value) {
  if (offset >= table_bytes()) return;
  Entry& entry = entries_[offset / entry_bytes];
  switch (offset % entry_bytes) {
    case 0:
      entry.address_low = value & ~3u;
      break;
    case 4:
      entry.address_high = value;
      break;
    case 8:
      entry.data = value;
      break;
    default:
      entry.control = value & Mask_Bit;
      break;  // ST bits need TPH, which isn't claimed
  }
}

std::uint64_t MsixTable::read_table(std::uint64_t offset, unsigned size) const {
  return read_words(offset, size, [this](std::uint64_t at) { return word(at); });
}

void MsixTable::write_table(std::uint64_t offset, unsigned size, std::uint64_t value) {
  if (size >= 4) {
    set_word(offset, static_cast<std::uint32_t>(value));
    if (size == 8) set_word(offset + 4, static_cast<std::uint32_t>(value >> 32));
    return;
  }
  const unsigned shift = 8 * (offset % 4);
  const std::uint32_t mask = ((1u << 8 * size) - 1) << shift;
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << shift & mask;
  set_word(offset & ~3ULL, (word(offset & ~3ULL) & ~mask) | bits);
}

std::uint64_t MsixTable::read_pba(std::uint64_t offset, unsigned size) const {
  return read_words(offset, size, [this](std::uint64_t at) {
    return at < pba_bytes() ? static_cast<std::uint32_t>(pending_[at / 8] >> 8 * (at % 8)) : 0u;
  });
}

bool MsixTable::set_pending(unsigned vector) {
  if (pending(vector)) return false;
  pending_[vector / 64] |= std::uint64_t{1} << vector % 64;
  ++pending_count_;
  return true;
}

MsiMessage MsixTable::message(unsigned vector) const {
  const Entry& entry = entries_[vector];
  return {std::uint64_t{entry.address_high} << 32 | entry.address_low, entry.data};
}

std::optional<unsigned> MsixTable::take_unmasked() {
  if (pending_count_ == 0) return std::nullopt;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    for (std::uint64_t bits = pending_[i]; bits != 0; bits &= bits - 1) {
      const auto vector =
          static_cast<unsigned>(i * 64) + static_cast<unsigned>(std::countr_zero(bits));
      if (masked(vector)) continue;
      pending_[i] &= ~(std::uint64_t{1} << vector % 64);
      --pending_count_;
      return vector;
    }
  }
  return std::nullopt;
}

MsixCapability::MsixCapability(ConfigurationSpace& space, const MsixLayout& layout)
    : space_(space),
      layout_(layout),
      table_(layout.vectors),
      offset_(space.add_capability(id, 12)) {
  space_.define(offset_ + Message_Control, 2, layout.vectors - 1, Function_Mask | MSI_X_Enable);
  space_.define(offset_ + Table_Offset, 4, layout.table_offset | layout.table_bar, 0);
  space_.define(offset_ + PBA_Offset, 4, layout.pba_offset | layout.pba_bar, 0);
}

MsiOutcome MsixCapability::signal(unsigned vector, MsiMessage& message) {
  if (!enabled() || vector >= table_.vectors()) return MsiOutcome::disabled;
  if (function_masked() || table_.masked(vector)) {
    return table_.set_pending(vector) ? MsiOutcome::pending : MsiOutcome::merged;
  }
  message = table_.message(vector);
  return MsiOutcome::sent;
}

std::optional<MsiMessage> MsixCapability::take_unmasked(unsigned* vector) {
  if (!enabled() || function_masked()) return std::nullopt;
  const auto unmasked = table_.take_unmasked();
  if (!unmasked) return std::nullopt;
  if (vector != nullptr) *vector = *unmasked;
  return table_.message(*unmasked);
}

}  // namespace doorbell::pcie
