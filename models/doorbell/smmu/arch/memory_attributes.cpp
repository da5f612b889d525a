#include "doorbell/smmu/arch/memory_attributes.h"

#include <algorithm>

namespace doorbell::smmu {
namespace {

Shareability decode_shareability(unsigned SH) {
  return SH == 2   ? Shareability::outer
         : SH == 3 ? Shareability::inner
                   : Shareability::non_shareable;
}

/// Four bits of an attribute of Normal memory: 0b00RW and 0b01RW are transient, 0b0100 is
/// Non-cacheable (DDI 0487 MAIR_EL1).
CachePolicy decode_policy(unsigned bits) {
  if (bits == 0b0100) return {};
  const auto kind = (bits & 0b0100) != 0 ? Cacheability::write_back : Cacheability::write_through;
  return {kind, (bits & 0b0010) != 0, (bits & 0b0001) != 0, (bits & 0b1000) == 0};
}

unsigned encode_policy(const CachePolicy& policy) {
  if (policy.kind == Cacheability::non_cacheable) return 0b0100;
  return (policy.transient ? 0 : 0b1000) | (policy.kind == Cacheability::write_back ? 0b0100 : 0) |
         (policy.read_allocate ? 0b0010 : 0) | (policy.write_allocate ? 0b0001 : 0);
}

/// No hints without a cache, and nothing transient that isn't allocated (IHI 0070 13.1.7).
CachePolicy consistent(CachePolicy policy) {
  if (policy.kind == Cacheability::non_cacheable) return {};
  policy.transient &= policy.read_allocate || policy.write_allocate;
  return policy;
}

/// The hints are stage 1's, or to allocate where it has none (D8.6.3).
CachePolicy with_hints(Cacheability kind, const CachePolicy& stage1) {
  if (stage1.kind == Cacheability::non_cacheable) return CachePolicy::allocating(kind);
  return {kind, stage1.read_allocate, stage1.write_allocate, stage1.transient};
}

CachePolicy combine(const CachePolicy& stage1, const CachePolicy& stage2) {
  return with_hints(std::min(stage1.kind, stage2.kind), stage1);
}

/// Table D8-103: Outer Shareable before Inner before Non-shareable.
Shareability combine(Shareability a, Shareability b) {
  if (a == Shareability::outer || b == Shareability::outer) return Shareability::outer;
  return std::max(a, b);
}

bool overrides_privilege(const AttributeOverrides& overrides) {
  return (overrides.PRIVCFG & 0b10) != 0;
}
bool overrides_instruction(const AttributeOverrides& overrides) {
  return (overrides.INSTCFG & 0b10) != 0;
}

}  // namespace

MemoryAttributes MemoryAttributes::of_device(DeviceType type) {
  return {.device = true, .type = type};
}

MemoryAttributes MemoryAttributes::of_normal(const CachePolicy& inner, const CachePolicy& outer,
                                             Shareability shareability) {
  MemoryAttributes result{.inner = consistent(inner), .outer = consistent(outer)};
  if (result.cacheable()) result.shareability = shareability;
  return result;
}

MemoryAttributes MemoryAttributes::of_incoming() {
  const CachePolicy write_back = CachePolicy::allocating(Cacheability::write_back);
  return of_normal(write_back, write_back, Shareability::non_shareable);
}

MemoryAttributes decode_stage1_attributes(std::uint8_t attribute, unsigned SH) {
  const unsigned outer = attribute >> 4, inner = attribute & 0xf;
  if (outer == 0) {
    const bool reserved = (inner & 0b0011) != 0;
    return MemoryAttributes::of_device(reserved ? DeviceType::nGnRnE
                                                : static_cast<DeviceType>(inner >> 2));
  }
  if (inner == 0) return MemoryAttributes::of_device(DeviceType::nGnRnE);
  return MemoryAttributes::of_normal(decode_policy(inner), decode_policy(outer),
                                     decode_shareability(SH));
}

std::uint8_t encode_attribute(const MemoryAttributes& attributes) {
  if (attributes.device)
    return static_cast<std::uint8_t>(static_cast<unsigned>(attributes.type) << 2);
  return static_cast<std::uint8_t>(encode_policy(attributes.outer) << 4 |
                                   encode_policy(attributes.inner));
}

MemoryAttributes decode_stage2_attributes(unsigned MemAttr, unsigned SH) {
  const unsigned outer = MemAttr >> 2 & 3, inner = MemAttr & 3;
  if (outer == 0) return MemoryAttributes::of_device(static_cast<DeviceType>(inner));
  if (inner == 0) return MemoryAttributes::of_device(DeviceType::nGnRnE);
  return MemoryAttributes::of_normal(CachePolicy::allocating(static_cast<Cacheability>(inner - 1)),
                                     CachePolicy::allocating(static_cast<Cacheability>(outer - 1)),
                                     decode_shareability(SH));
}

MemoryAttributes combine(const MemoryAttributes& stage1, const MemoryAttributes& stage2) {
  if (stage1.device && stage2.device) {
    return MemoryAttributes::of_device(std::min(stage1.type, stage2.type));
  }
  if (stage1.device) return stage1;
  if (stage2.device) return stage2;
  return MemoryAttributes::of_normal(combine(stage1.inner, stage2.inner),
                                     combine(stage1.outer, stage2.outer),
                                     combine(stage1.shareability, stage2.shareability));
}

MemoryAttributes force(const MemoryAttributes& stage1, unsigned MemAttr, unsigned SH) {
  constexpr unsigned non_cacheable = 0b101, write_back = 0b110, of_stage1 = 0b111;
  const Shareability shareability = combine(stage1.shareability, decode_shareability(SH));
  switch (MemAttr & 0b111) {  // MemAttr[3] is RES0
    case non_cacheable:
      return stage1.device ? stage1 : MemoryAttributes::of_normal({}, {}, shareability);
    case write_back:
      return MemoryAttributes::of_normal(with_hints(Cacheability::write_back, stage1.inner),
                                         with_hints(Cacheability::write_back, stage1.outer),
                                         shareability);
    case of_stage1:
      return stage1.device ? stage1
                           : MemoryAttributes::of_normal(stage1.inner, stage1.outer, shareability);
    default:  // Device; 0b100 is reserved
      return combine(stage1, MemoryAttributes::of_device(static_cast<DeviceType>(MemAttr & 0b011)));
  }
}

MemoryAttributes override_attributes(MemoryAttributes incoming,
                                     const AttributeOverrides& overrides) {
  constexpr unsigned use_incoming = 0b01;
  if (overrides.MTCFG) {
    const MemoryAttributes type = decode_stage2_attributes(overrides.MemAttr, 0);
    if (type.device) return type;
    incoming = MemoryAttributes::of_normal(with_hints(type.inner.kind, incoming.inner),
                                           with_hints(type.outer.kind, incoming.outer),
                                           incoming.shareability);
  }
  if (incoming.device) return incoming;
  if ((overrides.ALLOCCFG & 0b1000) != 0) {
    for (CachePolicy* const policy : {&incoming.inner, &incoming.outer}) {
      policy->read_allocate = (overrides.ALLOCCFG & 0b0100) != 0;
      policy->write_allocate = (overrides.ALLOCCFG & 0b0010) != 0;
      policy->transient = (overrides.ALLOCCFG & 0b0001) != 0;
    }
  }
  const Shareability shareability = overrides.SHCFG == use_incoming
                                        ? incoming.shareability
                                        : decode_shareability(overrides.SHCFG);
  return MemoryAttributes::of_normal(incoming.inner, incoming.outer, shareability);
}

Access override_access(Access incoming, const AttributeOverrides& overrides) {
  if (overrides_privilege(overrides)) incoming.privileged = (overrides.PRIVCFG & 1) != 0;
  if (overrides_instruction(overrides)) incoming.instruction = (overrides.INSTCFG & 1) != 0;
  incoming.instruction &= !incoming.write;
  return incoming;
}

Permissions before_overrides(Permissions permissions, const AttributeOverrides& overrides) {
  if (!overrides_privilege(overrides) && !overrides_instruction(overrides)) return permissions;
  Permissions result;
  for (const bool write : {false, true}) {
    for (const bool privileged : {false, true}) {
      for (const bool instruction : {false, true}) {
        if (write && instruction) continue;
        const Access incoming{write, privileged, instruction};
        result = result.with(incoming, permissions.allow(override_access(incoming, overrides)));
      }
    }
  }
  return result;
}

}  // namespace doorbell::smmu
