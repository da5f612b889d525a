// One record for several events (IHI 0070 7.3.1).
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t queue_end = Bench::event_queue + 0xfff;

/// The STE lets events be merged, or it doesn't.
void set_mev(Bench& b, std::uint32_t stream, bool MEV) {
  b.memory.store(b.ste_of(stream) + 8, 2 | (MEV ? 1u << 19 : 0));
}

Task<void> read_of(Bench& b, std::uint64_t address, std::uint32_t stream = 1) {
  Dma d{.stream = stream, .address = address};
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
}

/// With the queue's memory held back, so that nothing becomes visible meanwhile.
using Addresses = std::vector<std::uint64_t>;
Task<std::vector<EventRecord>> records_of(Bench& b, Addresses addresses, std::uint32_t stream = 1) {
  b.memory.hold(Bench::event_queue, queue_end);
  for (const std::uint64_t address : addresses)
    co_await read_of(b, address, stream);
  b.memory.release();
  co_return co_await b.take_events();
}

Task<void> same_page(Bench& b) {
  b.translate_stream(1);
  set_mev(b, 1, true);
  co_await b.enable();
  const Addresses of_a_page{0x5008, 0x5010, 0x5008};
  auto events = co_await records_of(b, of_a_page);
  EXPECT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0][2], 0x5008u);
  EXPECT_EQ(b.counter("tcu.events_merged"), 2u);
  EXPECT_EQ(b.counter("tcu.events_recorded"), 1u);
  EXPECT_EQ(b.counter("tcu.terminated_recorded"), 3u);
  // What software can see may have been answered.
  const Addresses again{0x5008};
  events = co_await records_of(b, again);
  EXPECT_EQ(events.size(), 1u);
  const Addresses of_two_pages{0x6000, 0x7000, 0x6000};
  events = co_await records_of(b, of_two_pages);
  EXPECT_EQ(events.size(), 2u);
  EXPECT_EQ(b.counter("tcu.events_merged"), 3u);
}
TEST(SmmuEventMerging, OneRecordStandsForAPageWhileItIsNotVisible) {
  Bench bench;
  bench.run(same_page(bench));
}

Task<void> without_mev(Bench& b) {
  b.translate_stream(1);
  b.translate_stream(2);
  set_mev(b, 2, true);
  co_await b.enable();
  const Addresses reads{0x5000, 0x5000, 0x5000};
  const auto events = co_await records_of(b, reads);
  EXPECT_EQ(events.size(), 3u);
  // Of a stream that allows it now, but didn't when it was recorded.
  b.memory.hold(Bench::event_queue, queue_end);
  co_await read_of(b, 0x6000);
  set_mev(b, 1, true);
  co_await b.command({.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 1}});
  co_await read_of(b, 0x6000);
  b.memory.release();
  const auto more = co_await b.take_events();
  EXPECT_EQ(more.size(), 2u);
  EXPECT_EQ(b.counter("tcu.events_merged"), 0u);
}
TEST(SmmuEventMerging, NeverWithoutMev) {
  Bench bench;
  bench.run(without_mev(bench));
}

// Before an STE is found nobody can forbid it.
Task<void> bad_streams(Bench& b) {
  co_await b.enable();
  const Addresses reads{0x5000, 0x6000};
  const auto events = co_await records_of(b, reads, 64);
  EXPECT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0], (EventRecord{64ULL << 32 | 0x02, 0, 0, 0}));
}
TEST(SmmuEventMerging, WithoutAnSteItNeedsNoLeave) {
  Bench bench;
  bench.run(bad_streams(bench));
}

Task<void> window(Bench& b, unsigned records) {
  b.translate_stream(1);
  set_mev(b, 1, true);
  co_await b.enable();
  const Addresses reads{0x1000, 0x2000, 0x3000, 0x1000, 0x3000};
  const auto events = co_await records_of(b, reads);
  EXPECT_EQ(events.size(), records);
}
SmmuParameters with_window(std::uint32_t records) {
  SmmuParameters parameters;
  parameters.tcu.event_merge_window = records;
  return parameters;
}
TEST(SmmuEventMerging, OnlyTheLatestRecordsAreCompared) {
  Bench bench(with_window(2));
  bench.run(window(bench, 4));
}
TEST(SmmuEventMerging, WithoutAWindowThereIsNone) {
  Bench bench(with_window(0));
  bench.run(window(bench, 5));
}

// An event that is merged needs no place, so that a full queue loses nothing.
Task<void> full(Bench& b) {
  b.translate_stream(1);
  set_mev(b, 1, true);
  co_await b.enable();
  const Addresses reads{0x1000, 0x2000, 0x3000, 0x4000, 0x3000};
  const auto events = co_await records_of(b, reads);
  EXPECT_EQ(events.size(), 4u);
  EXPECT_EQ(b.counter("tcu.events_lost"), 0u);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 4u);  // no OVFLG
}
TEST(SmmuEventMerging, AFullQueueTakesWhatIsMerged) {
  Bench bench({}, 64, 2);
  bench.run(full(bench));
}

// An aborted record is lost with all it stands for, and nothing more joins it.
Task<void> aborted(Bench& b) {
  b.translate_stream(1);
  set_mev(b, 1, true);
  co_await b.enable();
  b.memory.abort(Bench::event_queue, Bench::event_queue + 31);
  const Addresses reads{0x5000, 0x5000};
  const auto events = co_await records_of(b, reads);
  EXPECT_TRUE(events.empty());
  co_await read_of(b, 0x5000);
  EXPECT_EQ(b.counter("tcu.events_merged"), 1u);
  EXPECT_EQ(b.counter("tcu.events_lost"), 1u);
  EXPECT_EQ(b.counter("tcu.event_write_aborts"), 1u);
}
TEST(SmmuEventMerging, NothingJoinsARecordThatWasAborted) {
  Bench bench;
  bench.run(aborted(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
