// The parts of the import that decide by counting, each by itself.
#include <gtest/gtest.h>

#include <memory>

#include "tests/traces/temporary_file.h"
#include "traces/import/asid_votes.h"
#include "traces/import/doorbell_matcher.h"
#include "traces/import/frames.h"
#include "traces/import/recording.h"

namespace doorbell::trace::test {
namespace {

constexpr Stream drive = 8;

TlbiRangeRow range(std::uint32_t asid, std::uint64_t page, std::uint64_t pages = 1) {
  return {.asid = asid, .iova = page * page_bytes, .pages = pages, .leaf = true};
}

TEST(AsidVotes, AChangeIsExplainedByTheInvalidationBeforeIt) {
  AsidVotes votes;
  EXPECT_FALSE(votes.asid_of(drive));
  votes.use(drive, 1, 100, 1);
  votes.invalidate(range(3, 1), 2);
  votes.use(drive, 1, 200, 3);
  EXPECT_EQ(votes.asid_of(drive), 3u);
  EXPECT_FALSE(votes.asid_of(drive + 1));
}

TEST(AsidVotes, ATieDecidesNothing) {
  AsidVotes votes;
  votes.use(drive, 1, 100, 1);
  votes.invalidate(range(3, 1), 2);
  votes.invalidate(range(7, 1), 3);
  votes.use(drive, 1, 200, 4);
  EXPECT_FALSE(votes.asid_of(drive));
  votes.use(drive, 2, 100, 5);
  votes.invalidate(range(7, 2), 6);
  votes.use(drive, 2, 200, 7);
  EXPECT_EQ(votes.asid_of(drive), 7u);
}

TEST(AsidVotes, AnInvalidationBeforeTheLastUseExplainsNothing) {
  AsidVotes votes;
  votes.use(drive, 1, 100, 1);
  votes.invalidate(range(3, 1), 2);
  votes.use(drive, 1, 100, 3);
  votes.invalidate(range(7, 1), 4);
  votes.use(drive, 1, 200, 5);
  EXPECT_EQ(votes.asid_of(drive), 7u);
}

TEST(AsidVotes, AChangeAcrossAnInvalidationOfEverythingProvesNothing) {
  AsidVotes votes;
  votes.use(drive, 1, 100, 1);
  votes.invalidate_all(2);
  votes.invalidate(range(3, 1), 3);
  votes.use(drive, 1, 200, 4);
  votes.use(drive, 2, 100, 5);
  votes.invalidate(range(7, 2), 6);
  votes.use(drive, 2, 200, 7);
  EXPECT_EQ(votes.asid_of(drive), 7u);
}

TEST(AsidVotes, OnlyALargerRangeStandsForEverything) {
  for (const bool larger : {false, true}) {
    AsidVotes votes;
    votes.use(drive, 5, 100, 1);
    votes.invalidate(range(3, 0, (1u << 18) + (larger ? 1 : 0)), 2);
    votes.use(drive, 5, 200, 3);
    EXPECT_EQ(votes.asid_of(drive).has_value(), !larger);
  }
}

ItemPtr submit(std::uint32_t value) {
  auto item = std::make_shared<Item>();
  item->record.operation = Submit{std::nullopt, 1, value};
  return item;
}

constexpr std::uint64_t entry(unsigned number) {
  return 0x5000 + 64 * number;
}

TEST(DoorbellMatcher, ATailThatCameRoundIsBehindTheLastEntry) {
  for (const unsigned last : {31u, 63u, 1u, 0u}) {
    DoorbellMatcher matcher;
    matcher.add(1, submit(0));
    EXPECT_NE(matcher.take(1, entry(last), 0), nullptr) << last;
  }
  DoorbellMatcher matcher;
  matcher.add(1, submit(0));
  EXPECT_EQ(matcher.take(1, entry(30), 0), nullptr);
}

TEST(DoorbellMatcher, ADoorbellAnnouncesSoManyEntriesAndNoMore) {
  const auto doorbell = submit(20);
  EXPECT_TRUE(DoorbellMatcher::covers(*doorbell, entry(19)));
  EXPECT_TRUE(DoorbellMatcher::covers(*doorbell, entry(3)));
  EXPECT_FALSE(DoorbellMatcher::covers(*doorbell, entry(2)));
  EXPECT_FALSE(DoorbellMatcher::covers(*doorbell, entry(20)));
  DoorbellMatcher matcher;
  matcher.add(1, doorbell);
  EXPECT_EQ(matcher.take(1, entry(2), 0), nullptr);
  EXPECT_EQ(matcher.take(1, entry(3), 0), doorbell);
  EXPECT_EQ(matcher.take(1, entry(3), 0), nullptr) << "taken already";
}

TEST(DoorbellMatcher, TheNearestIsTaken) {
  DoorbellMatcher matcher;
  const auto far = submit(12);
  const auto near = submit(5);
  matcher.add(1, far);
  matcher.add(1, near);
  EXPECT_EQ(matcher.take(1, entry(4), 0), near);
  EXPECT_EQ(matcher.take(1, entry(4), 0), far);
}

TEST(Frames, APageHasOneFrameUntilAllLetGo) {
  Frames frames;
  const auto shared = frames.acquire(5);
  EXPECT_EQ(frames.acquire(5), shared);
  frames.release(5);
  frames.synced(1);
  frames.expire(2);
  EXPECT_NE(frames.acquire(6), shared);
  EXPECT_EQ(frames.acquire(5), shared);
}

TEST(Frames, AFrameRestsUntilItsSyncHasLeftTheWindow) {
  Frames frames;
  const auto first = frames.acquire(5);
  frames.release(5);
  frames.expire(100);  // not synced yet
  EXPECT_NE(frames.acquire(6), first);
  frames.synced(3);
  frames.expire(3);
  EXPECT_NE(frames.acquire(7), first);
  frames.expire(4);
  EXPECT_EQ(frames.acquire(8), first);
}

Row row(const std::string& text) {
  TemporaryFile file("in.csv", "time_us,op,stream_id,iova,bytes,pa,detail\n" + text + "\n");
  RecordingReader reader(file.path());
  Row read;
  EXPECT_TRUE(reader.next(read));
  return read;
}

TEST(RecordingRows, RangesAreOfPagesOfTheirGranule) {
  for (const auto& [granule, pages] :
       {std::pair{0u, 3u}, std::pair{1u, 3u}, std::pair{2u, 12u}, std::pair{3u, 48u}}) {
    const auto read =
        row("9,tlbi_range,,,,,vmid=0 asid=1 addr=0x1000 tg=" + std::to_string(granule) +
            " num_pages=0x3 ttl=3 leaf=1");
    EXPECT_EQ(std::get<TlbiRangeRow>(read.event).pages, pages) << granule;
    EXPECT_EQ(std::get<TlbiRangeRow>(read.event).asid, 1u);
  }
  const auto all = row("9,tlbi_range,,,,,vmid=0 asid=-1 addr=0x1000 tg=1 num_pages=1 ttl=0 leaf=0");
  EXPECT_FALSE(std::get<TlbiRangeRow>(all.event).asid);
}

TEST(RecordingRows, AnAccessMayEndWithItsPage) {
  const auto whole = std::get<AccessRow>(row("1,read,0x8,0x1fc0,64,0x7fc0,data").event);
  EXPECT_EQ(whole.access.bytes, 64u);
  EXPECT_FALSE(whole.cut);
  const auto cut = std::get<AccessRow>(row("1,read,0x8,0x1fc4,64,0x7fc4,data").event);
  EXPECT_EQ(cut.access.bytes, 60u);
  EXPECT_TRUE(cut.cut);
}

}  // namespace
}  // namespace doorbell::trace::test
