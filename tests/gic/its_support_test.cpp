#include "doorbell/gic/arch/its_support.h"

#include <gtest/gtest.h>

#include "doorbell/gic/arch/parameters.h"

namespace doorbell::gic {
namespace {

// What an ITS says of itself in GITS_TYPER and GITS_BASER<n> is what its parameters say.
TEST(ItsSupport, IsWhatTheParametersSay) {
  GicCommonParameters common;
  common.intid_bits = 14;
  ItsParameters its;
  its.device_bits = 20;
  its.event_bits = 11;
  its.itt_entry_bytes = 16;
  its.device_entry_bytes = 16;
  its.collection_entry_bytes = 4;
  its.collection_limit = true;
  its.collection_bits = 9;
  its.collections_inside = 32;
  its.cumulative_collections = true;
  its.physical_targets = true;
  its.report_unmapped = true;
  its.two_level_tables = false;
  its.page_sizes = ItsPageSizes::only_16K;
  its.shareability = ItsShareability::outer;
  const ItsSupport support = its_support(common, its, {0x80a'0000, 0x80c'0000});
  // UMSI, CIL, CIDbits, HCC, PTA, Devbits, ID_bits, ITT_entry_size, CCT, Physical (12.19.12)
  EXPECT_EQ(support.type_register(), 1ULL << 44 | 1ULL << 36 | 8ULL << 32 | 32u << 24 | 1u << 19 |
                                         19u << 13 | 10u << 8 | 15u << 4 | 1u << 2 | 1u);
  EXPECT_EQ(support.intid_bits, 14u);
  EXPECT_EQ(support.device_entry_bytes, 16u);
  EXPECT_EQ(support.collection_entry_bytes, 4u);
  EXPECT_TRUE(support.collection_table);
  EXPECT_FALSE(support.two_levels);
  EXPECT_EQ(support.page_sizes, ItsPageSizes::only_16K);
  EXPECT_EQ(support.shareability, ItsShareability::outer);
  EXPECT_EQ(support.processors, 2u);
  // With PTA, RDbase is bits [51:16] of a redistributor's address.
  EXPECT_EQ(support.target(0x80c), 1u);
  EXPECT_FALSE(support.target(1).has_value());
  its.collection_table = false;
  EXPECT_FALSE(its_support(common, its, {}).collection_table);
}

}  // namespace
}  // namespace doorbell::gic
