#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::smmu {

/// A level-1 descriptor of a two-level table of CDs (L1CD, IHI 0070 5.3).
struct ContextTableDescriptor {
  static constexpr unsigned bytes = 8;

  bool V = false;
  std::uint64_t L2Ptr = 0;

  static ContextTableDescriptor decode(std::uint64_t word);
  /// Whether there are CDs behind it: it is valid, and leads nowhere beyond the output addresses.
  bool valid(const Features& features) const;
};

/// The CDs of a stream as its STE describes them (IHI 0070 3.3.3, 5.2): one, a linear table, or one
/// of two levels.
class ContextTable {
 public:
  static constexpr unsigned entry_bytes = 64;

  explicit ContextTable(const StreamTableEntry& ste);

  bool two_level() const { return leaf_bits_ != 0; }
  /// Of a table of two levels: how many bits of an index the second one resolves.
  unsigned leaf_bits() const { return leaf_bits_; }
  /// Physical address of the CD of an index below 2^S1CDMax: of one, or a linear table.
  std::uint64_t entry_address(std::uint32_t index) const;
  /// Of a table of two levels: physical address of the level-1 descriptor of `index`.
  std::uint64_t descriptor_address(std::uint32_t index) const;
  /// And of the CD itself, through that descriptor. Nothing where it isn't valid, or beyond the
  /// output addresses (C_BAD_SUBSTREAMID, 7.3.9).
  std::optional<std::uint64_t> entry_address(std::uint32_t index,
                                             const ContextTableDescriptor& descriptor,
                                             const Features& features) const;

 private:
  std::uint64_t base_ = 0;
  unsigned leaf_bits_ = 0;  ///< Of an index, that a second level resolves; 0: there is none.
};

/// The index of a transaction's CD, once `StreamTableEntry::check_substream` has let it pass.
constexpr std::uint32_t context_index(const Stream& stream) {
  return stream.substream_valid ? stream.substream_id : 0;
}

}  // namespace doorbell::smmu
