// The stall model (IHI 0070 3.12.2, 4.7.1, 4.7.2, 5.5): who stalls, and what ends it.
#include "tests/smmu/block/stalls.h"

namespace doorbell::smmu::test {
namespace {

constexpr Time cycle = nanosecond;
constexpr Time M = 40 * nanosecond;  // an access to memory
constexpr std::uint64_t page = 0xa000'0000;

// Until its RESUME has been fetched, decoded and carried out nothing happens; then it is a
// translation as any other, from the TCU's slot on.
Task<void> retried(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  b.map(0x5000, page + 0x1000);
  b.memory.store(page + 8, 0x1122'3344'5566'7788);
  co_await b.enable();
  Dma d = stallable_read(0x4008);
  b.start(b.dma(d));
  const Event event = co_await stall_event(b);
  EXPECT_EQ(event.type, EventType::F_TRANSLATION);
  EXPECT_EQ(event.stream.stream_id, 1u);
  EXPECT_EQ(event.input_address, 0x4008u);
  EXPECT_FALSE(d.done);
  EXPECT_EQ(b.smmu.tcu.busy(), "1 stalled transactions");
  b.map(0x4000, page);
  b.post(retry_of(event));
  const Time rung = b.now();
  co_await b.ring();
  co_await b.drained();
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(d.data, 0x1122'3344'5566'7788u);
  const Time command = 4 * cycle + M + 2 * cycle + 8 * cycle;  // register, fetch, decode, RESUME
  const Time translation = 3 * cycle + 4 * cycle + M + 8 * cycle;  // the leaf's descriptor is read
  EXPECT_EQ(d.ended - rung, command + translation + M);
  EXPECT_EQ(b.counter("tcu.stalls", "arrivals"), 1u);
  EXPECT_EQ(b.counter("tcu.stalls", "departures"), 1u);
  EXPECT_EQ(b.counter("tcu.stall_time", "count"), 1u);
  EXPECT_EQ(b.counter("tcu.translated"), 1u);
  EXPECT_EQ(b.counter("tcu.commands_respond"), 1u);
  EXPECT_EQ(b.smmu.tcu.busy(), "");
}
TEST(SmmuStall, ARetryIsATranslationFromTheTcuOn) {
  Bench bench(with_stalls());
  bench.run(retried(bench));
}

Task<void> terminated(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma read = stallable_read(0x4000), write = stallable_write(0x6000, 7);
  read.data = 0x5555;
  b.start(b.dma(read));
  const Event first = co_await stall_event(b);
  co_await b.command(termination_of(first, false));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(read.ok);
  EXPECT_EQ(read.data, 0u);
  b.start(b.dma(write));
  const Event second = co_await stall_event(b);
  EXPECT_NE(second.stag, first.stag);
  EXPECT_TRUE(second.access.write);
  co_await b.command(termination_of(second));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(write.done);
  EXPECT_FALSE(write.ok);
  const auto more = co_await b.take_events();
  EXPECT_TRUE(more.empty()) << "the stall has been told";
  EXPECT_EQ(b.counter("tcu.terminated_stalled"), 2u);
  EXPECT_EQ(b.counter("tbu.ignored"), 1u);
  EXPECT_EQ(b.counter("tbu.terminated"), 1u);
}
TEST(SmmuStall, TerminationIsRazWiOrAnAbort) {
  Bench bench(with_stalls());
  bench.run(terminated(bench));
}

TEST(SmmuStall, LooseTimingGivesTheSameResults) {
  Bench bench(with_stalls());
  bench.scheduler().set_timing(Timing::loose);
  bench.run(terminated(bench));
}

// TERM_MODEL = 1: Ab is IGNORED (4.7.1).
Task<void> only_aborts(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  co_await b.command(termination_of(co_await stall_event(b), false));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
  EXPECT_FALSE(d.ok);
}
TEST(SmmuStall, WithoutRazWiTerminationAborts) {
  SmmuParameters parameters = with_stalls();
  parameters.offered.termination_model = TerminationModel::abort;
  Bench bench(parameters);
  bench.run(only_aborts(bench));
}

// The key is StreamID and STAG together; a guest's STAG can't be trusted (3.12.2).
Task<void> of_others(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  b.translate_stream(2, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma a = stallable_read(0x4000, 1), c = stallable_read(0x4000, 2);
  b.start(b.dma(a));
  const Event of_a = co_await stall_event(b);
  b.start(b.dma(c));
  const Event of_c = co_await stall_event(b);
  Command wrong = termination_of(of_a);
  wrong.stream.stream_id = 2;
  co_await b.command(wrong);
  wrong = termination_of(of_a);
  wrong.stag = 0x7fff;
  co_await b.command(wrong);
  wrong = termination_of(of_a);
  wrong.stag = static_cast<std::uint16_t>(of_a.stag + of_c.stag + 1);  // nobody's
  co_await b.command(wrong);
  co_await b.sleep(microsecond);
  EXPECT_FALSE(a.done);
  EXPECT_FALSE(c.done);
  b.map(0x4000, page);
  co_await b.command(retry_of(of_c));
  co_await b.command(termination_of(of_c));  // a second answer
  co_await b.sleep(microsecond);
  EXPECT_TRUE(c.ok);
  EXPECT_FALSE(a.done);
  co_await b.command(retry_of(of_a));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(a.ok);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 0u);
}
TEST(SmmuStall, AnAnswerToNobodyDoesNothing) {
  Bench bench(with_stalls());
  bench.run(of_others(bench));
}

Task<void> stall_term(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  b.translate_stream(2, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma a = stallable_read(0x4000, 1), duplicate = stallable_read(0x4008, 1),
      c = stallable_read(0x8000, 1), other = stallable_read(0x4000, 2);
  b.start(b.dma(a));
  const Event of_a = co_await stall_event(b);
  for (Dma* const d : {&duplicate, &c, &other})
    b.start(b.dma(*d));
  co_await b.sleep(microsecond);
  b.abort_stream(1);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 1}});
  co_await b.command(stall_term_of(1));
  co_await b.sleep(microsecond);
  for (Dma* const d : {&a, &duplicate, &c}) {
    EXPECT_TRUE(d->done);
    EXPECT_FALSE(d->ok);
  }
  EXPECT_FALSE(other.done);
  co_await b.command(retry_of(of_a));  // too late
  co_await b.command(stall_term_of(3));
  co_await b.sleep(microsecond);
  EXPECT_FALSE(other.done);
  co_await b.command(stall_term_of(2));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(other.done);
  EXPECT_FALSE(other.ok);
  EXPECT_EQ(b.counter("tcu.terminated_stalled"), 4u);
}
TEST(SmmuStall, StallTermAbortsAllOfItsStream) {
  Bench bench(with_stalls());
  bench.run(stall_term(bench));
}

// 6.3.9.6: what is stalled ends with an abort, and what would stall from now on, too.
Task<void> switched_off(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  const std::uint64_t late = b.descriptor(0x4000'0000, 3);
  co_await b.enable();
  Dma stalled = stallable_read(0x4000), walking = stallable_read(0x4000'0000);
  b.start(b.dma(stalled));
  co_await stall_event(b);
  b.memory.hold(late, late + 7);
  b.start(b.dma(walking));
  co_await b.sleep(2 * microsecond);
  co_await b.write(Bench::CR0, 0xc);
  co_await b.sleep(microsecond);
  EXPECT_TRUE(stalled.done);
  EXPECT_FALSE(stalled.ok);
  EXPECT_FALSE(walking.done);
  EXPECT_EQ(co_await b.read(Bench::CR0ACK), 0xdu);
  b.memory.release();
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::CR0ACK), 0xcu);
  EXPECT_TRUE(walking.done);
  EXPECT_FALSE(walking.ok);
  const auto more = co_await b.take_events();
  EXPECT_TRUE(more.empty());
  // All STAGs are free again.
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xd);
  for (unsigned n = 0; n < 3; ++n) {
    Dma d = stallable_read(0x4000);
    b.start(b.dma(d));
    const Event event = co_await stall_event(b);
    co_await b.command(termination_of(event));
    co_await b.sleep(microsecond);
    EXPECT_TRUE(d.done);
  }
}
TEST(SmmuStall, WhenTheSmmuIsSwitchedOffAllAbortWithoutAnEvent) {
  Bench bench(with_stalls(8, 2));
  bench.run(switched_off(bench));
}

// An Update of SMMU_GBPA concerns nothing that is translated (6.3.14).
Task<void> gbpa(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  const Event event = co_await stall_event(b);
  co_await b.write(Bench::GBPA, 1u << 31 | 1u << 20);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::GBPA), 1u << 20);
  EXPECT_FALSE(d.done);
  co_await b.command(termination_of(event));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
}
TEST(SmmuStall, AnUpdateOfGbpaLeavesThem) {
  Bench bench(with_stalls());
  bench.run(gbpa(bench));
}

