// Memory attributes, with the rows of DDI 0487 D8.6 (tables D8-96 to D8-103) and IHI
// 0070 5.2, 13.1.
#include "doorbell/smmu/arch/memory_attributes.h"

#include <gtest/gtest.h>

namespace doorbell::smmu {
namespace {

constexpr auto NC = Cacheability::non_cacheable;
constexpr auto WT = Cacheability::write_through;
constexpr auto WB = Cacheability::write_back;
constexpr auto NSH = Shareability::non_shareable;
constexpr auto ISH = Shareability::inner;
constexpr auto OSH = Shareability::outer;

MemoryAttributes normal(Cacheability inner, Cacheability outer, Shareability shareability) {
  return MemoryAttributes::of_normal(CachePolicy::allocating(inner), CachePolicy::allocating(outer),
                                     shareability);
}
MemoryAttributes device(DeviceType type) {
  return MemoryAttributes::of_device(type);
}
constexpr unsigned sh_outer = 2, sh_inner = 3;

// What Linux puts in MAIR, and the rest.
TEST(Stage1Attributes, OfMair) {
  EXPECT_EQ(decode_stage1_attributes(0x00, 0), device(DeviceType::nGnRnE));
  EXPECT_EQ(decode_stage1_attributes(0x04, sh_inner), device(DeviceType::nGnRE));
  EXPECT_EQ(decode_stage1_attributes(0x08, 0), device(DeviceType::nGRE));
  EXPECT_EQ(decode_stage1_attributes(0x0c, 0), device(DeviceType::GRE));
  EXPECT_EQ(decode_stage1_attributes(0x44, sh_inner), normal(NC, NC, OSH));
  EXPECT_EQ(decode_stage1_attributes(0xff, sh_inner), normal(WB, WB, ISH));
  EXPECT_EQ(decode_stage1_attributes(0xff, 0), normal(WB, WB, NSH));
  EXPECT_EQ(decode_stage1_attributes(0xbb, sh_outer), normal(WT, WT, OSH));
  EXPECT_EQ(decode_stage1_attributes(0xf4, sh_inner), normal(NC, WB, ISH));
  // Write-Back, outer Read-Allocate alone, inner transient and Write-Allocate alone.
  const auto hints =
      MemoryAttributes::of_normal({WB, false, true, true}, {WB, true, false, false}, ISH);
  EXPECT_EQ(decode_stage1_attributes(0xe5, sh_inner), hints);
}

TEST(Stage1Attributes, ReservedOnesAreTheStrictest) {
  for (const unsigned attribute : {0x01u, 0x06u, 0x0fu, 0x40u, 0xf0u})
    EXPECT_EQ(decode_stage1_attributes(static_cast<std::uint8_t>(attribute), 3),
              device(DeviceType::nGnRnE))
        << attribute;
  EXPECT_EQ(decode_stage1_attributes(0xff, 1), normal(WB, WB, NSH));
}

TEST(Stage1Attributes, AreEncodedAsTheyWere) {
  for (unsigned a = 0; a < 256; ++a) {
    const auto attribute = static_cast<std::uint8_t>(a);
    const MemoryAttributes decoded = decode_stage1_attributes(attribute, sh_inner);
    EXPECT_EQ(decode_stage1_attributes(encode_attribute(decoded), sh_inner), decoded) << a;
  }
  for (const unsigned a : {0x00u, 0x04u, 0x08u, 0x0cu, 0x44u, 0xffu, 0xbbu, 0xf4u, 0xe5u, 0x77u})
    EXPECT_EQ(encode_attribute(decode_stage1_attributes(static_cast<std::uint8_t>(a), 3)), a);
}

// Table D8-96, without FEAT_MTE_PERM.
TEST(Stage2Attributes, OfMemAttr) {
  const MemoryAttributes expected[] = {
      device(DeviceType::nGnRnE), device(DeviceType::nGnRE),  device(DeviceType::nGRE),
      device(DeviceType::GRE),    device(DeviceType::nGnRnE), normal(NC, NC, OSH),
      normal(WT, NC, ISH),        normal(WB, NC, ISH),        device(DeviceType::nGnRnE),
      normal(NC, WT, ISH),        normal(WT, WT, ISH),        normal(WB, WT, ISH),
      device(DeviceType::nGnRnE), normal(NC, WB, ISH),        normal(WT, WB, ISH),
      normal(WB, WB, ISH)};
  for (unsigned n = 0; n < 16; ++n)
    EXPECT_EQ(decode_stage2_attributes(n, sh_inner), expected[n]) << n;
}

// Table D8-97.
TEST(CombinedAttributes, DeviceTypesTakeTheStricter) {
  for (unsigned one = 0; one < 4; ++one) {
    const auto a = static_cast<DeviceType>(one);
    for (unsigned two = 0; two < 4; ++two) {
      const auto b = static_cast<DeviceType>(two);
      EXPECT_EQ(combine(device(a), device(b)), device(static_cast<DeviceType>(std::min(one, two))));
    }
    EXPECT_EQ(combine(device(a), normal(WB, WB, ISH)), device(a));
    EXPECT_EQ(combine(normal(WB, WB, ISH), device(a)), device(a));
  }
}

// Table D8-98.
TEST(CombinedAttributes, CacheabilityTakesTheWeaker) {
  struct Row {
    Cacheability stage1, stage2, result;
  };
  constexpr Row rows[] = {{NC, NC, NC}, {NC, WT, NC}, {NC, WB, NC}, {WT, NC, NC}, {WB, NC, NC},
                          {WT, WT, WT}, {WT, WB, WT}, {WB, WT, WT}, {WB, WB, WB}};
  for (const Row& row : rows) {
    // The other level is Write-Back in both, so that the memory stays cacheable.
    EXPECT_EQ(combine(normal(row.stage1, WB, ISH), normal(row.stage2, WB, ISH)).inner.kind,
              row.result);
    EXPECT_EQ(combine(normal(WB, row.stage1, ISH), normal(WB, row.stage2, ISH)).outer.kind,
              row.result);
  }
}

// Table D8-103.
TEST(CombinedAttributes, ShareabilityTakesTheWider) {
  struct Row {
    Shareability stage1, stage2, result;
  };
  constexpr Row rows[] = {{OSH, NSH, OSH}, {OSH, ISH, OSH}, {OSH, OSH, OSH},
                          {ISH, OSH, OSH}, {ISH, ISH, ISH}, {ISH, NSH, ISH},
                          {NSH, OSH, OSH}, {NSH, ISH, ISH}, {NSH, NSH, NSH}};
  for (const Row& row : rows)
    EXPECT_EQ(combine(normal(WB, WB, row.stage1), normal(WB, WB, row.stage2)).shareability,
              row.result);
  EXPECT_EQ(combine(normal(NC, NC, NSH), normal(WB, WB, NSH)).shareability, OSH);
}

// D8.6.3: the hints are stage 1's.
TEST(CombinedAttributes, HintsAreStage1s) {
  const auto stage1 =
      MemoryAttributes::of_normal({WB, true, false, true}, {WB, false, false, false}, ISH);
  EXPECT_EQ(combine(stage1, normal(WB, WB, ISH)), stage1);
  const MemoryAttributes through = combine(stage1, normal(WT, WT, ISH));
  EXPECT_EQ(through.inner, (CachePolicy{WT, true, false, true}));
}

// Table D8-101.
TEST(ForcedAttributes, OfMemAttrAndStage1) {
  const MemoryAttributes stage1[] = {device(DeviceType::nGRE), normal(NC, NC, OSH),
                                     normal(WT, WT, ISH), normal(WB, WB, ISH)};
  constexpr unsigned non_cacheable = 0b101, write_back = 0b110, keep = 0b111;
  EXPECT_EQ(force(stage1[0], non_cacheable, sh_inner), device(DeviceType::nGRE));
  for (unsigned n = 1; n < 4; ++n)
    EXPECT_EQ(force(stage1[n], non_cacheable, sh_inner), normal(NC, NC, OSH)) << n;
  for (unsigned n = 0; n < 4; ++n) {
    const MemoryAttributes result = force(stage1[n], write_back, sh_inner);
    EXPECT_EQ(result, normal(WB, WB, n < 2 ? OSH : ISH)) << n;
    EXPECT_EQ(force(stage1[n], keep, sh_inner), stage1[n]) << n;
  }
  for (const MemoryAttributes& one : stage1) {
    EXPECT_EQ(force(one, 0b001, 0), device(DeviceType::nGnRE));
    EXPECT_EQ(force(one, 0b1001, 0), device(DeviceType::nGnRE));  // MemAttr[3] is RES0
  }
  EXPECT_EQ(force(stage1[0], 0b011, 0), device(DeviceType::nGRE));    // the stricter device
  EXPECT_EQ(force(stage1[3], 0b100, 0), device(DeviceType::nGnRnE));  // reserved
}

// IHI 0070 13.1.5.1 and 13.1.7.
TEST(CombinedAttributes, ExamplesOfTheArchitecture) {
  const auto a = MemoryAttributes::of_normal({WB, true, true, false}, {}, ISH);
  EXPECT_EQ(combine(a, device(DeviceType::nGnRE)), device(DeviceType::nGnRE));
  EXPECT_EQ(MemoryAttributes::of_normal({NC, true, true, true}, {WB, false, false, true}, ISH),
            MemoryAttributes::of_normal({}, {WB, false, false, false}, ISH));
}

TEST(Overrides, OfMemoryTypes) {
  const MemoryAttributes incoming = normal(WB, WB, ISH);
  EXPECT_EQ(override_attributes(incoming, {}), incoming);
  EXPECT_EQ(override_attributes(incoming, {.MTCFG = true, .MemAttr = 0b0001}),
            device(DeviceType::nGnRE));
  EXPECT_EQ(override_attributes(incoming, {.MTCFG = true, .MemAttr = 0b0101}), normal(NC, NC, OSH));
  EXPECT_EQ(override_attributes(incoming, {.MemAttr = 0b0101}), incoming);  // MTCFG = 0
  for (const unsigned reserved : {0b0100u, 0b1000u, 0b1100u})
    EXPECT_EQ(override_attributes(incoming, {.MTCFG = true, .MemAttr = reserved}),
              device(DeviceType::nGnRnE));
  // What wasn't cacheable is allocated (13.1.4).
  EXPECT_EQ(override_attributes(device(DeviceType::GRE), {.MTCFG = true, .MemAttr = 0b1111}),
            normal(WB, WB, OSH));
}

TEST(Overrides, OfShareabilityAndAllocation) {
  const MemoryAttributes incoming = normal(WB, WB, ISH);
  EXPECT_EQ(override_attributes(incoming, {.SHCFG = 0}), normal(WB, WB, NSH));
  EXPECT_EQ(override_attributes(incoming, {.SHCFG = 1}), normal(WB, WB, ISH));
  EXPECT_EQ(override_attributes(incoming, {.SHCFG = 2}), normal(WB, WB, OSH));
  EXPECT_EQ(override_attributes(normal(WB, WB, NSH), {.SHCFG = 3}), normal(WB, WB, ISH));
  EXPECT_EQ(override_attributes(device(DeviceType::GRE), {.SHCFG = 3, .ALLOCCFG = 0xf}),
            device(DeviceType::GRE));
  EXPECT_EQ(override_attributes(normal(NC, NC, OSH), {.SHCFG = 3, .ALLOCCFG = 0xf}),
            normal(NC, NC, OSH));
  EXPECT_EQ(override_attributes(incoming, {.ALLOCCFG = 0b0111}), incoming);
  const CachePolicy read_transient{WB, true, false, true};
  EXPECT_EQ(override_attributes(incoming, {.ALLOCCFG = 0b1101}),
            MemoryAttributes::of_normal(read_transient, read_transient, ISH));
  EXPECT_FALSE(override_attributes(incoming, {.ALLOCCFG = 0b1001}).inner.transient);
}

TEST(Overrides, OfPrivilegeAndInstruction) {
  const Access data{}, fetch{.privileged = true, .instruction = true};
  for (const unsigned incoming : {0u, 1u}) {
    const AttributeOverrides none{.PRIVCFG = incoming, .INSTCFG = incoming};
    EXPECT_EQ(override_access(data, none), data);
    EXPECT_EQ(override_access(fetch, none), fetch);
  }
  EXPECT_EQ(override_access(fetch, {.PRIVCFG = 2}), (Access{.instruction = true}));
  EXPECT_EQ(override_access(data, {.PRIVCFG = 3}), (Access{.privileged = true}));
  EXPECT_EQ(override_access(fetch, {.INSTCFG = 2}), (Access{.privileged = true}));
  EXPECT_EQ(override_access(data, {.INSTCFG = 3}), (Access{.instruction = true}));
  EXPECT_EQ(override_access({.write = true}, {.INSTCFG = 3}), (Access{.write = true}));
}

// A TBU asks with the attributes that came in.
TEST(Overrides, PermuteWhatIsAllowed) {
  const auto privileged_data =
      Permissions().with({.privileged = true}).with({.write = true, .privileged = true});
  const auto as_privileged = before_overrides(privileged_data, {.PRIVCFG = 3});
  EXPECT_TRUE(as_privileged.allow({}));
  EXPECT_TRUE(as_privileged.allow({.write = true}));
  EXPECT_FALSE(as_privileged.allow({.instruction = true}));
  const auto as_data = before_overrides(privileged_data, {.INSTCFG = 2});
  EXPECT_TRUE(as_data.allow({.privileged = true, .instruction = true}));
  EXPECT_FALSE(as_data.allow({.instruction = true}));
  EXPECT_EQ(before_overrides(privileged_data, {}), privileged_data);
}

}  // namespace
}  // namespace doorbell::smmu
