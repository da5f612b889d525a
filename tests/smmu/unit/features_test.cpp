// What an SMMU offers: its parameters, what contradicts, and SMMU_IDR0-5 and SMMU_AIDR (IHI 0070
// 6.3.1 to 6.3.8), with the bits of Linux's arm-smmu-v3.h.
#include "doorbell/smmu/arch/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "doorbell/core/arch/error.h"
#include "doorbell/smmu/arch/identification.h"
#include "doorbell/smmu/arch/parameters.h"

namespace doorbell::smmu {
namespace {

TEST(Identification, OfTheDefaults) {
  const Identification id = identify(SmmuParameters{}.features());
  EXPECT_EQ(id.IDR0, 0x0d44'721bu);
  EXPECT_EQ(id.IDR1, 0x020f'0010u);
  EXPECT_EQ(id.IDR3, 0x1514u);  // HAD, XNX, FWB, RIL, BBML 2
  EXPECT_EQ(id.IDR5, 0x74u);
  EXPECT_EQ(id.AIDR, 2u);
}

/// A feature, and the bits that it sets or clears in a register of an SMMU with nothing else.
struct Said {
  const char* name;
  std::function<void(Features&)> offer;
  std::uint32_t Identification::*where;
  std::uint32_t mask, value;
};
const Said said[] = {
    {"S1P", [](Features& f) { f.stage1 = false; }, &Identification::IDR0, 1u << 1, 0},
    {"S2P", [](Features& f) { f.stage2 = true; }, &Identification::IDR0, 1u << 0, 1},
    {"Hyp with both", [](Features& f) { f.stage2 = true; }, &Identification::IDR0, 1u << 9,
     1u << 9},
    {"Hyp without stage 1", [](Features& f) { f.stage2 = true, f.stage1 = false; },
     &Identification::IDR0, 1u << 9, 0},
    {"HTTU of the Access flag", [](Features& f) { f.table_updates = TableUpdates::access_flag; },
     &Identification::IDR0, 3u << 6, 1u << 6},
    {"HTTU of dirty state", [](Features& f) { f.table_updates = TableUpdates::dirty_state; },
     &Identification::IDR0, 3u << 6, 2u << 6},
    {"ATS", [](Features& f) { f.ats = true; }, &Identification::IDR0, 3u << 10, 1u << 10},
    {"NS1ATS: no split stage", [](Features& f) { f.ats = f.stage2 = true; }, &Identification::IDR0,
     3u << 10, 3u << 10},
    {"NS1ATS: split stage", [](Features& f) { f.ats = f.stage2 = f.split_stage_ats = true; },
     &Identification::IDR0, 3u << 10, 1u << 10},
    {"ASID16", [](Features& f) { f.asid_16 = false; }, &Identification::IDR0, 1u << 12, 0},
    {"MSI", [](Features& f) { f.msi = false; }, &Identification::IDR0, 1u << 13, 0},
    {"SEV", [](Features& f) { f.send_event = false; }, &Identification::IDR0, 1u << 14, 0},
    {"ATOS", [](Features& f) { f.address_translation = true; }, &Identification::IDR0, 1u << 15,
     1u << 15},
    {"PRI", [](Features& f) { f.ats = f.page_requests = true; }, &Identification::IDR0, 1u << 16,
     1u << 16},
    {"PRI needs ATS", [](Features& f) { f.page_requests = true; }, &Identification::IDR0, 1u << 16,
     0},
    {"VMID16", [](Features& f) { f.vmid_16 = false; }, &Identification::IDR0, 1u << 18, 0},
    {"CD2L", [](Features& f) { f.substream_id_bits = 8; }, &Identification::IDR0, 1u << 19,
     1u << 19},
    {"CD2L without substreams", [](Features&) {}, &Identification::IDR0, 1u << 19, 0},
    {"no CD2L", [](Features& f) { f.substream_id_bits = 8, f.two_level_contexts = false; },
     &Identification::IDR0, 1u << 19, 0},
    {"stalls", [](Features& f) { f.stall_model = StallModel::configurable; }, &Identification::IDR0,
     3u << 24, 0},
    {"forced stalls", [](Features& f) { f.stall_model = StallModel::forced; },
     &Identification::IDR0, 3u << 24, 2u << 24},
    {"TERM_MODEL", [](Features& f) { f.ignores_writes = true; }, &Identification::IDR0, 1u << 26,
     0},
    {"ST_LEVEL", [](Features& f) { f.two_level_streams = false; }, &Identification::IDR0, 3u << 27,
     0},
    {"SIDSIZE", [](Features& f) { f.stream_id_bits = 32; }, &Identification::IDR1, 0x3f, 32},
    {"SSIDSIZE", [](Features& f) { f.substream_id_bits = 20; }, &Identification::IDR1, 0x1f << 6,
     20 << 6},
    {"PRIQS", [](Features& f) { f.page_request_queue_log2 = 19; }, &Identification::IDR1,
     0x1f << 11, 19 << 11},
    {"EVENTQS", [](Features& f) { f.event_queue_log2 = 7; }, &Identification::IDR1, 0x1f << 16,
     7 << 16},
    {"CMDQS", [](Features& f) { f.command_queue_log2 = 10; }, &Identification::IDR1, 0x1f << 21,
     10 << 21},
    {"ATTR_PERMS_OVR", [](Features& f) { f.attribute_permissions_override = true; },
     &Identification::IDR1, 3u << 26, 1u << 26},
    {"ATTR_TYPES_OVR", [](Features& f) { f.attribute_types_override = true; },
     &Identification::IDR1, 3u << 26, 2u << 26},
    {"HAD", [](Features& f) { f.hierarchical_disable = false; }, &Identification::IDR3, 1u << 2, 0},
    {"no HAD without stage 1", [](Features& f) { f.stage1 = false, f.stage2 = true; },
     &Identification::IDR3, 1u << 2, 0},
    {"S1P", [](Features& f) { f.stage1 = false, f.stage2 = true; }, &Identification::IDR0, 3, 1},
    {"no Hyp without stage 1", [](Features& f) { f.stage1 = false, f.stage2 = true; },
     &Identification::IDR0, 1u << 9, 0},
    {"XNX", [](Features& f) { f.stage2 = true; }, &Identification::IDR3, 1u << 4, 1u << 4},
    {"RIL", [](Features& f) { f.range_invalidation = false; }, &Identification::IDR3, 1u << 10, 0},
    {"BBML", [](Features& f) { f.block_size_changes = BlockSizeChanges::level_1; },
     &Identification::IDR3, 3u << 11, 1u << 11},
    {"no RIL is SMMUv3.1", [](Features& f) { f.range_invalidation = false; }, &Identification::AIDR,
     0xff, 1},
    {"GRAN", [](Features& f) { f.granule_4k = f.granule_64k = false; }, &Identification::IDR5,
     7u << 4, 2u << 4},
    {"VAX", [](Features& f) { f.input_address_bits = 52; }, &Identification::IDR5, 3u << 10,
     1u << 10},
    {"STALL_MAX", [](Features& f) { f.stall_max = 16, f.stall_model = StallModel::configurable; },
     &Identification::IDR5, 0xffffu << 16, 16u << 16},
    {"STALL_MAX without stalls", [](Features& f) { f.stall_max = 16; }, &Identification::IDR5,
     0xffffu << 16, 0},
};

TEST(Identification, SaysEachFeature) {
  for (const Said& row : said) {
    Features features;
    row.offer(features);
    EXPECT_EQ(identify(features).*row.where & row.mask, row.value) << row.name;
  }
}

TEST(Identification, SaysAddressSizes) {
  constexpr unsigned sizes[] = {32, 36, 40, 42, 44, 48, 52};
  for (unsigned n = 0; n < 7; ++n) {
    const Features features{.output_address_bits = sizes[n]};
    EXPECT_EQ(identify(features).IDR5 & 7, n);
    EXPECT_EQ(decode_address_size(n), sizes[n]);
  }
}

// The design's default with stage 2.
TEST(Identification, OfBothStages) {
  const Identification id = identify(Features{.stage2 = true});
  EXPECT_EQ(id.IDR0, 0x0d44'721bu);
  EXPECT_EQ(id.IDR3, 0x1514u);
}

TEST(OfferedFeatures, AreWhatTheParametersSay) {
  SmmuParameters p;
  p.stream_id_bits = 8;
  p.command_queue_log2 = 10;
  p.output_address_size = AddressSize::bits_48;
  p.offered.asid_size = IdentifierSize::bits_8;
  p.offered.vmid_size = IdentifierSize::bits_8;
  p.offered.stage2 = true;
  p.offered.substream_id_bits = 20;
  p.offered.two_level_context_table = false;
  p.offered.stall = StallModel::forced;
  p.offered.stall_max = 9;
  p.offered.termination_model = TerminationModel::configurable;
  Features expected;
  expected.stall_model = StallModel::forced;
  expected.stall_max = 9;
  expected.ignores_writes = true;
  expected.stream_id_bits = 8;
  expected.command_queue_log2 = 10;
  expected.output_address_bits = 48;
  expected.asid_16 = expected.vmid_16 = false;
  expected.stage2 = true;
  expected.substream_id_bits = 20;
  expected.two_level_contexts = false;
  EXPECT_EQ(p.features(), expected);
  p.offered.stage1 = false;
  p.offered.block_size_changes = BlockSizeChanges::level_1;
  expected.stage1 = false;
  expected.block_size_changes = BlockSizeChanges::level_1;
  EXPECT_EQ(p.features(), expected);
}
TEST(OfferedFeatures, OverridesAreOfTypesOrOfPermissionsOrBoth) {
  using enum OfferedOverrides;
  for (const OfferedOverrides offered : {none, types, permissions, both}) {
    SmmuParameters p;
    p.offered.attribute_overrides = offered;
    EXPECT_EQ(p.features().attribute_types_override, offered == types || offered == both);
    EXPECT_EQ(p.features().attribute_permissions_override,
              offered == permissions || offered == both);
  }
}

/// Contradictions, and the two keys that the message names.
struct Contradiction {
  std::function<void(SmmuParameters&)> set;
  const char *key, *other;
};
const Contradiction contradictions[] = {
    {[](SmmuParameters& p) {
       p.offered.granule_4k = p.offered.granule_16k = p.offered.granule_64k = false;
     },
     "smmu.features.granule_4k", "granule_64k"},
    {[](SmmuParameters& p) {
       p.offered.granule_64k = false;
       p.offered.input_address_size = InputAddressSize::bits_52;
     },
     "smmu.features.input_address_size", "smmu.features.granule_64k"},
    {[](SmmuParameters& p) {
       p.offered.granule_64k = false;
       p.output_address_size = AddressSize::bits_52;
     },
     "smmu.output_address_size", "smmu.features.granule_64k"},
    {[](SmmuParameters& p) { p.offered.stage1 = p.offered.stage2 = false; }, "smmu.features.stage1",
     "smmu.features.stage2"},
    {[](SmmuParameters& p) {
       p.offered.stage1 = false;
       p.offered.stage2 = true;
       p.offered.substream_id_bits = 8;
     },
     "smmu.features.substream_id_bits", "smmu.features.stage1"},
    {[](SmmuParameters& p) { p.two_level_stream_table = false; }, "smmu.two_level_stream_table",
     "smmu.stream_id_bits"},
    {[](SmmuParameters& p) { p.offered.pri = true; }, "smmu.features.pri", "smmu.features.ats"},
    {[](SmmuParameters& p) { p.offered.ats_split_stage = true; }, "smmu.features.ats_split_stage",
     "smmu.features.ats"},
    {[](SmmuParameters& p) {
       p.offered.ats = p.offered.ats_split_stage = true;
       p.offered.stage2 = false;
     },
     "smmu.features.ats_split_stage", "smmu.features.stage2"},
    {[](SmmuParameters& p) {
       p.offered.ats = p.offered.ats_split_stage = true;
       p.offered.stage1 = false;
     },
     "smmu.features.ats_split_stage", "smmu.features.stage1"},
};

TEST(OfferedFeatures, ThatContradictAreRefused) {
  for (const Contradiction& row : contradictions) {
    SmmuParameters p;
    p.check();
    row.set(p);
    try {
      p.check();
      ADD_FAILURE() << row.key;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(row.key));
      EXPECT_THAT(error.what(), testing::HasSubstr(row.other));
    }
  }
}

TEST(OfferedFeatures, ThatGoTogetherAreNot) {
  SmmuParameters p;
  p.offered = {.granule_4k = false, .input_address_size = InputAddressSize::bits_52};
  p.output_address_size = AddressSize::bits_52;
  p.check();
  p.stream_id_bits = 6;  // IHI 0070 6.3.2: linear tables alone up to 6 bits
  p.two_level_stream_table = false;
  p.check();
  p.offered.ats = p.offered.ats_split_stage = p.offered.pri = true;
  p.check();
}

}  // namespace
}  // namespace doorbell::smmu
