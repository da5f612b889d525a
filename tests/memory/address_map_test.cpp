#include "doorbell/memory/arch/address_map.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace doorbell::memory {
namespace {

constexpr std::uint64_t top = ~std::uint64_t{0};

TEST(AddressMap, FindsTheRegionThatHoldsTheWholeRange) {
  AddressMap map;
  map.add({.base = 0x4000, .size = 0x1000, .target = 1});
  map.add({.base = 0x1000, .size = 0x1000, .target = 2, .target_base = 0x80});
  ASSERT_NE(map.find(0x1000), nullptr);
  EXPECT_EQ(map.find(0x1000)->target, 2u);
  EXPECT_EQ(map.find(0x1010)->to_target(0x1010), 0x90u);
  EXPECT_EQ(map.find(0x4fff)->target, 1u);
  EXPECT_NE(map.find(0x1ff8, 8), nullptr);
  EXPECT_EQ(map.find(0x1ff9, 8), nullptr);
  EXPECT_EQ(map.find(0x1ffc, 8), nullptr);
  EXPECT_NE(map.find(0x1000, 0x1000), nullptr);
  EXPECT_EQ(map.find(0x1000, 0x1001), nullptr);
  EXPECT_EQ(map.find(0xfff), nullptr);
  EXPECT_EQ(map.find(0x2000), nullptr);
  EXPECT_EQ(map.find(0x5000), nullptr);
}

TEST(AddressMap, ReachesBothEndsOfTheAddressSpace) {
  AddressMap map;
  map.add({.base = 0, .size = 0x10});
  map.add({.base = top - 0xf, .size = 0x10, .target = 1});
  EXPECT_EQ(map.find(0)->target, 0u);
  EXPECT_EQ(map.find(top)->target, 1u);
  EXPECT_EQ(map.find(top, 2), nullptr);
}

TEST(AddressMap, RefusesOverlapsAndEmptyRegions) {
  AddressMap map;
  map.add({.base = 0x1000, .size = 0x1000});
  EXPECT_THROW(map.add({.base = 0x1fff, .size = 1}), std::invalid_argument);
  EXPECT_THROW(map.add({.base = 0, .size = 0x1001}), std::invalid_argument);
  EXPECT_THROW(map.add({.base = 0, .size = 0x10000}), std::invalid_argument);
  EXPECT_THROW(map.add({.base = 0x8000, .size = 0}), std::invalid_argument);
  EXPECT_THROW(map.add({.base = top, .size = 2}), std::invalid_argument);
  map.add({.base = 0x2000, .size = 1});
  map.add({.base = 0xfff, .size = 1});
  EXPECT_EQ(map.regions().size(), 3u);
}

TEST(AddressMap, TranslatesATargetsRangeBack) {
  const AddressRegion region{.base = 0x4000, .size = 0x1000, .target_base = 0x100};
  EXPECT_EQ(from_target(region, {0, top})->first, 0x4000u);
  EXPECT_EQ(from_target(region, {0, top})->last, 0x4fffu);
  EXPECT_EQ(from_target(region, {0x180, 0x1ff})->first, 0x4080u);
  EXPECT_EQ(from_target(region, {0x180, 0x1ff})->last, 0x40ffu);
  EXPECT_FALSE(from_target(region, {0, 0xff}));
  EXPECT_FALSE(from_target(region, {0x1100, 0x1200}));
}

}  // namespace
}  // namespace doorbell::memory
