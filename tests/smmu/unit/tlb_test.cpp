#include "doorbell/smmu/arch/tlb.h"

#include <gtest/gtest.h>

#include <string>

namespace doorbell::smmu {
namespace {

TlbEntry page(std::uint32_t stream, std::uint64_t va, std::uint64_t pa, unsigned size_log2 = 12,
              std::uint16_t asid = 5) {
  TlbEntry e;
  e.input_base = va & ~((1ULL << size_log2) - 1);
  e.tag = {.stream_id = stream, .asid = asid};
  e.leaf.output_base = pa;
  e.leaf.size_log2 = size_log2;
  e.leaf.level = size_log2 == 12 ? 3 : size_log2 == 21 ? 2 : 1;
  return e;
}
TlbEntry bypass(std::uint32_t stream) {
  TlbEntry e;
  e.tag = {.stream_id = stream, .global = false};
  e.leaf.size_log2 = 44;
  e.bypass = true;
  return e;
}
Invalidation va(std::uint64_t first, std::uint64_t bytes = 1) {
  Invalidation i;
  i.scope = Invalidation::Scope::va;
  i.asid = 5;
  i.first = first;
  i.last = first + bytes - 1;
  return i;
}

class TlbTest : public testing::TestWithParam<CacheGeometry> {
 protected:
  Tlb tlb{GetParam()};
};

TEST_P(TlbTest, TranslatesPagesAndBlocks) {
  tlb.insert(page(1, 0x1000, 0x8'0000'1000));
  tlb.insert(page(1, 0x20'0000, 0x9'0020'0000, 21));
  EXPECT_EQ(tlb.lookup({1}, 0x1234).entry->translate(0x1234), 0x8'0000'1234u);
  EXPECT_EQ(tlb.lookup({1}, 0x2f'ffff).entry->translate(0x2f'ffff), 0x9'002f'ffffu);
  EXPECT_EQ(tlb.lookup({1}, 0x2000).entry, nullptr);
}

TEST_P(TlbTest, OneProbeForEachPageSizeInUse) {
  EXPECT_EQ(tlb.lookup({1}, 0x1000).probes, 1u);
  tlb.insert(page(1, 0x1000, 0));
  EXPECT_EQ(tlb.lookup({1}, 0x5000).probes, 1u);
  tlb.insert(page(1, 0x20'0000, 0, 21));
  EXPECT_EQ(tlb.lookup({1}, 0x5000).probes, 2u);
  tlb.invalidate(va(0x20'0000));
  EXPECT_EQ(tlb.lookup({1}, 0x5000).probes, 1u);
}

// The SubstreamID, and whether there is one, are part of who asks.
TEST_P(TlbTest, SubstreamsAreApart) {
  TlbEntry of_substream = page(1, 0x1000, 0xa000);
  of_substream.tag.substream_id = 7;
  of_substream.tag.substream_valid = true;
  tlb.insert(of_substream);
  EXPECT_NE(tlb.lookup(of_substream.tag.stream(), 0x1000).entry, nullptr);
  EXPECT_EQ(tlb.lookup({1}, 0x1000).entry, nullptr);
  EXPECT_EQ(tlb.lookup(StreamWord::of({1, 8, true}), 0x1000).entry, nullptr);
  EXPECT_EQ(tlb.lookup(StreamWord::of({2, 7, true}), 0x1000).entry, nullptr);
  EXPECT_NE(StreamWord::of({1, 0, true}), StreamWord::of({1, 0, false}));
}

TEST_P(TlbTest, StreamsAreApart) {
  tlb.insert(page(1, 0xffff'f000, 0x1000));
  tlb.insert(page(2, 0xffff'f000, 0x2000));
  EXPECT_EQ(tlb.lookup({1}, 0xffff'f000).entry->leaf.output_base, 0x1000u);
  EXPECT_EQ(tlb.lookup({2}, 0xffff'f000).entry->leaf.output_base, 0x2000u);
  EXPECT_EQ(tlb.lookup({3}, 0xffff'f000).entry, nullptr);
}

TEST_P(TlbTest, InvalidateByAddressTakesEveryStreamOfTheAsid) {
  tlb.insert(page(1, 0x1000, 0));
  tlb.insert(page(2, 0x1000, 0));
  tlb.insert(page(3, 0x1000, 0, 12, 6));
  tlb.insert(page(1, 0x2000, 0));
  EXPECT_EQ(tlb.invalidate(va(0x1000)), 2u);
  EXPECT_EQ(tlb.lookup({1}, 0x1000).entry, nullptr);
  EXPECT_EQ(tlb.lookup({2}, 0x1000).entry, nullptr);
  EXPECT_NE(tlb.lookup({3}, 0x1000).entry, nullptr);
  EXPECT_NE(tlb.lookup({1}, 0x2000).entry, nullptr);
}

TEST_P(TlbTest, InvalidateARangeSmallerAndLargerThanTheTlb) {
  for (unsigned n = 0; n < 8; ++n)
    tlb.insert(page(1, 0x1000 * n, 0));
  EXPECT_EQ(tlb.invalidate(va(0x2000, 0x3000)), 3u);
  EXPECT_EQ(tlb.size(), 5u);
  EXPECT_EQ(tlb.invalidate(va(0, 1ULL << 40)), 5u);
  EXPECT_EQ(tlb.size(), 0u);
}

TEST_P(TlbTest, InvalidateAddressesOfTheUpperHalf) {
  tlb.insert(page(1, 0xffff'ffff'ffff'f000, 0));
  EXPECT_EQ(tlb.invalidate(va(0xffff'ffff'ffff'f000, 0x1000)), 1u);
}

TEST_P(TlbTest, TopByteDoesNotHideAnEntryFromInvalidation) {
  tlb.insert(page(1, 0x5500'0000'0000'1000, 0));  // TBI: found by the whole address
  EXPECT_NE(tlb.lookup({1}, 0x5500'0000'0000'1000).entry, nullptr);
  EXPECT_EQ(tlb.invalidate(va(0x1000)), 1u);
}

TEST_P(TlbTest, BypassIsForTheWholeStreamAndNoTranslation) {
  tlb.insert(bypass(4));
  EXPECT_EQ(tlb.lookup({4}, 0x234'5678'9abc).entry->translate(0x234'5678'9abc), 0x234'5678'9abcu);
  EXPECT_EQ(tlb.lookup({5}, 0).entry, nullptr);
  EXPECT_EQ(tlb.invalidate(va(0, 1ULL << 48)), 0u);
  Invalidation i;
  i.scope = Invalidation::Scope::ste;
  i.first_stream = i.last_stream = 4;
  EXPECT_EQ(tlb.invalidate(i), 1u);
}

TEST_P(TlbTest, InvalidateByAsidAndAll) {
  tlb.insert(page(1, 0x1000, 0));
  tlb.insert(page(1, 0x2000, 0));
  TlbEntry global = page(1, 0x3000, 0);
  global.tag.global = true;
  tlb.insert(global);
  Invalidation i;
  i.scope = Invalidation::Scope::asid;
  i.asid = 5;
  EXPECT_EQ(tlb.invalidate(i), 2u);
  EXPECT_NE(tlb.lookup({1}, 0x3000).entry, nullptr);
  i.scope = Invalidation::Scope::all;
  EXPECT_EQ(tlb.invalidate(i), 1u);
}

TEST_P(TlbTest, SizesInUseSurviveEvictions) {
  for (unsigned n = 0; n < 300; ++n) {
    tlb.insert(n % 3 == 0 ? page(1, 0x20'0000ULL * n, 0, 21) : page(1, 0x1000ULL * n, 0));
  }
  EXPECT_LE(tlb.lookup({1}, 0x7fff'0000'0000).probes, 2u);
  tlb.invalidate_all();
  EXPECT_EQ(tlb.size(), 0u);
  EXPECT_EQ(tlb.lookup({1}, 0x1000).probes, 1u);
}

// An entry that makes room takes its page size along when it was the last one of it.
// A debugger sees what a transaction would use, and leaves the order of use as it is.
TEST(Tlb, APeekIsNoUse) {
  Tlb tlb({2, 2, ReplacementPolicy::lru, 1});
  tlb.insert(page(1, 0x1000, 0x8000));
  tlb.insert(page(1, 0x20'0000, 0x40'0000, 21));
  ASSERT_NE(tlb.peek({1}, 0x1234), nullptr);
  EXPECT_EQ(tlb.peek({1}, 0x1234)->translate(0x1234), 0x8234u);
  EXPECT_EQ(tlb.peek({1}, 0x21'2345)->translate(0x21'2345), 0x41'2345u);
  EXPECT_EQ(tlb.peek({1}, 0x5000), nullptr);
  EXPECT_EQ(tlb.peek({2}, 0x1234), nullptr);
  tlb.insert(page(1, 0x3000, 0));
  EXPECT_EQ(tlb.peek({1}, 0x1234), nullptr) << "still the one that was used longest ago";
  tlb.reset();
  EXPECT_EQ(tlb.size(), 0u);
  EXPECT_EQ(tlb.peek({1}, 0x3000), nullptr);
  EXPECT_EQ(tlb.lookup({1}, 0x3000).probes, 1u) << "no size is in use any more";
}

TEST(Tlb, AnEvictedPageSizeIsNotProbedAnyLonger) {
  Tlb tlb({1, 1, ReplacementPolicy::lru, 1});
  EXPECT_FALSE(tlb.insert(page(1, 0x20'0000, 0, 21)));
  EXPECT_TRUE(tlb.insert(page(1, 0x1000, 0)));
  EXPECT_EQ(tlb.lookup({1}, 0x5000).probes, 1u);
  EXPECT_NE(tlb.lookup({1}, 0x1000).entry, nullptr);
  EXPECT_TRUE(tlb.insert(page(1, 0x20'0000, 0, 21)));
  EXPECT_EQ(tlb.lookup({1}, 0x5000).probes, 1u);
  EXPECT_NE(tlb.lookup({1}, 0x20'0000).entry, nullptr);
}

// Filled in a second time it is still one entry.
TEST(Tlb, AnEntryOverItselfCountsOnce) {
  Tlb tlb({4, 4, ReplacementPolicy::lru, 1});
  tlb.insert(page(1, 0x1000, 0x8000));
  EXPECT_FALSE(tlb.insert(page(1, 0x1000, 0x9000)));
  EXPECT_EQ(tlb.lookup({1}, 0x1000).entry->leaf.output_base, 0x9000u);
  tlb.insert(page(1, 0x20'0000, 0, 21));
  EXPECT_EQ(tlb.invalidate(va(0x1000)), 1u);
  EXPECT_EQ(tlb.lookup({1}, 0x5000).probes, 1u);
}

TEST(Tlb, ARangeTakesEntriesOfAllSizesAndTheirSizes) {
  Tlb tlb({16, 16, ReplacementPolicy::lru, 1});
  tlb.insert(page(1, 0x1000, 0));
  tlb.insert(page(1, 0x20'0000, 0, 21));
  tlb.insert(page(1, 0x4000'0000, 0, 30));
  tlb.insert(page(1, 0x8000'0000, 0, 30));
  EXPECT_EQ(tlb.lookup({1}, 0x9000).probes, 3u);
  EXPECT_EQ(tlb.invalidate(va(0x1000, 0x7fff'f000)), 3u);  // ends ahead of the last
  EXPECT_EQ(tlb.lookup({1}, 0x9000).probes, 1u);
  EXPECT_NE(tlb.lookup({1}, 0x8000'0000).entry, nullptr);
}

// The first and the last byte of a range are of it, and nothing beyond.
TEST(Tlb, ARangeHasItsFirstAndItsLastByte) {
  const auto left = [](std::uint64_t first, std::uint64_t bytes) {
    Tlb tlb({16, 16, ReplacementPolicy::lru, 1});
    for (unsigned n = 0; n < 5; ++n)
      tlb.insert(page(1, 0x1000 * n, 0));
    tlb.invalidate(va(first, bytes));
    std::string pages;
    for (unsigned n = 0; n < 5; ++n)
      pages += tlb.lookup({1}, 0x1000 * n).entry != nullptr ? '+' : '-';
    return pages;
  };
  EXPECT_EQ(left(0x1000, 0x2000), "+--++");
  EXPECT_EQ(left(0x1fff, 0x1001), "+--++");
  EXPECT_EQ(left(0x1fff, 0x1002), "+---+");
  EXPECT_EQ(left(0x2000, 0x1000), "++-++");
  EXPECT_EQ(left(0x3fff, 1), "+++-+");
}

TEST(Tlb, LevelAndGranuleHintsSpareOtherEntries) {
  Tlb tlb({16, 16, ReplacementPolicy::lru, 1});
  tlb.insert(page(1, 0x20'0000, 0));
  tlb.insert(page(1, 0x20'0000, 0, 21));
  Invalidation i = va(0x20'0000, 0x20'0000);
  i.granule = 12;
  i.level = 2;
  EXPECT_EQ(tlb.invalidate(i), 1u);
  EXPECT_EQ(tlb.lookup({1}, 0x20'0000).entry->leaf.size_log2, 12u);
  i.level = 3;
  i.granule = 14;
  EXPECT_EQ(tlb.invalidate(i), 0u);
  i.granule = 12;
  EXPECT_EQ(tlb.invalidate(i), 1u);
}

// Contiguous pages of one stream fill a set-associative TLB without conflicts.
TEST(Tlb, ContiguousPagesSpreadOverTheSets) {
  Tlb tlb({2048, 4, ReplacementPolicy::random, 1});
  for (unsigned n = 0; n < 2048; ++n)
    tlb.insert(page(1, 0x1000ULL * n, 0));
  EXPECT_EQ(tlb.size(), 2048u);
}

// The same IOVA of many functions (Linux allocates downwards from 4 GiB for each) does not collide
// in one set.
TEST(Tlb, StreamsSpreadOverTheSets) {
  Tlb tlb({2048, 4, ReplacementPolicy::random, 1});
  for (unsigned stream = 0; stream < 1024; ++stream)
    tlb.insert(page(stream, 0xffff'f000, 0));
  EXPECT_GT(tlb.size(), 900u);
}

INSTANTIATE_TEST_SUITE_P(Shapes, TlbTest,
                         testing::Values(CacheGeometry{32, 32, ReplacementPolicy::plru, 1},
                                         CacheGeometry{100, 100, ReplacementPolicy::plru, 1},
                                         CacheGeometry{96, 3, ReplacementPolicy::lru, 1},
                                         CacheGeometry{256, 4, ReplacementPolicy::random, 1}));

// DDI 0487 D8.17: a block of stage 1 that stage 2 has made pages of goes as a whole, whichever of
// its addresses is named.
TEST(Tlb, PagesOfABlockGoTogether) {
  Tlb tlb({16, 4, ReplacementPolicy::lru, 1});
  for (const std::uint64_t at : {0x20'0000, 0x20'5000, 0x40'0000}) {
    TlbEntry e = page(1, at, 0xa000'0000 + at);
    e.invalidation_log2 = 21;
    e.leaf.level = 2;
    tlb.insert(e);
  }
  tlb.insert(page(1, 0x3f'f000, 0));  // a page by itself in the same 2 MiB
  Invalidation i;
  i.scope = Invalidation::Scope::va_all;
  i.first = i.last = 0x3a'b000;
  EXPECT_EQ(tlb.invalidate(i), 2u);
  const StreamWord stream = page(1, 0, 0).tag.stream();
  EXPECT_EQ(tlb.lookup(stream, 0x20'5000).entry, nullptr);
  EXPECT_NE(tlb.lookup(stream, 0x40'0000).entry, nullptr);
  EXPECT_NE(tlb.lookup(stream, 0x3f'f000).entry, nullptr);
  EXPECT_EQ(tlb.lookup(stream, 0x3f'f000).probes, 1u) << "one size is looked up";
}

}  // namespace
}  // namespace doorbell::smmu
