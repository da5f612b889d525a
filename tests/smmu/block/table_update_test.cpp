// Hardware updates of translation tables (IHI 0070 3.13): what a translation makes of a descriptor,
// how long that takes, and what comes of it when somebody else writes the descriptor meanwhile.
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t page = 0x4000'0000, target = 0xa000'0000, other = 0xb000'0000;
constexpr std::uint64_t AP_2 = 1ULL << 7;
constexpr std::uint64_t AF = 1ULL << 10;
constexpr std::uint64_t DBM = 1ULL << 51;
constexpr std::uint64_t software_bit = 1ULL << 55;
constexpr std::uint64_t HD = 1ULL << 42, HA = 1ULL << 43;  // of the CD
constexpr std::uint64_t old_page = Bench::page_rw & ~AF;   // not accessed yet
constexpr std::uint64_t clean_page = Bench::page_ro | DBM;
constexpr unsigned F_TRANSLATION = 0x10, F_ACCESS = 0x12, F_PERMISSION = 0x13, F_WALK_EABT = 0x0b;

SmmuParameters offering(TableUpdates updates) {
  SmmuParameters parameters;
  parameters.offered.table_updates = updates;
  return parameters;
}

class SmmuTableUpdates : public testing::Test {
 protected:
  Bench bench{offering(TableUpdates::dirty_state)};
};

unsigned id(const EventRecord& record) {
  return static_cast<unsigned>(record[0] & 0xff);
}

Task<void> expect_event(Bench& b, unsigned type, std::uint64_t fetch_address = 0) {
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
  if (events.size() != 1) co_return;
  EXPECT_EQ(id(events[0]), type);
  if (fetch_address != 0) {
    EXPECT_EQ(events[0][3], fetch_address);
  }
}

Task<void> sets_the_access_flag(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA);
  const std::uint64_t first = b.map(page, target, Bench::page_rw);
  const std::uint64_t second = b.map(page + 0x1000, target + 0x1000, old_page);
  const std::uint64_t third = b.map(page + 0x2000, target + 0x2000, old_page);
  co_await b.enable();
  co_await b.dma_of({.address = page});
  // With the tables above it cached: a read, or a read and an exchange.
  b.map(page + 0x3000, target + 0x3000, Bench::page_rw);
  const Dma without = co_await b.dma_of({.address = page + 0x3000});
  const Dma with = co_await b.dma_of({.address = page + 0x1000});
  EXPECT_TRUE(with.ok);
  EXPECT_EQ(with.took(), without.took() + b.memory.latency);
  EXPECT_EQ(b.memory.load(second), (target + 0x1000) | Bench::page_rw);
  EXPECT_EQ(b.memory.load(first), target | Bench::page_rw);
  EXPECT_EQ(b.memory.load(third), (target + 0x2000) | old_page) << "nobody has been there";
  co_await b.dma_of({.address = page + 0x1000, .write = true});
  EXPECT_EQ(b.counter("tcu.httu_updates"), 1u);
  EXPECT_EQ(b.counter("tcu.httu_lost_races"), 0u);
  EXPECT_EQ(b.memory.count(3, 0, ~0ULL), 1u) << "by a socket of its own";
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST_F(SmmuTableUpdates, SetTheAccessFlagOnceAndTakeAnAccess) {
  bench.run(sets_the_access_flag(bench));
}

Task<void> leaves_the_flag_to_software(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t at = b.map(page, target, old_page);
  co_await b.enable();
  const Dma d = co_await b.dma_of({.address = page});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, F_ACCESS);
  EXPECT_EQ(b.memory.load(at), target | old_page);
  EXPECT_EQ(b.counter("tcu.httu_updates"), 0u);
}
TEST_F(SmmuTableUpdates, AreOnlyForWhoseCdAsksForThem) {
  bench.run(leaves_the_flag_to_software(bench));
}

