#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t DeviceID = 0x10;
constexpr std::uint32_t lpi = 8200;
constexpr Time cycle = nanosecond;  // of the default 1 GHz
constexpr Time latency = 100 * nanosecond;

using Event = std::pair<std::uint32_t, std::uint32_t>;

/// Parameters under which nothing but the ITS bounds the rate.
GicParameters roomy() {
  GicParameters parameters;
  parameters.redistributor.lpi_cache_entries = 65536;
  parameters.redistributor.outstanding_reads = 64;
  return parameters;
}

/// Maps every event to an LPI of its own.
void map(Bench& bench, const std::vector<Event>& events, unsigned collections) {
  std::vector<ItsCommand> commands;
  for (unsigned i = 0; i < collections; ++i) {
    commands.push_back({.opcode = ItsOpcode::MAPC,
                        .ICID = static_cast<std::uint16_t>(i),
                        .RDbase = i % 2,
                        .V = true});
  }
  std::uint32_t INTID = first_lpi;
  std::map<std::uint32_t, bool> mapped;
  for (const auto& [device, event] : events) {
    if (!mapped[device]) {
      commands.push_back({.opcode = ItsOpcode::MAPD,
                          .DeviceID = device,
                          .ITT_addr = itts + std::uint64_t{device} * 0x100000,
                          .Size = 15,
                          .V = true});
      mapped[device] = true;
    }
    bench.configure(INTID, 0xA3);
    commands.push_back({.opcode = ItsOpcode::MAPTI,
                        .DeviceID = device,
                        .EventID = event,
                        .pINTID = INTID++,
                        .ICID = static_cast<std::uint16_t>(device % collections)});
  }
  for (std::size_t i = 0; i < commands.size(); i += 1000) {
    bench.issue({commands.begin() + static_cast<long>(i),
                 commands.begin() + static_cast<long>(std::min(i + 1000, commands.size()))});
  }
}

/// The mean time between MSIs that the ITS sends, when there is always another.
double period(Bench& bench, const std::vector<Event>& events, unsigned rounds) {
  std::vector<Event> stream;
  for (unsigned i = 0; i < rounds; ++i)
    stream.insert(stream.end(), events.begin(), events.end());
  const std::uint64_t warm = events.size();
  bench.send_stream(stream, cycle);
  const auto sent = [&bench] { return bench.counter("its.sent"); };
  while (sent() < warm)
    bench.advance(10 * cycle);
  const Time began = bench.time();
  const std::uint64_t before = sent();
  while (sent() < stream.size() - 32)
    bench.advance(10 * cycle);
  return static_cast<double>(bench.time() - began) / static_cast<double>(sent() - before);
}

// V9 of docs/timing.md: t = t_pipe + misses x L; rate = min(1 / t_pipe, 1 / (t - t_pipe)).

TEST(ItsThroughput, AllHit) {
  Bench bench(roomy());
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 256; ++event)
    events.emplace_back(1, event);
  map(bench, events, 1);
  EXPECT_NEAR(period(bench, events, 20), 8.0 * cycle, 0.01 * 8 * cycle);
}

TEST(ItsThroughput, TheKneesAreTheCachesSizes) {
  // 32 devices with 8 events each and 16 collections: 256 events; every cache is just full.
  Bench bench(roomy());
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 8; ++event) {
    for (std::uint32_t device = 0; device < 32; ++device)
      events.emplace_back(device, event);
  }
  map(bench, events, 16);
  EXPECT_NEAR(period(bench, events, 20), 8.0 * cycle, 0.01 * 8 * cycle);
}

TEST(ItsThroughput, EventMisses) {
  Bench bench(roomy());
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 1024; ++event)
    events.emplace_back(1, event);
  map(bench, events, 1);
  EXPECT_NEAR(period(bench, events, 3), 1.0 * latency, 0.01 * latency) << "10 M MSI/s";
}

TEST(ItsThroughput, EventAndDeviceMisses) {
  Bench bench(roomy());
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 16; ++event) {
    for (std::uint32_t device = 0; device < 64; ++device)
      events.emplace_back(device, event);
  }
  map(bench, events, 1);
  EXPECT_NEAR(period(bench, events, 3), 2.0 * latency, 0.02 * latency) << "5 M MSI/s";
}

