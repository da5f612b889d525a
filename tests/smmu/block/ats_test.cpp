// ATS through sockets: Translation Requests, Translated transactions and invalidations of ATCs,
// honest ones and others (IHI 0070 3.9, 4.5.1, 4.7.3).
#include "tests/smmu/block/ats_bench.h"

namespace doorbell::smmu::test {
namespace {

using dti_ats::Status;

constexpr Time cycle = nanosecond;

Task<void> unmap_and_sync(Bench& b, std::uint64_t address) {
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NH_VA, .asid = 5, .address = address});
}

// A request's round trip is that of a TBU; what it gives passes the TBU as it is.
Task<void> round_trip(Bench& b, Atc& atc) {
  constexpr Time access_time = 40 * cycle, link = 8 * cycle, configuration = 3 * cycle,
                 walk_caches = 4 * cycle, micro = cycle, main_tlb = 3 * cycle, dti = 8 * cycle;
  ats_stream(b);
  b.map(page, target);
  b.map(page + 0x1000, other);
  b.memory.store(target + 8, 0x1234);
  co_await enable(b);
  Time start = b.now();
  const dti_ats::TranslationAnswer answer = co_await atc.ask({.stream = {1}, .address = page});
  EXPECT_EQ(b.now() - start,
            link + configuration + 2 * access_time + walk_caches + 4 * access_time + link);
  EXPECT_EQ(answer.status, Status::successful);
  EXPECT_EQ(answer.translations[0],
            (dti_ats::Translation{.address = target, .read = true, .write = true}));
  start = b.now();
  co_await atc.ask({.stream = {1}, .address = page + 0x1000});
  EXPECT_EQ(b.now() - start, link + configuration + walk_caches + access_time + link);
  // A Translated transaction asks the TCU for the stream's STE once, and then no more.
  Dma d = co_await atc.translated({.address = target + 8});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(d.data, 0x1234u);
  EXPECT_EQ(d.took(), micro + main_tlb + dti + configuration + dti + access_time);
  d = co_await atc.translated({.address = other});
  EXPECT_EQ(d.took(), micro + access_time);
  EXPECT_EQ(b.counter("tcu.ats_requests"), 2u);
  EXPECT_EQ(b.counter("tcu.ats_completions"), 2u);
  EXPECT_EQ(b.counter("tcu.ats_denied"), 0u);
}
TEST_F(SmmuAts, ARequestTakesATranslation) {
  bench.run(round_trip(bench, atc));
}

// The same addresses, translated and not, are two things.
Task<void> apart(Bench& b, Atc& atc) {
  ats_stream(b);
  b.map(page, target);
  b.memory.store(target, 0x11);
  b.memory.store(page, 0x22);
  co_await enable(b);
  for (unsigned n = 0; n < 2; ++n) {
    const Dma untranslated = co_await b.dma_of({.address = page});
    const Dma translated = co_await atc.translated({.address = page});
    EXPECT_EQ(untranslated.data, 0x11u);
    EXPECT_EQ(translated.data, 0x22u);
  }
}
TEST_F(SmmuAts, TranslatedAndUntranslatedAddressesAreKeptApart) {
  bench.run(apart(bench, atc));
}