Task<void> makes_a_page_dirty(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  const std::uint64_t at = b.map(page, target, clean_page);
  co_await b.enable();
  Dma d = co_await b.dma_of({.address = page});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.load(at), target | clean_page) << "a read makes nothing dirty";
  EXPECT_EQ(b.counter("tcu.translated"), 1u);
  d = co_await b.dma_of({.address = page, .write = true, .data = 0x77});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.counter("tcu.translated"), 2u) << "the first write goes to the TCU again";
  EXPECT_EQ(b.memory.load(at), (target | clean_page) & ~AP_2);
  EXPECT_EQ(b.memory.load(target), 0x77u);
  d = co_await b.dma_of({.address = page + 8, .write = true});
  EXPECT_TRUE(d.ok);
  d = co_await b.dma_of({.address = page + 8});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.counter("tcu.translated"), 2u);
  EXPECT_EQ(b.counter("tcu.httu_updates"), 1u);
}
TEST_F(SmmuTableUpdates, MakeAPageDirtyWithItsFirstWrite) {
  bench.run(makes_a_page_dirty(bench));
}

/// The descriptor counts, not what is cached of it.
Task<void> reads_the_descriptor_again(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  const std::uint64_t at = b.map(page, target, clean_page);
  co_await b.enable();
  co_await b.dma_of({.address = page});
  b.memory.store(at, other | Bench::page_ro);  // software takes it back, without a TLBI as yet
  const Dma d = co_await b.dma_of({.address = page, .write = true});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, F_PERMISSION);
  EXPECT_EQ(b.memory.load(at), other | Bench::page_ro);
}
TEST_F(SmmuTableUpdates, AreOfWhatIsInMemoryAtTheFirstWrite) {
  bench.run(reads_the_descriptor_again(bench));
}

Task<void> denies(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  b.translate_stream(2, 6, Bench::tables, HA);
  const std::uint64_t read_only = b.map(page, target, Bench::page_ro & ~AF);
  const std::uint64_t clean = b.map(page + 0x1000, target, clean_page & ~AF);
  co_await b.enable();
  const std::pair<std::uint32_t, std::uint64_t> writes[] = {
      {1, page},            // no DBM
      {2, page + 0x1000}};  // no HD: its dirty state is software's
  for (const auto& [stream, address] : writes) {
    const Dma d = co_await b.dma_of({.stream = stream, .address = address, .write = true});
    EXPECT_FALSE(d.ok);
    co_await expect_event(b, F_PERMISSION);
  }
  EXPECT_EQ(b.memory.load(read_only), target | (Bench::page_ro & ~AF));
  EXPECT_EQ(b.memory.load(clean), target | (clean_page & ~AF));
  // What has no Access flag in memory isn't cached: it gets its flag by the first read.
  const Dma d = co_await b.dma_of({.stream = 2, .address = page + 0x1000});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.load(clean), target | clean_page);
}
TEST_F(SmmuTableUpdates, AreNotForAccessesThatAreDenied) {
  bench.run(denies(bench));
}

Task<void> hierarchy_wins(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  const std::uint64_t at = b.map(page, target, clean_page);
  const std::uint64_t above = b.descriptor(page, 2);
  b.memory.store(above, b.memory.load(above) | 1ULL << 62);  // APTable: no writes
  co_await b.enable();
  const Dma d = co_await b.dma_of({.address = page, .write = true});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, F_PERMISSION);
  EXPECT_EQ(b.memory.load(at), target | clean_page);
}
TEST_F(SmmuTableUpdates, MakeNothingWritableThatTheTablesAboveKeepFromIt) {
  bench.run(hierarchy_wins(bench));
}

/// Waits for the next exchange to arrive, and acts `delay` later, ahead of its answer.
Task<void> when_exchanged(Bench& b, Time delay, std::function<void()> act) {
  const std::size_t seen = b.memory.count(3, 0, ~0ULL);
  while (b.memory.count(3, 0, ~0ULL) == seen)
    co_await b.sleep(nanosecond);
  co_await b.sleep(delay);
  act();
}