TEST(ItsThroughput, AllThreeMiss) {
  Bench bench(roomy());
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 16; ++event) {
    for (std::uint32_t device = 0; device < 64; ++device)
      events.emplace_back(device, event);
  }
  map(bench, events, 32);
  EXPECT_NEAR(period(bench, events, 3), 3.0 * latency, 0.03 * latency) << "3.3 M MSI/s";
}

/// Events of 64 devices over so many pages of 512 of the second level, which are provided.
std::vector<Event> events_over_pages(Bench& bench, std::uint32_t pages) {
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 16; ++event) {
    for (std::uint32_t device = 0; device < 64; ++device)
      events.emplace_back(device % pages * 512 + device, event);
  }
  for (std::uint32_t page = 0; page < pages; ++page)
    bench.provide(device_table, page, 0x7000'0000 + page * 0x1000);
  return events;
}

TEST(ItsThroughput, AllThreeAndTheFirstLevelMiss) {
  // 16 pages of 512 devices: twice what the first-level cache has room for.
  Bench bench(roomy());
  bench.device_layout = {.two_levels = true, .page_code = 0};
  bench.bring_up();
  const std::vector<Event> events = events_over_pages(bench, 16);
  map(bench, events, 32);
  EXPECT_NEAR(period(bench, events, 3), 4.0 * latency, 0.04 * latency) << "2.5 M MSI/s";
}

TEST(ItsThroughput, AFirstLevelThatFitsCostsNothing) {
  Bench bench(roomy());
  bench.device_layout = {.two_levels = true, .page_code = 0};
  bench.bring_up();
  const std::vector<Event> events = events_over_pages(bench, 8);
  map(bench, events, 1);
  EXPECT_NEAR(period(bench, events, 3), 2.0 * latency, 0.02 * latency);
}

TEST(ItsThroughput, MoreTranslationSlotsOverlapTheirReads) {
  GicParameters parameters = roomy();
  parameters.its.translation_slots = 4;
  Bench bench(parameters);
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 1024; ++event)
    events.emplace_back(1, event);
  map(bench, events, 1);
  EXPECT_NEAR(period(bench, events, 3), latency / 4.0, 0.01 * latency);
}

TEST(ItsThroughput, CreditsBoundTheLink) {
  GicParameters parameters = roomy();
  parameters.its.lpi_credits = 1;
  Bench bench(parameters);
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 64; ++event)
    events.emplace_back(1, event);
  map(bench, events, 1);
  // One message at a time: link, redistributor, link back.
  EXPECT_NEAR(period(bench, events, 80), 12.0 * cycle, 0.02 * 12 * cycle);
}

// Credits come back several at a time: never so few that the link runs dry for good.
class LpiCredits : public testing::TestWithParam<std::uint32_t> {};

TEST_P(LpiCredits, OfAnyNumberCarryAnyNumberOfMsis) {
  GicParameters parameters = roomy();
  parameters.its.lpi_credits = GetParam();
  Bench bench(parameters);
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 61; ++event)
    events.emplace_back(1, event);
  map(bench, events, 1);
  for (unsigned round = 1; round <= 3; ++round) {
    bench.send_stream(events, 0);
    bench.advance(100 * microsecond);
    EXPECT_EQ(bench.counter("its.sent"), 61u * round);
  }
}

// Of MSIs that come faster than the only one all but the first wait for it; with enough none does.
TEST_P(LpiCredits, AreBusyWhileMsisWaitForThem) {
  GicParameters parameters = roomy();
  parameters.its.lpi_credits = GetParam();
  Bench bench(parameters);
  bench.bring_up();
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < 64; ++event)
    events.emplace_back(1, event);
  map(bench, events, 1);
  bench.send_stream(events, 0);  // into the caches
  bench.advance(100 * microsecond);
  Statistics& statistics = bench.simulation().statistics();
  statistics.reset(bench.time());
  bench.send_stream(events, 0);
  bench.advance(64 * 12 * cycle);
  statistics.finish(bench.time());
  const auto& waiting =
      dynamic_cast<const ServerStatistics&>(*statistics.find("bench.gic.its.lpi_credits"));
  EXPECT_EQ(waiting.capacity(), parameters.its.doorbell_entries);
  EXPECT_EQ(waiting.completions(), GetParam() == 1 ? 63U : 0U);
  EXPECT_EQ(waiting.utilisation() > 0.5, GetParam() == 1) << waiting.utilisation();
}

INSTANTIATE_TEST_SUITE_P(Credits, LpiCredits, testing::Values(1, 2, 3, 4, 7, 8, 15, 16));