// 3.12: a stalling configuration of what may not stall is recorded with Stall = 0, and aborts,
// whatever R and A say.
Task<void> may_not_stall(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S | CD_R | CD_A);
  co_await b.enable();
  const Dma d = co_await b.dma_of({.address = 0x4000});
  EXPECT_TRUE(d.done);
  EXPECT_FALSE(d.ok);
  const auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 1u);
  if (events.size() != 1) co_return;
  EXPECT_FALSE(events[0].stall);
  EXPECT_EQ(events[0].stag, 0u);
  EXPECT_EQ(b.counter("tcu.stalls", "arrivals"), 0u);
}
TEST(SmmuStall, WhatMayNotStallAborts) {
  Bench bench(with_stalls());
  bench.run(may_not_stall(bench));
}
Task<void> nothing_may_stall(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma d = stallable_read(0x4000);
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
  const auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 1u);
  if (events.size() != 1) co_return;
  EXPECT_FALSE(events[0].stall);
}
TEST(SmmuStall, WhereNothingMayStallAllAbort) {
  Bench bench(with_stalls(0));
  bench.run(nothing_may_stall(bench));
}

/// A TBU in which nothing may stall, as of PCIe, beside one in which something may.
SmmuParameters with_stalls_behind_the_second() {
  SmmuParameters parameters = with_stalls();
  parameters.tbus = {{.first_stream_id = 0, .last_stream_id = 1},
                     {.first_stream_id = 2, .last_stream_id = 2, .stallable = 2}};
  return parameters;
}
Task<void> stalls_of_one_tbu(Bench& b) {
  for (const std::uint32_t stream : {1, 2})
    b.translate_stream(stream, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma aborts = stallable_read(0x4000, 1), stalls = stallable_read(0x4000, 2);
  stalls.tbu = 1;
  co_await b.dma(aborts);
  EXPECT_TRUE(aborts.done);
  EXPECT_FALSE(aborts.ok);
  auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 1u);
  if (events.size() != 1) co_return;
  EXPECT_FALSE(events[0].stall);
  b.start(b.dma(stalls));
  const Event event = co_await stall_event(b);
  EXPECT_EQ(event.stream.stream_id, 2u);
  EXPECT_FALSE(stalls.done);
  b.map(0x4000, 0xa000'0000);
  co_await b.command(retry_of(event));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(stalls.done && stalls.ok);
}
TEST(SmmuStall, EachTbuSaysHowManyMay) {
  Bench bench(with_stalls_behind_the_second());
  bench.run(stalls_of_one_tbu(bench));
}

// What exceeds `tbus[n].stallable` aborts; who has stalled keeps its place when it is retried.
Task<void> places(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma a = stallable_read(0x4000), c = stallable_read(0x6000), more = stallable_read(0x8000);
  b.start(b.dma(a));
  const Event of_a = co_await stall_event(b);
  b.start(b.dma(c));
  co_await stall_event(b);
  co_await b.dma(more);
  EXPECT_FALSE(more.ok);
  auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 1u);
  if (events.size() != 1) co_return;
  EXPECT_FALSE(events[0].stall);
  // While the first is being retried another comes.
  const std::uint64_t leaf = b.descriptor(0x4000, 3);
  b.memory.hold(leaf, leaf + 7);
  co_await b.command(retry_of(of_a));
  co_await b.dma(more);
  EXPECT_FALSE(more.ok);
  b.memory.release();
  events = co_await events_of(b);
  EXPECT_EQ(events.size(), 2u);
  if (events.size() != 2) co_return;
  EXPECT_TRUE(events[1].stall);
  EXPECT_EQ(events[1].input_address, 0x4000u);
  co_await b.command(stall_term_of(1));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(a.done && c.done);
}
TEST(SmmuStall, SoManyMayStallInATbu) {
  Bench bench(with_stalls(2));
  bench.run(places(bench));
}