// 3.9.1.3, with the records of 7.3.8 and, of requests, 7.3.6.
Task<void> forbidden(Bench& b, Atc& atc) {
  b.translate_stream(1);
  b.map(page, target);
  co_await enable(b);
  const std::size_t before = b.memory.count(0, 0, ~0ULL);
  const Dma d = co_await atc.translated({.address = target, .write = true});
  EXPECT_FALSE(d.ok);
  EXPECT_EQ(b.memory.count(0, 0, ~0ULL), before) << "nothing reaches memory";
  const dti_ats::TranslationAnswer answer =
      co_await atc.ask({.stream = {1}, .no_write = true, .address = page, .count = 2});
  EXPECT_EQ(answer.status, Status::unsupported_request);
  EXPECT_EQ(b.counter("tcu.ats_denied"), 1u);
  auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 2u);
  if (events.size() != 2) co_return;
  EXPECT_EQ(events[0], (EventRecord{0x1'0000'0007, 0, target, 0}));  // RnW = 0
  EXPECT_EQ(events[1], (EventRecord{0x1'0000'0005, 0x8'0000'0002, page, 0}));
  // Fast mode checks nothing (6.3.9.2), from the Update's acknowledgement on.
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xd);
  const Dma fast = co_await atc.translated({.address = target, .write = true});
  EXPECT_TRUE(fast.ok);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, running);
  const Dma safe = co_await atc.translated({.address = target, .write = true});
  EXPECT_FALSE(safe.ok);
  // A stream that is given ATS has it once its STE is read anew; then it is taken away.
  add_to_ste(b, 1, EATS_full);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {1}});
  const Dma given = co_await atc.translated({.address = target});
  EXPECT_TRUE(given.ok);
  b.translate_stream(1);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {1}});
  const Dma taken = co_await atc.translated({.address = target});
  EXPECT_FALSE(taken.ok);
}
TEST_F(SmmuAts, AFunctionWithoutAtsGetsNowhere) {
  bench.run(forbidden(bench, atc));
}

Task<void> disabled(Bench& b, Atc& atc) {
  ats_stream(b);
  co_await enable(b);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0x1c);
  const Dma d = co_await atc.translated({.address = target});
  EXPECT_FALSE(d.ok);
  const dti_ats::TranslationAnswer answer = co_await atc.ask({.stream = {1}, .address = page});
  EXPECT_EQ(answer.status, Status::unsupported_request);
  // 4.5.1: IGNORED, and consumed.
  co_await b.command_and_sync(atc_inv(page));
  EXPECT_TRUE(atc.invalidations.empty());
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 2u);
}
TEST_F(SmmuAts, WhileDisabledThereIsNoAts) {
  bench.run(disabled(bench, atc));
}

// 3.9.1: an ATC is invalidated after the SMMU; then nothing reaches the old page.
Task<void> changed_page(Bench& b, Atc& atc, bool invalidates) {
  ats_stream(b);
  b.map(page, target);
  b.memory.store(target, 0x11);
  b.memory.store(other, 0x22);
  co_await enable(b);
  const Dma before = co_await atc.dma({.address = page});
  EXPECT_EQ(before.data, 0x11u);
  b.map(page, other);
  co_await unmap_and_sync(b, page);
  if (invalidates) co_await b.command_and_sync(atc_inv(page));
  const Dma after = co_await atc.dma({.address = page});
  EXPECT_EQ(after.data, invalidates ? 0x22u : 0x11u);
  EXPECT_EQ(b.counter("tcu.atc_invalidations", "arrivals"), invalidates ? 1u : 0u);
}
TEST_F(SmmuAts, AfterAnInvalidationTheNewPageIsReached) {
  bench.run(changed_page(bench, atc, true));
}
TEST_F(SmmuAts, WithoutAnInvalidationTheOldPageIsReached) {
  bench.run(changed_page(bench, atc, false));
}

// 4.7.3: the SYNC waits for Translated writes by what is invalidated.
Task<void> in_flight(Bench& b, Atc& atc) {
  ats_stream(b);
  b.map(page, target);
  co_await enable(b);
  co_await atc.dma({.address = page});
  b.memory.hold(target, target + 0xfff);
  Dma write{.address = page, .write = true, .data = 0x77};
  b.start([](Atc& function, Dma& d) -> Task<void> { d = co_await function.dma(d); }(atc, write));
  co_await b.sleep(microsecond);
  b.post(atc_inv(page));
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(10 * microsecond);
  EXPECT_NE(co_await b.read(Bench::CMDQ_CONS), b.prod()) << "the SYNC waits";
  EXPECT_FALSE(write.done);
  b.memory.release();
  co_await b.drained();
  EXPECT_TRUE(write.done);
}
TEST_F(SmmuAts, ASyncWaitsForWhatWasTranslatedByAnAtc) {
  bench.run(in_flight(bench, atc));
}