class MsiLatency : public testing::Test {
 protected:
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    bench.map_event(DeviceID, 3, lpi);
    bench.configure(lpi, 0xA3);
    bench.simulation().journeys().on_finish([this](const Journey& journey, Outcome outcome) {
      outcomes.push_back(outcome);
      samples.assign(journey.samples().begin(), journey.samples().end());
      spans = journey.spans();
      started = journey.started();
      finished = journey.latest();
    });
  }
  Task<void> send_with_journey(Time& sent, std::uint32_t EventID = 3, unsigned width = 4) {
    const StageId origin =
        bench.simulation().stages().find("endpoint") != nullptr ? StageId{} : stage;
    PayloadReference payload =
        bench.simulation().payloads().take(tlm::TLM_WRITE_COMMAND, 0x40, width);
    store_little_endian<std::uint32_t>(payload->data(), EventID);
    payload->requester().device_id = DeviceID;
    payload->requester().journey =
        bench.simulation().journeys().start({7, DeviceID, EventID}, origin, bench.now());
    sent = bench.now();
    co_await bench.device->transport(*payload);
    EXPECT_FALSE(payload->requester().journey) << "whoever ends it, or takes it over";
  }
  StageSample sample(const std::string& name) {
    for (const StageSample& one : samples) {
      if (bench.simulation().stages().info(one.stage).name == name) return one;
    }
    ADD_FAILURE() << "no stage " << name;
    return {};
  }
  /// From the doorbell to the IRQ line.
  Time to_the_line() {
    Time sent = 0;
    bench.advance(microsecond);
    bench.run(send_with_journey(sent));
    bench.advance(5 * microsecond);
    return bench.processors[0]->irq_changed - sent;
  }
  Bench bench;
  StageId stage = bench.simulation().stages().add({"test", 0, "its", "the test"});
  std::vector<Outcome> outcomes;
  std::vector<StageSample> samples;
  std::vector<JourneySpan> spans;  ///< Only when the log keeps them.
  Time started = 0, finished = 0;
};

TEST_F(MsiLatency, OfAHitIsTheSumOfTheParts) {
  to_the_line();  // fills the caches
  bench.end(0, bench.acknowledge(0));
  // ITS pipeline 8, link 4, redistributor 4, line 2.
  EXPECT_EQ(to_the_line(), 18 * cycle);
  const Time before = bench.time();
  EXPECT_EQ(bench.acknowledge(0), lpi);
  EXPECT_EQ(outcomes.back(), Outcome::acknowledged);
  EXPECT_EQ(finished, before + 20 * nanosecond) << "at the read of ICC_IAR1_EL1";
  EXPECT_EQ(sample("its").service, (8 + 4) * cycle)
      << "with the link, until the redistributor has it";
  EXPECT_EQ(sample("its").waiting, 0u);
  EXPECT_EQ(sample("redistributor").service, (4 + 2) * cycle);
  EXPECT_EQ(sample("redistributor").waiting, 0u);
  EXPECT_EQ(sample("cpu_acknowledge").service, 20 * nanosecond);
  EXPECT_EQ(sample("cpu_acknowledge").waiting, before - started - 18 * cycle);
}

TEST_F(MsiLatency, OfOneThatFindsTheLineUpIsWithoutIt) {
  bench.map_event(DeviceID, 4, lpi + 1);
  bench.configure(lpi + 1, 0x23);
  to_the_line();
  bench.end(0, bench.acknowledge(0));
  Time sent = 0;
  bench.run(send_with_journey(sent, 4));
  bench.advance(5 * microsecond);
  bench.end(0, bench.acknowledge(0));  // both configurations are cached
  bench.run(send_with_journey(sent, 3));
  bench.advance(5 * microsecond);
  ASSERT_TRUE(bench.processors[0]->irq);
  bench.run(send_with_journey(sent, 4));
  bench.advance(5 * microsecond);
  ASSERT_EQ(bench.acknowledge(0), lpi + 1) << "the more urgent one";
  EXPECT_EQ(sample("redistributor").service, 4 * cycle) << "the pipeline";
  EXPECT_EQ(sample("redistributor").waiting, 0u);
  EXPECT_EQ(sample("cpu_acknowledge").service, 20 * nanosecond);
}

