// PRP entries and lists (NVMe 1.4 4.3).
#include "doorbell/pcie/arch/nvme/prp.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/random.h"

namespace doorbell::pcie::nvme {
namespace {

/// The lists that a walk reads, by address; how often it read.
struct Lists {
  std::map<std::uint64_t, std::uint64_t> entries;
  unsigned reads = 0;

  PrpWalk walk(std::uint64_t prp1, std::uint64_t prp2, std::uint32_t length) {
    PrpWalk walk(prp1, prp2, length);
    while (const auto list = walk.list()) {
      ++reads;
      std::vector<std::uint8_t> bytes(list->bytes);
      for (std::uint32_t at = 0; at < list->bytes; at += 8)
        store_little_endian(std::span(bytes).subspan(at, 8), entries[list->address + at]);
      walk.supply(bytes);
    }
    return walk;
  }
};

std::uint64_t total(const PrpWalk& walk) {
  std::uint64_t bytes = 0;
  for (const Segment& segment : walk.segments())
    bytes += segment.bytes;
  return bytes;
}

using Segments = std::vector<Segment>;

TEST(Prp, OneAndTwoPages) {
  EXPECT_EQ(PrpWalk(0x1000, 0, 512).segments(), (Segments{{0x1000, 512}}));
  EXPECT_EQ(PrpWalk(0x1e00, 0, 512).segments(), (Segments{{0x1e00, 512}}));
  EXPECT_EQ(PrpWalk(0x1e00, 0x8000, 1024).segments(), (Segments{{0x1e00, 512}, {0x8000, 512}}));
  EXPECT_EQ(PrpWalk(0x1000, 0x8000, 8192).segments(), (Segments{{0x1000, 4096}, {0x8000, 4096}}));
}

TEST(Prp, PagesInARowAreOneSegment) {
  EXPECT_EQ(PrpWalk(0x1e00, 0x2000, 4096).segments(), (Segments{{0x1e00, 4096}}));
}

TEST(Prp, MoreThanTwoPagesAreAList) {
  Lists lists;
  lists.entries = {{0x8000, 0x1'0000}, {0x8008, 0x2'0000}};
  const PrpWalk walk = lists.walk(0x1800, 0x8000, 2048 + 4096 + 512);
  EXPECT_EQ(walk.segments(), (Segments{{0x1800, 2048}, {0x1'0000, 4096}, {0x2'0000, 512}}));
  EXPECT_EQ(lists.reads, 1u);
}

// PRP2 of a list may have an offset; so many fewer entries does its page have.
TEST(Prp, AListMayBeginWithinItsPage) {
  Lists lists;
  lists.entries = {{0x8ff0, 0x1'0000}, {0x8ff8, 0x2'0000}};
  EXPECT_EQ(lists.walk(0x1000, 0x8ff0, 3 * 4096).segments(),
            (Segments{{0x1000, 4096}, {0x1'0000, 4096}, {0x2'0000, 4096}}));
  // One page more, and the last entry names the next list.
  lists.entries = {{0x8ff0, 0x1'0000}, {0x8ff8, 0x9000}, {0x9000, 0x3'0000}, {0x9008, 0x5'0000}};
  EXPECT_EQ(lists.walk(0x1000, 0x8ff0, 4 * 4096).segments(),
            (Segments{{0x1000, 4096}, {0x1'0000, 4096}, {0x3'0000, 4096}, {0x5'0000, 4096}}));
}

TEST(Prp, ListsChainOnlyWhenMorePagesRemain) {
  const auto pages = [](unsigned count) {
    Lists lists;
    for (std::uint64_t i = 0; i < 511; ++i)
      lists.entries[0x8000 + 8 * i] = 0x10'0000 + 0x2000 * i;
    lists.entries[0x8ff8] = 0xa000;  // the 512th page, or the next list
    lists.entries[0xa000] = 0x80'0000;
    lists.entries[0xa008] = 0x90'0000;
    const PrpWalk walk = lists.walk(0x1000, 0x8000, (1 + count) * 4096);
    EXPECT_EQ(total(walk), (1u + count) * 4096);
    return Segments{walk.segments().back(), {0, lists.reads}};
  };
  EXPECT_EQ(pages(511), (Segments{{0x10'0000 + 0x2000 * 510, 4096}, {0, 1}}));
  EXPECT_EQ(pages(512), (Segments{{0xa000, 4096}, {0, 1}}));
  EXPECT_EQ(pages(513), (Segments{{0x90'0000, 4096}, {0, 2}}));
}

TEST(Prp, OffsetsWhereNoneMayBe) {
  constexpr auto invalid = Status::prp_offset_invalid;
  EXPECT_EQ(PrpWalk(0x1002, 0, 512).status(), invalid);               // no double word
  EXPECT_EQ(PrpWalk(0x1000, 0x8004, 8192).status(), invalid);         // a page
  EXPECT_EQ(PrpWalk(0x1000, 0x8004, 12288).status(), invalid);        // a list, no entry's address
  EXPECT_EQ(PrpWalk(0x1000, 0x8004, 512).status(), Status::success);  // not looked at
  Lists lists;
  lists.entries = {{0x8000, 0x1'0000}, {0x8008, 0x2'0200}};
  EXPECT_EQ(lists.walk(0x1000, 0x8000, 12288).status(), invalid);
  lists.entries = {{0x8ff8, 0x9008}};  // the next list
  EXPECT_EQ(lists.walk(0x1000, 0x8ff8, 12288).status(), invalid);
}

// Random entries, lists and lengths: a walk ends, within bounds, with all of the buffer or none.
TEST(Prp, RandomEntries) {
  Random random(1);
  for (unsigned n = 0; n < 20'000; ++n) {
    const auto address = [&] {
      const unsigned kind = static_cast<unsigned>(random.below(8));
      return random.next() & (kind == 0 ? ~0ULL : kind == 1 ? ~7ULL : ~0xfffULL);
    };
    const auto length = static_cast<std::uint32_t>(random.below(512 * 1024 + 1));
    PrpWalk walk(address(), address(), length);
    unsigned lists = 0;
    while (const auto list = walk.list()) {
      ASSERT_LE(list->address % page_bytes + list->bytes, page_bytes);
      ASSERT_LE(++lists, 130u);
      std::vector<std::uint8_t> bytes(list->bytes);
      for (std::uint32_t at = 0; at < list->bytes; at += 8)
        store_little_endian(std::span(bytes).subspan(at, 8), address());
      walk.supply(bytes);
    }
    if (walk.status() == Status::success) {
      ASSERT_EQ(total(walk), length);
      for (std::size_t i = 1; i < walk.segments().size(); ++i)
        ASSERT_EQ(walk.segments()[i].address % page_bytes, 0u);
    }
  }
}

}  // namespace
}  // namespace doorbell::pcie::nvme
