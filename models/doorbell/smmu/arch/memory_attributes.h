#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/access.h"
#include "doorbell/smmu/arch/permissions.h"
#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::smmu {

/// Device memory; the stricter comes first.
enum class DeviceType : std::uint8_t { nGnRnE, nGnRE, nGRE, GRE };
/// Of Normal memory, at one level of caches; the weaker comes first.
enum class Cacheability : std::uint8_t { non_cacheable, write_through, write_back };
/// As SH encodes it.
enum class Shareability : std::uint8_t { non_shareable = 0, outer = 2, inner = 3 };

/// What Normal memory is to the inner or the outer caches. The hints mean nothing, and are false,
/// where it is Non-cacheable.
struct CachePolicy {
  Cacheability kind = Cacheability::non_cacheable;
  bool read_allocate = false;
  bool write_allocate = false;
  bool transient = false;

  static constexpr CachePolicy allocating(Cacheability kind) {
    const bool cacheable = kind != Cacheability::non_cacheable;
    return {kind, cacheable, cacheable, false};
  }
  bool operator==(const CachePolicy&) const = default;
};

/// Attributes of a region of memory, or of an access (DDI 0487 D8.6; IHI 0070 13.1), always
/// consistent (13.1.7): what is Device or Non-cacheable is Outer Shareable.
struct MemoryAttributes {
  bool device = false;
  DeviceType type = DeviceType::nGnRnE;  ///< Of Device memory.
  CachePolicy inner, outer;              ///< Of Normal memory.
  Shareability shareability = Shareability::outer;

  static MemoryAttributes of_device(DeviceType type);
  static MemoryAttributes of_normal(const CachePolicy& inner, const CachePolicy& outer,
                                    Shareability shareability);
  /// Of a transaction that says nothing of it (IHI 0070 13.1.3).
  static MemoryAttributes of_incoming();
  bool cacheable() const {
    return !device &&
           (inner.kind != Cacheability::non_cacheable || outer.kind != Cacheability::non_cacheable);
  }
  bool operator==(const MemoryAttributes&) const = default;
};

/// What an attribute of MAIR and a stage 1 SH say (DDI 0487 MAIR_EL1, D8.6.1, D8.6.2). Reserved
/// values are the strictest: Device-nGnRnE, Non-shareable.
MemoryAttributes decode_stage1_attributes(std::uint8_t attribute, unsigned SH);
/// An attribute of MAIR that says so.
std::uint8_t encode_attribute(const MemoryAttributes& attributes);

/// What a stage 2 MemAttr and SH say without S2FWB (D8.6.5, table D8-96); STE.MemAttr is encoded
/// so, too. Reserved values are Device-nGnRnE (IHI 0070 5.2, MemAttr).
MemoryAttributes decode_stage2_attributes(unsigned MemAttr, unsigned SH);

/// Both stages together (D8.6.5.1, D8.6.5.2, D8.6.7.1): the stricter of each.
MemoryAttributes combine(const MemoryAttributes& stage1, const MemoryAttributes& stage2);

/// Both stages together with S2FWB (D8.6.6): MemAttr says the result, or leaves stage 1's.
MemoryAttributes force(const MemoryAttributes& stage1, unsigned MemAttr, unsigned SH);

/// The attributes of an incoming transaction after MTCFG, ALLOCCFG and SHCFG (IHI
/// 0070 5.2, 13.1.4).
MemoryAttributes override_attributes(MemoryAttributes incoming,
                                     const AttributeOverrides& overrides);

/// A transaction after PRIVCFG and INSTCFG (5.2). A write is data whatever INSTCFG says.
Access override_access(Access incoming, const AttributeOverrides& overrides);

/// What `permissions` allow to transactions before their overrides: who asks with the incoming
/// attributes needs to know nothing of PRIVCFG and INSTCFG.
Permissions before_overrides(Permissions permissions, const AttributeOverrides& overrides);

}  // namespace doorbell::smmu
