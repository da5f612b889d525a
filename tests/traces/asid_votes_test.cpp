#include "traces/import/asid_votes.h"

#include <gtest/gtest.h>

namespace doorbell::trace::test {
namespace {

constexpr Stream stream = 0x8;

TlbiRangeRow tlbi(std::optional<std::uint32_t> asid, std::uint64_t page, std::uint64_t pages = 1) {
  TlbiRangeRow row;
  row.asid = asid;
  row.iova = page * page_bytes;
  row.pages = pages;
  return row;
}

TEST(AsidVotes, AChangeIsExplainedByTheInvalidationBetween) {
  AsidVotes votes;
  votes.use(stream, 1, 0xa, 1);
  votes.invalidate(tlbi(3, 1), 2);
  votes.invalidate(tlbi(5, 2), 3);
  votes.use(stream, 1, 0xb, 4);
  EXPECT_EQ(votes.asid_of(stream), 3u);
}

TEST(AsidVotes, WhereTwoExplainEquallyMuchNoneIsChosen) {
  AsidVotes votes;
  votes.use(stream, 1, 0xa, 1);
  votes.invalidate(tlbi(3, 1), 2);
  votes.invalidate(tlbi(5, 1), 3);
  votes.use(stream, 1, 0xb, 4);
  EXPECT_EQ(votes.asid_of(stream), std::nullopt);
}

TEST(AsidVotes, OneMoreDecides) {
  for (const std::uint32_t more : {3u, 5u}) {
    AsidVotes votes;
    votes.use(stream, 1, 0xa, 1);
    votes.invalidate(tlbi(3, 1), 2);
    votes.invalidate(tlbi(5, 1), 3);
    votes.use(stream, 1, 0xb, 4);
    votes.invalidate(tlbi(more, 1), 5);
    votes.use(stream, 1, 0xc, 6);
    EXPECT_EQ(votes.asid_of(stream), more);
  }
}

TEST(AsidVotes, AnExplainedChangeOutweighsAnyNumberOfPagesThatStayed) {
  AsidVotes votes;
  for (std::uint64_t row = 1; row < 20; row += 2) {
    votes.use(stream, 1, 0xa, row);
    votes.invalidate(tlbi(3, 1), row + 1);
  }
  votes.use(stream, 2, 0xb, 21);
  votes.invalidate(tlbi(5, 2), 22);
  votes.use(stream, 2, 0xc, 23);
  EXPECT_EQ(votes.asid_of(stream), 5u);
}

TEST(AsidVotes, ACommandForAllAddressSpacesProvesNothing) {
  AsidVotes votes;
  votes.use(stream, 1, 0xa, 1);
  votes.invalidate(tlbi(3, 1), 2);
  votes.invalidate(tlbi(std::nullopt, 1), 3);
  votes.use(stream, 1, 0xb, 4);
  votes.use(stream, 2, 0xc, 5);
  votes.invalidate(tlbi(5, 2), 6);
  votes.use(stream, 2, 0xd, 7);
  EXPECT_EQ(votes.asid_of(stream), 5u);
}

TEST(AsidVotes, EveryPageOfARangeCountsAndNoneBehindIt) {
  for (const std::uint64_t page : {10u, 13u, 14u}) {
    AsidVotes votes;
    votes.use(stream, page, 0xa, 1);
    votes.invalidate(tlbi(3, 10, 4), 2);
    votes.use(stream, page, 0xb, 3);
    EXPECT_EQ(votes.asid_of(stream).has_value(), page < 14) << page;
  }
}

TEST(AsidVotes, StreamsAreVotedOnApart) {
  AsidVotes votes;
  votes.use(0x8, 1, 0xa, 1);
  votes.use(0x10, 1, 0xb, 2);
  votes.invalidate(tlbi(3, 1), 3);
  votes.use(0x8, 1, 0xc, 4);
  votes.use(0x10, 1, 0xb, 5);
  votes.invalidate(tlbi(5, 1), 6);
  votes.use(0x10, 1, 0xd, 7);
  EXPECT_EQ(votes.asid_of(0x8), 3u);
  EXPECT_EQ(votes.asid_of(0x10), 5u);
  EXPECT_EQ(votes.asid_of(0x18), std::nullopt);
}

}  // namespace
}  // namespace doorbell::trace::test
