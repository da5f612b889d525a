#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

enum class Opcode : std::uint8_t;

/// Which stages made a cached translation.
enum class Stages : std::uint8_t { stage1, stage2, both };

/// Who a cached translation belongs to (IHI 0070 3.17).
struct TranslationTag {
  std::uint32_t stream_id = 0;
  std::uint16_t asid = 0;
  std::uint16_t vmid = 0;
  bool global = false;        ///< nG = 0: for all ASIDs
  GranuleShift granule = 12;  ///< Of stage 1, if that is one of its stages.
  std::uint32_t substream_id = 0;
  bool substream_valid = false;  ///< SSV
  bool translated = false;       ///< Of Translated addresses (ATS).
  World world = World::el1;
  Stages stages = Stages::stage1;

  StreamWord stream() const {
    return StreamWord::of({stream_id, substream_id, substream_valid, translated});
  }

  bool operator==(const TranslationTag&) const = default;
};

/// What an invalidation command asks for, once decoded: of configuration structures (IHI 0070 4.3)
/// or of translations (4.4).
struct Invalidation {
  enum class Scope : std::uint8_t {
    ste,     ///< STE and CDs of the streams [first_stream, last_stream]
    cd,      ///< the CD of `substream_id` of the stream, or all of its CDs
    all,     ///< every translation
    asid,    ///< translations of an ASID that are not global
    va,      ///< of an ASID, or global, in [first, last]
    va_all,  ///< of any ASID in [first, last]
    ipa,     ///< of intermediate physical addresses in [first, last]
  };
  /// Sets of worlds and of stages, a bit each.
  using Set = std::uint8_t;
  static constexpr Set all_of_them = 0xff;
  template <class... Element>
  static constexpr Set only(Element... elements) {
    return static_cast<Set>(((1u << static_cast<unsigned>(elements)) | ...));
  }

  Scope scope = Scope::all;
  Opcode command{};  ///< That asks for it, for who wants to know why something is gone.
  // Of translations: whose, beside the scope.
  Set worlds = all_of_them;
  Set stages = all_of_them;  ///< Of those that these stages made.
  std::optional<std::uint16_t> vmid;
  std::uint32_t first_stream = 0;
  std::uint32_t last_stream = 0;
  std::uint32_t substream_id = 0;  ///< Of a CD: its index in the stream's table.
  bool all_substreams = true;
  std::uint16_t asid = 0;
  std::uint64_t first = 0;   ///< First byte of the range.
  std::uint64_t last = 0;    ///< Last byte of the range.
  bool leaf = false;         ///< Leaf: cached Table or level-1 descriptors stay.
  GranuleShift granule = 0;  ///< Only entries of this granule; 0 is any.
  unsigned level = 0;        ///< TTL: only leaf entries of this level; 0 is any.

  /// Of what a guest knows of: its stage 1, by itself and with stage 2, but not stage 2 alone
  /// (CMD_TLBI_NH_*, IHI 0070 4.4.2). Without stage 2 all VMIDs are 0.
  Invalidation& of_guest(std::uint16_t guest) {
    worlds = only(World::el1);
    stages = only(Stages::stage1, Stages::both);
    vmid = guest;
    return *this;
  }

  bool of_configuration() const { return scope == Scope::ste || scope == Scope::cd; }
  bool by_address() const {
    return scope == Scope::va || scope == Scope::va_all || scope == Scope::ipa;
  }
  bool covers_stream(std::uint32_t stream_id) const {
    return stream_id >= first_stream && stream_id <= last_stream;
  }
  bool covers_streams(std::uint32_t first, std::uint32_t last) const {
    return first <= last_stream && last >= first_stream;
  }
  /// Of configuration: whether it reaches the CD of that index.
  bool covers_cd(std::uint32_t stream_id, std::uint32_t index) const {
    return covers_stream(stream_id) && (all_substreams || index == substream_id);
  }

  /// A cached page or block that maps `size_log2` bytes from `base`, or is a part of one. A
  /// configuration invalidation takes the translations made for its streams along: a TBU's entries
  /// are found by StreamID.
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

/// How far an implementation invalidates beyond what a command asks for (IHI 0070 4.3, 4.4).
enum class OverInvalidation : std::uint8_t {
  none,
  asid,  ///< Addresses, levels and CDs make no difference.
  all,   ///< Every TLBI is of all translations, every CFGI of all configurations.
};

/// What is invalidated when `asked` is asked for: all of that, at least.
Invalidation widen(const Invalidation& asked, OverInvalidation policy);

}  // namespace doorbell::smmu