// A completion that an invalidation has overtaken is there before the ATC's invalidation.
Task<void> overtaken(Bench& b, Atc& atc) {
  ats_stream(b);
  b.map(page, target);
  co_await enable(b);
  co_await atc.ask({.stream = {1}, .address = page + 0x20'0000});
  const std::uint64_t last = b.descriptor(page, 3);
  b.memory.sample_early = true;
  b.memory.hold(last & ~0xfffULL, last | 0xfff);
  Dma read{.address = page};
  b.start([](Atc& function, Dma& d) -> Task<void> { d = co_await function.dma(d); }(atc, read));
  co_await b.sleep(microsecond);
  b.map(page, other);
  b.post({.opcode = Opcode::CMD_TLBI_NH_VA, .asid = 5, .address = page});
  b.post(Command{});
  b.post(atc_inv(page));
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(atc.invalidations.empty()) << "the first SYNC waits for the request";
  b.memory.release();
  co_await b.drained();
  EXPECT_EQ(atc.invalidations.size(), 1u);
  b.memory.store(other, 0x22);
  const Dma after = co_await atc.dma({.address = page});
  EXPECT_EQ(after.data, 0x22u);
}
TEST_F(SmmuAts, ASyncWaitsForRequestsThatBeganBeforeIt) {
  bench.run(overtaken(bench, atc));
}

// 4.5.1: an honest ATC drops what the span meets, and 52 is everything.
Task<void> spans(Bench& b, Atc& atc) {
  ats_stream(b);
  for (unsigned n = 0; n < 4; ++n)
    b.map(page + 0x1000 * n, target + 0x1000 * n);
  co_await enable(b);
  for (unsigned n = 0; n < 4; ++n)
    co_await atc.dma({.address = page + 0x1000 * n});
  EXPECT_EQ(atc.cached(), 4u);
  co_await b.command_and_sync(atc_inv(page + 0x1000, 1));
  EXPECT_EQ(atc.cached(), 2u);
  EXPECT_EQ(atc.invalidations[0].address, page);
  EXPECT_EQ(atc.invalidations[0].log2_size, 13u);
  co_await b.command_and_sync(atc_inv(page, 52));
  EXPECT_EQ(atc.cached(), 0u);
}
TEST_F(SmmuAts, InvalidationsCoverTheirSpan) {
  bench.run(spans(bench, atc));
}

// 13.7, 3.13.7: a request for a write makes a page dirty, one with NW doesn't.
Task<void> updates(Bench& b, Atc& atc) {
  constexpr std::uint64_t HD = 1ULL << 42, HA = 1ULL << 43, AF = 1ULL << 10, DBM = 1ULL << 51;
  constexpr std::uint64_t AP_2 = 1 << 7;
  ats_stream(b, HA | HD);
  const std::uint64_t clean = b.map(page, target, (Bench::page_ro & ~AF) | DBM);
  const std::uint64_t fixed = b.map(page + 0x1000, target, Bench::page_ro & ~AF);
  co_await enable(b);
  const auto granted = [&atc](std::uint64_t address, bool no_write) -> Task<dti_ats::Translation> {
    const auto answer = co_await atc.ask({.stream = {1}, .no_write = no_write, .address = address});
    co_return answer.translations[0];
  };
  dti_ats::Translation t = co_await granted(page, true);
  EXPECT_TRUE(t.read && !t.write);
  EXPECT_EQ(b.memory.load(clean) & (AF | AP_2), AF | AP_2);
  t = co_await granted(page, false);
  EXPECT_TRUE(t.read && t.write);
  EXPECT_EQ(b.memory.load(clean) & AP_2, 0u);
  t = co_await granted(page + 0x1000, false);
  EXPECT_TRUE(t.read && !t.write);
  EXPECT_EQ(b.memory.load(fixed) & (AF | AP_2), AF | AP_2)
      << "accessed, and as read-only as before";
}
TEST_F(SmmuAts, ARequestForAWriteMakesAPageDirty) {
  bench.run(updates(bench, atc));
}

// 13.6.3: with split-stage ATS the ATC has an IPA, and stage 2 is the SMMU's.
Task<void> split_stage(Bench& b, Atc& atc, Hypervisor& host) {
  Guest guest(host);
  const std::uint64_t ipa = Guest::ipa(Guest::data, 5);
  guest.map(3, ipa);
  host.map(ipa, target);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  add_to_ste(b, 1, EATS_split);
  b.memory.store(target, 0x11);
  b.memory.store(other, 0x22);
  co_await enable(b);
  const dti_ats::TranslationAnswer answer = co_await atc.ask({.stream = {1}, .address = 0x3000});
  EXPECT_EQ(answer.translations[0].address, ipa);
  const Dma first = co_await atc.dma({.address = 0x3000});
  EXPECT_EQ(first.data, 0x11u);
  // A change of stage 2 alone needs no ATC_INV, but its TLBI.
  host.map(ipa, other);
  const Dma stale = co_await atc.dma({.address = 0x3000});
  EXPECT_EQ(stale.data, 0x11u);
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S2_IPA, ipa));
  const Dma fresh = co_await atc.dma({.address = 0x3000});
  EXPECT_EQ(fresh.data, 0x22u);
  // What isn't mapped is an event as of any transaction.
  const Dma nowhere = co_await atc.translated({.address = ipa + 0x1000});
  EXPECT_FALSE(nowhere.ok);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
  if (events.size() == 1) {
    EXPECT_EQ(events[0][0] & 0xff, 0x10u) << "F_TRANSLATION";
  }
}
TEST_F(SmmuAts, SplitStageLeavesStage2ToTheSmmu) {
  Hypervisor host(bench, 7, Bench::tables + 0x80'0000);
  bench.run(split_stage(bench, atc, host));
}

// Its walks are of stage 2 by itself, though the stream has both stages.
Task<void> split_stage_walk(Bench& b, Atc& atc, Hypervisor& host) {
  const std::uint64_t ipa = Guest::ipa(Guest::data, 5);
  host.map(ipa, target);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  add_to_ste(b, 1, EATS_split);
  co_await enable(b);
  const Dma d = co_await atc.translated({.address = ipa});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.counter("tcu.table_reads_stage2"), 4u);
  EXPECT_EQ(b.counter("tcu.walks_of_4"), 1u);
  const Dma again = co_await atc.translated({.address = ipa});
  EXPECT_TRUE(again.ok);
  EXPECT_EQ(b.counter("tcu.walks_of_4"), 1u);
}
TEST_F(SmmuAts, SplitStageTransactionsWalkStage2ByItself) {
  Hypervisor host(bench, 7, Bench::tables + 0x80'0000);
  bench.run(split_stage_walk(bench, atc, host));
}

class SmmuAtsOfFour : public SmmuAts {
 protected:
  static SmmuParameters four() {
    SmmuParameters parameters = offering();
    parameters.tcu.ats.translations = 4;
    return parameters;
  }
  SmmuAtsOfFour() : SmmuAts(four()) {}
};
Task<void> several(Bench& b, Atc& atc) {
  ats_stream(b);
  for (unsigned n = 0; n < 5; ++n)
    b.map(page + 0x1000 * n, target + 0x3000 * n, n == 2 ? Bench::page_ro : Bench::page_rw);
  co_await enable(b);
  const auto answer = co_await atc.ask({.stream = {1}, .address = page, .count = 8});
  EXPECT_EQ(answer.count, 4u);
  for (unsigned n = 0; n < answer.count; ++n) {
    EXPECT_EQ(answer.translations[n].address, target + 0x3000 * n);
    EXPECT_EQ(answer.translations[n].write, n != 2);
  }
  const auto three = co_await atc.ask({.stream = {1}, .address = page, .count = 3});
  EXPECT_EQ(three.count, 3u);
  const auto last = co_await atc.ask({.stream = {1}, .address = page + 0x4000, .count = 3});
  EXPECT_EQ(last.count, 3u) << "what is not there follows, with nothing granted";
  EXPECT_FALSE(last.translations[1].read);
}
TEST_F(SmmuAtsOfFour, ACompletionHoldsWhatFollows) {
  bench.run(several(bench, atc));
}

// PCIe 6.0, 10.2.3: what follows is of the addresses that follow, and none follows the last one.
Task<void> several_at_the_top(Bench& b, Atc& atc) {
  constexpr std::uint64_t CD_TTB1 =
      1ULL << 30 | 16 << 16 | 2 << 22;  // EPD1 = 0, T1SZ, TG1 of 4 KiB
  ats_stream(b, CD_TTB1);
  b.memory.store(b.context_of(1) + 16, Bench::tables);
  b.map(0x0000'ffff'ffff'f000, target);
  b.map(0, target + 0x1000);
  co_await enable(b);
  const auto top = co_await atc.ask({.stream = {1}, .address = 0xffff'ffff'ffff'f000, .count = 2});
  EXPECT_EQ(top.translations[0].address, target);
  EXPECT_EQ(top.count, 1u);
}
TEST_F(SmmuAtsOfFour, NothingFollowsTheLastAddress) {
  bench.run(several_at_the_top(bench, atc));
}

// 4.5: where the rest of the system has no ATS, commands for it are IGNORED.
Task<void> nobody_there(Bench& b) {
  ats_stream(b);
  co_await enable(b);
  co_await b.command_and_sync(atc_inv(page));
  EXPECT_EQ(co_await b.read(Bench::GERROR), 0u);
}
// The reserved window is of addresses that devices use; a Translated one is where something is.
Task<void> beside_the_window(Bench& b, Atc& atc) {
  constexpr std::uint64_t data = 0x1122'3344'5566'7788;
  ats_stream(b);
  b.map(page, target);
  co_await enable(b);
  for (const unsigned size : {8u, 4u}) {
    const Dma write =
        co_await atc.dma({.address = page, .write = true, .data = data, .size = size});
    EXPECT_TRUE(write.ok) << size;
    EXPECT_EQ(b.memory.load(target, size), size == 8 ? data : data & 0xffff'ffff);
    const Dma read = co_await atc.dma({.address = page, .size = size});
    EXPECT_TRUE(read.ok) << size;
  }
  b.map(page + 0x1000, target + 0x1000);
  Dma across{.address = target + 0xffc, .write = true, .data = data};
  across = co_await atc.translated(across);
  EXPECT_TRUE(across.ok);
  // One without ATS doesn't get by.
  b.bypass_stream(2);
  const Dma forbidden =
      co_await atc.translated({.stream = 2, .address = target, .write = true, .size = 4});
  EXPECT_FALSE(forbidden.ok);
  EXPECT_EQ(b.counter("tbu.window_bypasses"), 0u);
  EXPECT_EQ(b.counter("tbu.window_refusals"), 0u);
  Dma untranslated{.address = target, .write = true, .size = 4};
  co_await b.dma(untranslated);
  EXPECT_TRUE(untranslated.ok);
  EXPECT_EQ(b.counter("tbu.window_bypasses"), 1u);
}
TEST(SmmuAtsWithAWindow, TranslatedAddressesAreNotOfIt) {
  SmmuParameters parameters = offering();
  parameters.reserved_window = {target, 0x1'0000};
  Bench bench(parameters);
  Atc atc(bench);
  bench.run(beside_the_window(bench, atc));
}

TEST(SmmuAtsAlone, CommandsAreIgnored) {
  Bench bench(offering());
  bench.run(nobody_there(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