Task<void> loses(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA);
  co_await b.enable();
  const Time half = b.memory.latency / 2;
  // Another page, with its flag clear: that one is accessed, by a second exchange.
  std::uint64_t at = b.map(page, target, old_page);
  b.start(when_exchanged(b, half, [&b, at] { b.memory.store(at, other | old_page); }));
  Dma d = co_await b.dma_of({.address = page, .write = true, .data = 0x11});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.load(at), other | Bench::page_rw);
  EXPECT_EQ(b.memory.load(other), 0x11u);
  EXPECT_EQ(b.memory.load(target), 0u);
  EXPECT_EQ(b.counter("tcu.httu_lost_races"), 1u);
  EXPECT_EQ(b.counter("tcu.httu_updates"), 1u);
  // The same page, and the flag is set: nothing is left to be done.
  at = b.map(page + 0x1000, target, old_page);
  b.start(when_exchanged(b, half, [&b, at] { b.memory.store(at, target | Bench::page_rw); }));
  d = co_await b.dma_of({.address = page + 0x1000});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.counter("tcu.httu_lost_races"), 2u);
  EXPECT_EQ(b.counter("tcu.httu_updates"), 1u);
  // Nothing at all.
  at = b.map(page + 0x2000, target, old_page);
  b.start(when_exchanged(b, half, [&b, at] { b.memory.store(at, 0); }));
  d = co_await b.dma_of({.address = page + 0x2000});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, F_TRANSLATION);
  EXPECT_EQ(b.memory.load(at), 0u);
}
TEST_F(SmmuTableUpdates, ThatLoseLookAtWhatIsThereNow) {
  bench.run(loses(bench));
}

/// A block becomes a table while its flag is about to be set: the walk goes on.
Task<void> becomes_a_table(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA);
  const std::uint64_t leaf = b.map(page + 0x3000, other, old_page);
  const std::uint64_t at = b.descriptor(page, 2);
  const std::uint64_t table = b.memory.load(at);
  b.memory.store(at, target | (old_page & ~2ULL));
  co_await b.enable();
  b.start(when_exchanged(b, b.memory.latency / 2, [&] { b.memory.store(at, table); }));
  const Dma d = co_await b.dma_of({.address = page + 0x3000, .write = true, .data = 0x22});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.load(at), table);
  EXPECT_EQ(b.memory.load(leaf), other | Bench::page_rw);
  EXPECT_EQ(b.memory.load(other), 0x22u);
}
TEST_F(SmmuTableUpdates, ThatLoseToATableWalkOn) {
  bench.run(becomes_a_table(bench));
}

/// A guest that changes the descriptor at each turn, until it is over.
Task<void> always_wins(Bench& b, std::uint64_t at, const bool& over) {
  std::size_t seen = 0;
  while (!over) {
    if (b.memory.count(3, 0, ~0ULL) != seen) {
      seen = b.memory.count(3, 0, ~0ULL);
      b.memory.store(at, b.memory.load(at) ^ software_bit);
    }
    co_await b.sleep(nanosecond);
  }
}
Task<void> gives_up(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA);
  const std::uint64_t at = b.map(page, target, old_page);
  co_await b.enable();
  bool over = false;
  b.start(always_wins(b, at, over));
  const Dma d = co_await b.dma_of({.address = page});
  over = true;
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, F_WALK_EABT, at);
  EXPECT_EQ(b.counter("tcu.httu_lost_races"), 64u);
  EXPECT_EQ(b.memory.load(at) & AF, 0u);
  co_await b.sleep(2 * nanosecond);
}
TEST_F(SmmuTableUpdates, AreGivenUpAgainstAWriterThatAlwaysWins) {
  bench.run(gives_up(bench));
}