// A retry meets the configuration of its time (3.12.2).
Task<void> reconfigured(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  const Event first = co_await stall_event(b);
  co_await b.command(retry_of(first));
  const Event second = co_await stall_event(b);  // nothing has changed
  EXPECT_NE(second.stag, first.stag);
  EXPECT_FALSE(d.done);
  b.abort_stream(1);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 1}});
  EXPECT_FALSE(d.done);
  co_await b.command(retry_of(second));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
  EXPECT_FALSE(d.ok);
  const auto more = co_await b.take_events();
  EXPECT_TRUE(more.empty());
  EXPECT_EQ(b.counter("tcu.terminated_suppressed"), 1u);
  EXPECT_EQ(b.counter("tcu.stall_time", "count"), 1u);
}
TEST(SmmuStall, ARetryMeetsTheConfigurationOfItsTime) {
  Bench bench(with_stalls());
  bench.run(reconfigured(bench));
}

Task<void> stage2(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd), STE_S2S);  // S2R = 0 says nothing here
  guest.map(0, Guest::ipa(Guest::data));
  for (const std::uint64_t place : {Guest::cd, Guest::level2, Guest::data})
    b.memory.store(guest.descriptors[place], 0);
  co_await b.enable();
  Dma d = stallable_read(0x8);
  b.start(b.dma(d));
  const std::pair<Guest::Place, EventClass> reasons[] = {
      {Guest::cd, EventClass::cd}, {Guest::level2, EventClass::ttd}, {Guest::data, EventClass::in}};
  for (const auto& [place, reason] : reasons) {
    const Event event = co_await stall_event(b);
    EXPECT_TRUE(event.stage2);
    EXPECT_EQ(event.event_class, reason);
    EXPECT_EQ(event.ipa & ~0xfffULL, Guest::ipa(place));
    EXPECT_FALSE(d.done);
    host.map(Guest::ipa(place), Guest::pa(place));
    co_await b.command(retry_of(event));
  }
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(d.ok);
}
TEST(SmmuStall, FaultsOfStage2StallByS2S) {
  Bench bench(with_stalls());
  bench.run(stage2(bench));
}