TEST_F(MsiLatency, OfAFullMissAddsTheTableReads) {
  // Device, interrupt and collection entries are cached by the MAPs' own look-ups at most: start
  // from MAPC and MAPD, which don't cache.
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 0, .V = true}});
  bench.map_device(DeviceID);
  bench.map_device(DeviceID + 1);
  EXPECT_EQ(to_the_line(), 18 * cycle + 3 * latency + latency)
      << "three entries, and the LPI's configuration";
  bench.acknowledge(0);
  EXPECT_EQ(sample("its").service, 12 * cycle + 3 * latency);
  EXPECT_EQ(sample("redistributor").service, 6 * cycle + latency);
}

TEST_F(MsiLatency, WaitingForTheProcessorIsApart) {
  to_the_line();
  bench.advance(3 * microsecond);
  bench.acknowledge(0);
  EXPECT_GT(sample("cpu_acknowledge").waiting, 3 * microsecond);
  EXPECT_EQ(sample("cpu_acknowledge").service, 20 * nanosecond);
}

// It was pending already when the other one was acknowledged.
TEST_F(MsiLatency, WaitsForTheHandlerOfTheOneBefore) {
  bench.map_event(DeviceID, 4, lpi + 1);
  bench.configure(lpi + 1, 0xA3);
  bench.simulation().journeys().keep_spans(0, never);
  Time sent = 0;
  bench.run(send_with_journey(sent, 3));
  bench.run(send_with_journey(sent, 4));
  bench.advance(5 * microsecond);
  ASSERT_EQ(bench.acknowledge(0), lpi);
  bench.advance(5 * microsecond);
  bench.end(0, lpi);
  ASSERT_EQ(bench.acknowledge(0), lpi + 1);
  const auto held = std::find_if(spans.begin(), spans.end(), [](const JourneySpan& span) {
    return span.waiting && std::string(span.holder.what) == "handler of INTID";
  });
  ASSERT_NE(held, spans.end());
  EXPECT_EQ(held->holder.id, lpi);
  EXPECT_STREQ(held->resource, "CPU interface");
  EXPECT_GE(held->to - held->from, 5 * microsecond);
}

TEST_F(MsiLatency, AMaskedOneWaitsInTheRedistributor) {
  bench.configure(lpi, 0xA2);
  Time sent = 0;
  bench.run(send_with_journey(sent));
  bench.advance(10 * microsecond);
  bench.configure(lpi, 0xA3);
  bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::SYNC}});
  bench.acknowledge(0);
  EXPECT_GT(sample("redistributor").waiting, 9 * microsecond);
}

TEST_F(MsiLatency, TheJourneySurvivesMOVI) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  Time sent = 0;
  bench.run(send_with_journey(sent));
  bench.advance(5 * microsecond);
  bench.issue({{.opcode = ItsOpcode::MOVI, .DeviceID = DeviceID, .EventID = 3, .ICID = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_TRUE(outcomes.empty());
  EXPECT_EQ(bench.acknowledge(1), lpi);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0], Outcome::acknowledged);
  EXPECT_EQ(started, sent);
}

TEST_F(MsiLatency, TheJourneyOfARefusedOneEndsThere) {
  Time sent = 0;
  bench.run(send_with_journey(sent, 3, 8));
  EXPECT_EQ(outcomes, (std::vector<Outcome>{Outcome::answered_with_error}));
  EXPECT_EQ(bench.counter("its.bad_accesses"), 1u);
}

TEST_F(MsiLatency, EveryJourneyEndsOnce) {
  Time sent = 0;
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  for (int i = 0; i < 3; ++i)
    bench.run(send_with_journey(sent));
  bench.advance(5 * microsecond);
  EXPECT_EQ(outcomes, (std::vector<Outcome>{Outcome::coalesced, Outcome::coalesced}));
  bench.issue({{.opcode = ItsOpcode::DISCARD, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(outcomes.back(), Outcome::cleared);
  bench.run(send_with_journey(sent));
  bench.advance(5 * microsecond);
  EXPECT_EQ(outcomes.back(), Outcome::dropped_by_its);
  bench.map_event(DeviceID, 3, lpi);
  bench.write(*bench.gicr[0], 0, 4, 0);
  bench.run(send_with_journey(sent));
  bench.advance(5 * microsecond);
  EXPECT_EQ(outcomes.back(), Outcome::dropped_by_redistributor);
  EXPECT_EQ(bench.simulation().journeys().in_flight(), 0u);
}

}  // namespace
}  // namespace doorbell::gic::test