Task<void> no_atomics(Bench& b) {
  b.memory.knows_atomics = false;
  b.translate_stream(1, 5, Bench::tables, HA);
  const std::uint64_t at = b.map(page, target, old_page);
  b.map(page + 0x1000, target, Bench::page_rw);
  co_await b.enable();
  Dma d = co_await b.dma_of({.address = page});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, F_WALK_EABT, at);
  EXPECT_EQ(b.memory.load(at), target | old_page);
  d = co_await b.dma_of({.address = page + 0x1000});
  EXPECT_TRUE(d.ok) << "what needs no update goes on";
}
TEST_F(SmmuTableUpdates, NeedAMemoryThatKnowsAtomicAccesses) {
  bench.run(no_atomics(bench));
}

Task<void> aborted(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA);
  const std::uint64_t at = b.map(page, target, old_page);
  co_await b.enable();
  // From its arrival on, the exchange's address answers with an error.
  b.start(when_exchanged(b, 0, [&b, at] { b.memory.abort(at, at + 7); }));
  const Dma d = co_await b.dma_of({.address = page});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, F_WALK_EABT, at);
}
TEST_F(SmmuTableUpdates, ThatAbortAreExternalAborts) {
  bench.run(aborted(bench));
}

/// Reads and writes of one clean page at once: one update, and all go through.
Task<void> merges(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  b.translate_stream(2, 5, Bench::tables, HA | HD);
  const std::uint64_t at = b.map(page, target, clean_page & ~AF);
  co_await b.enable();
  std::array<Dma, 12> all;
  for (unsigned i = 0; i < all.size(); ++i) {
    all[i] = {.stream = 1 + i % 2, .address = page + 8 * i, .write = i % 3 != 0};
    b.start(b.dma(all[i]));
  }
  co_await b.sleep(20 * microsecond);
  for (const Dma& d : all)
    EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.load(at), (target | clean_page) & ~AP_2);
  EXPECT_LE(b.counter("tcu.httu_updates"), 2u) << "the flag, and dirty state";
  EXPECT_EQ(b.counter("tcu.httu_updates") + b.counter("tcu.httu_lost_races"),
            b.memory.count(3, 0, ~0ULL));
}
TEST_F(SmmuTableUpdates, OfManyAtOnceAreDoneOnce) {
  bench.run(merges(bench));
}

/// Software gives the page another target at any time of the walk: whatever the order was, its
/// store isn't lost, and what is set in memory belongs to where the access went.
Task<void> races(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  co_await b.enable();
  unsigned came_first = 0, came_second = 0;
  for (Time late = 0; late < 400; late += 7) {
    const std::uint64_t va = page + 0x1000 * late;
    const std::uint64_t at = b.map(va, target, clean_page & ~AF);
    b.memory.store(target, 0);
    b.memory.store(other, 0);
    Dma d{.stream = 1, .address = va, .write = true, .data = 0x99};
    b.start(b.dma(d));
    co_await b.sleep(late * nanosecond + 500);
    b.memory.store(at, other | (clean_page & ~AF));
    co_await b.sleep(5 * microsecond);
    EXPECT_TRUE(d.ok);
    const bool to_other = b.memory.load(other) == 0x99;
    EXPECT_NE(to_other, b.memory.load(target) == 0x99);
    EXPECT_EQ(b.memory.load(at),
              to_other ? (other | clean_page) & ~AP_2 : other | (clean_page & ~AF));
    (to_other ? came_first : came_second) += 1;
  }
  EXPECT_GT(came_first, 3u);
  EXPECT_GT(came_second, 3u);
  EXPECT_GT(b.counter("tcu.httu_lost_races"), 0u);
}
TEST_F(SmmuTableUpdates, NeverLoseWhatSoftwareStores) {
  bench.run(races(bench));
}