// Each stage is configured by itself (3.12.5).
Task<void> by_stage(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  const std::uint64_t cd = Guest::pa(Guest::cd);
  b.memory.store(cd, b.memory.load(cd) | CD_S);
  guest.map(0, Guest::ipa(Guest::data, 1));  // which stage 2 doesn't map
  co_await b.enable();
  Dma d = stallable_read(0x0);
  co_await b.dma(d);
  EXPECT_FALSE(d.ok) << "stage 2 terminates";
  co_await b.take_events();
  d = stallable_read(0x4000);
  b.start(b.dma(d));
  const Event event = co_await stall_event(b);
  EXPECT_FALSE(event.stage2);
  co_await b.command(termination_of(event));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
}
TEST(SmmuStall, EachStageSaysItOfItsOwnFaults) {
  Bench bench(with_stalls());
  bench.run(by_stage(bench));
}

// Other faults never stall.
Task<void> other_faults(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  const std::uint64_t leaf = b.map(0x4000, page);
  b.memory.abort(leaf, leaf + 7);
  b.translate_stream(2, 5, Bench::tables, CD_S | 1u << 31);  // CD.V = 0
  co_await b.enable();
  Dma d = stallable_read(0x4000);
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
  d = stallable_read(0x4000, 2);
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
  const auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 2u);
  if (events.size() != 2) co_return;
  EXPECT_EQ(events[0].type, EventType::F_WALK_EABT);
  EXPECT_EQ(events[1].type, EventType::C_BAD_CD);
}
TEST(SmmuStall, OnlyTranslationRelatedFaultsStall) {
  Bench bench(with_stalls());
  bench.run(other_faults(bench));
}

// Its time is a stage of its own.
Task<void> journey(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  const StageId before = b.simulation().stages().add({"before", 1, "tbu", ""});
  auto& log = b.simulation().journeys();
  Time stalled = 0, sum = 0;
  log.on_finish([&](const Journey& j, Outcome) {
    for (const StageSample& s : j.samples()) {
      sum += s.waiting + s.service;
      if (b.simulation().stages().info(s.stage).name == "stalled") stalled += s.waiting;
    }
  });
  Dma msi = stallable_write(0x4000, 1);
  msi.size = 4;
  msi.journey = log.start({1, 1, 0}, before, b.now());
  b.start(b.dma(msi));
  const Event event = co_await stall_event(b);
  EXPECT_STREQ(msi.journey.waits_for().what, "event of STAG");
  EXPECT_EQ(msi.journey.waits_for().id, event.stag);
  b.map(0x4000, page);
  co_await b.command(retry_of(event));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(msi.ok);
  log.finish(msi.journey, Outcome::acknowledged, msi.ended);
  EXPECT_EQ(sum, msi.took());
  EXPECT_GT(stalled, microsecond / 2);
  EXPECT_EQ(stalled, b.counter("tcu.stalls", "occupancy_integral"));
}
TEST(SmmuStall, AnMsisStalledTimeIsAStageOfItsOwn) {
  Bench bench(with_stalls());
  bench.run(journey(bench));
}

TEST(SmmuStall, TheStageIsThereOnlyWithTheModel) {
  Bench bench;
  EXPECT_EQ(bench.simulation().stages().find("stalled"), nullptr);
  EXPECT_EQ(bench.simulation().statistics().find("bench.smmu.tcu.stalls"), nullptr);
}

}  // namespace
}  // namespace doorbell::smmu::test
