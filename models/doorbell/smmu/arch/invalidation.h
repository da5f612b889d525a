#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// Who a cached translation belongs to (IHI 0070 3.17).
struct TranslationTag {
  std::uint32_t stream_id = 0;
  std::uint16_t asid = 0;
  std::uint16_t vmid = 0;
  bool global = false;  ///< nG = 0: for all ASIDs
  GranuleShift granule = 12;
  std::uint32_t substream_id = 0;
  bool substream_valid = false;  ///< SSV

  StreamWord stream() const { return StreamWord::of({stream_id, substream_id, substream_valid}); }

  bool operator==(const TranslationTag&) const = default;
};

/// What an invalidation command asks for, once decoded: of configuration structures (IHI 0070 4.3)
/// or of translations (4.4).
struct Invalidation {
  enum class Scope : std::uint8_t {
    ste,     ///< STE and CDs of the streams [first_stream, last_stream]
    cd,      ///< the CD of `substream_id` of the stream, or all of its CDs
    all,     ///< every translation: NSNH_ALL, and NH_ALL without stage 2
    asid,    ///< translations of an ASID that are not global
    va,      ///< of an ASID, or global, in [first, last]
    va_all,  ///< of any ASID in [first, last]
  };
  Scope scope = Scope::all;
  std::uint32_t first_stream = 0;
  std::uint32_t last_stream = 0;
  std::uint32_t substream_id = 0;  ///< Of a CD: its index in the stream's table.
  bool all_substreams = true;
  std::uint16_t asid = 0;
  std::uint64_t first = 0;   ///< First byte of the range.
  std::uint64_t last = 0;    ///< Last byte of the range.
  bool leaf = false;         ///< Leaf: cached Table descriptors stay.
  GranuleShift granule = 0;  ///< Only entries of this granule; 0 is any.
  unsigned level = 0;        ///< TTL: only leaf entries of this level; 0 is any.

  bool of_configuration() const { return scope == Scope::ste || scope == Scope::cd; }
  bool by_address() const { return scope == Scope::va || scope == Scope::va_all; }
  bool covers_stream(std::uint32_t stream_id) const {
    return stream_id >= first_stream && stream_id <= last_stream;
  }
  /// Of configuration: whether it reaches the CD of that index.
  bool covers_cd(std::uint32_t stream_id, std::uint32_t index) const {
    return covers_stream(stream_id) && (all_substreams || index == substream_id);
  }

  /// A cached page or block that maps `size_log2` bytes from `base`. A configuration invalidation
  /// takes the translations made for its streams along: a TBU's entries are found by StreamID.
  bool matches_leaf(const TranslationTag& tag, std::uint64_t base, unsigned size_log2,
                    unsigned leaf_level) const;

  /// A cached Table descriptor of `table_level` whose table translates `size_log2` bytes from
  /// `base`.
  bool matches_table(const TranslationTag& tag, std::uint64_t base, unsigned size_log2,
                     unsigned table_level) const;

  bool operator==(const Invalidation&) const = default;

 private:
  bool matches_owner(const TranslationTag& tag) const;
  bool overlaps(std::uint64_t base, unsigned size_log2) const;
};

}  // namespace doorbell::smmu