Task<void> debugs(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  const std::uint64_t at = b.map(page, target, old_page);
  b.memory.store(target, 0x1234);
  co_await b.enable();
  std::uint64_t data = 0;
  EXPECT_EQ(b.debug_read(1, page, data), 8u);
  EXPECT_EQ(data, 0x1234u);
  EXPECT_EQ(b.memory.load(at), target | old_page);
}
TEST_F(SmmuTableUpdates, AreNotMadeByADebugger) {
  bench.run(debugs(bench));
}

/// The update of a guest's descriptor is a write of the hypervisor's page.
Task<void> nests(Bench& b) {
  constexpr std::uint64_t S2AP_1 = 1ULL << 7, S2HD = 1ULL << 55, S2HA = 1ULL << 56;
  Hypervisor host(b, 7, 0x9800'0000);
  Guest guest(host);
  const std::uint64_t cd = Guest::pa(Guest::cd);
  b.memory.store(cd, b.memory.load(cd) | HA | HD);
  guest.map(0, Guest::ipa(Guest::data), clean_page & ~AF);
  const std::uint64_t leaf = Guest::pa(Guest::level3);
  const std::uint64_t below_table = guest.descriptors[Guest::level3];
  const std::uint64_t below_data = guest.descriptors[Guest::data];
  for (const std::uint64_t at : {below_table, below_data})
    b.memory.store(at, (b.memory.load(at) & ~(AF | S2AP_1)) | DBM);
  host.nest_stream(1, Guest::ipa(Guest::cd), Hypervisor::S2R | S2HA | S2HD);
  co_await b.enable();
  Dma d = co_await b.dma_of({.address = 8});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.load(leaf), Guest::ipa(Guest::data) | clean_page);
  EXPECT_EQ(b.memory.load(below_table) & (AF | S2AP_1), AF | S2AP_1);
  EXPECT_EQ(b.memory.load(below_data) & (AF | S2AP_1), AF);
  EXPECT_EQ(b.counter("tcu.httu_updates"), 4u);
  d = co_await b.dma_of({.address = 8, .write = true, .data = 0x44});
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.load(leaf), (Guest::ipa(Guest::data) | clean_page) & ~AP_2);
  EXPECT_EQ(b.memory.load(below_data) & (AF | S2AP_1), AF | S2AP_1);
  EXPECT_EQ(b.memory.load(Guest::pa(Guest::data) + 8), 0x44u);
  EXPECT_EQ(b.counter("tcu.httu_updates"), 6u);
}
TEST(SmmuTableUpdatesOfStage2, AreMadeForTheTablesAboveAndForTheData) {
  SmmuParameters parameters = with_stage2();
  parameters.offered.table_updates = TableUpdates::dirty_state;
  Bench bench(parameters);
  bench.run(nests(bench));
}

Task<void> access_alone(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA);
  b.translate_stream(2, 5, Bench::tables, HA | HD);
  const std::uint64_t at = b.map(page, target, old_page);
  co_await b.enable();
  Dma d = co_await b.dma_of({.stream = 1, .address = page});
  EXPECT_TRUE(d.ok);
  EXPECT_NE(b.memory.load(at) & AF, 0u);
  d = co_await b.dma_of({.stream = 2, .address = page});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, 0x0a);  // C_BAD_CD
}
TEST(SmmuTableUpdatesOffered, AsTheAccessFlagAloneRefuseHD) {
  Bench bench(offering(TableUpdates::access_flag));
  bench.run(access_alone(bench));
}

Task<void> none(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, HA);
  b.map(page, target, old_page);
  co_await b.enable();
  const Dma d = co_await b.dma_of({.address = page});
  EXPECT_FALSE(d.ok);
  co_await expect_event(b, 0x0a);
}
TEST(SmmuTableUpdatesOffered, NotAtAllRefuseHA) {
  Bench bench;
  EXPECT_EQ(bench.smmu.tcu.table_updates, nullptr);
  bench.run(none(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
