#include "doorbell/smmu/arch/invalidation.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {

bool Invalidation::matches_owner(const TranslationTag& tag) const {
  if (!of_configuration()) {
    if ((worlds & only(tag.world)) == 0 || (stages & only(tag.stages)) == 0) return false;
    if (vmid && *vmid != tag.vmid) return false;
  }
  switch (scope) {
    case Scope::ste:
      return covers_stream(tag.stream_id);
    case Scope::cd:
      // Without a SubstreamID the CD is that of index 0 (IHI 0070 4.3.3).
      return covers_cd(tag.stream_id, tag.substream_valid ? tag.substream_id : 0);
    case Scope::all:
    case Scope::va_all:
    case Scope::ipa:
      return true;
    case Scope::asid:
      return !tag.global && tag.asid == asid;
    case Scope::va:
      return tag.global || tag.asid == asid;
  }
  return false;
}

bool Invalidation::overlaps(std::uint64_t base, unsigned size_log2) const {
  return base <= last && (base | low_mask(size_log2)) >= first;
}

bool Invalidation::matches_leaf(const TranslationTag& tag, std::uint64_t base, unsigned size_log2,
                                unsigned leaf_level) const {
  if (!matches_owner(tag)) return false;
  if (!by_address()) return true;
  return (granule == 0 || granule == tag.granule) && (level == 0 || level == leaf_level) &&
         overlaps(base, size_log2);
}

bool Invalidation::matches_table(const TranslationTag& tag, std::uint64_t base, unsigned size_log2,
                                 unsigned table_level) const {
  if (of_configuration() || !matches_owner(tag)) return false;
  if (!by_address()) return true;
  // Table descriptors lie above the leaf level that TTL names (IHI 0070 4.4.1.1).
  return !leaf && (granule == 0 || granule == tag.granule) && (level == 0 || table_level < level) &&
         overlaps(base, size_log2);
}

Invalidation widen(const Invalidation& asked, OverInvalidation policy) {
  if (policy == OverInvalidation::none) return asked;
  Invalidation wide = asked;
  wide.leaf = false;
  if (policy == OverInvalidation::all) {
    wide = {};
    wide.command = asked.command;
    if (asked.of_configuration()) {
      wide.scope = Invalidation::Scope::ste;
      wide.last_stream = ~std::uint32_t{0};
    }
  } else if (asked.of_configuration()) {
    wide.all_substreams = true;
  } else if (asked.by_address()) {
    // Still by address: global entries go with any, but not with an ASID (4.4.2).
    wide.first = 0;
    wide.last = ~std::uint64_t{0};
    wide.granule = 0;
    wide.level = 0;
  }
  return wide;
}

}  // namespace doorbell::smmu
