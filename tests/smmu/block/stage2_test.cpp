// Stage 2, by itself and below stage 1, through sockets (IHI 0070 3.3.2, 3.4, 5.2, 7.3).
#include "doorbell/core/arch/bit_field.h"
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr Time cycle = nanosecond;
constexpr Time M = 40 * nanosecond;  // an access to memory
// Defaults of SmmuParameters.
constexpr Time micro = 1 * cycle, main_tlb = 3 * cycle, dti = 8 * cycle, configuration = 3 * cycle,
               walk_caches = 4 * cycle;
constexpr Time to_the_walk = micro + main_tlb + dti + configuration;

const Histogram& nested_reads(Bench& b) {
  const Statistic* const found =
      b.simulation().statistics().find("bench.smmu.tcu.nested_walk_reads");
  return dynamic_cast<const HistogramStatistics&>(*found).histogram();
}

Task<void> stage2_alone(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  host.translate_stream(1);
  host.map(0x4000'0000, 0xa000'0000);
  host.map(0x4000'1000, 0xa000'5000);
  co_await b.enable();
  b.memory.store(0xa000'5008, 0x1122'3344'5566'7788);
  Dma d{.address = 0x4000'0008};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(d.took(), to_the_walk + M + walk_caches + 4 * M + dti + M);
  d.address = 0x4000'1008;
  co_await b.dma(d);
  EXPECT_EQ(d.data, 0x1122'3344'5566'7788u);
  EXPECT_EQ(d.took(), to_the_walk + walk_caches + M + dti + M);
  EXPECT_EQ(b.counter("tcu.table_reads_stage2"), 5u);
  EXPECT_EQ(b.counter("tcu.walks_of_4"), 1u);
  EXPECT_EQ(b.counter("tcu.walk_cache_stage2_level2", "hits"), 1u);
  EXPECT_EQ(nested_reads(b).count(), 0u);
  std::uint64_t seen = 0;
  EXPECT_EQ(b.debug_read(1, 0x4000'1008, seen), 8u);
  EXPECT_EQ(seen, 0x1122'3344'5566'7788u);
}
TEST(SmmuStage2, ByItselfCostsALookUpAndItsLevels) {
  Bench bench(with_stage2());
  bench.run(stage2_alone(bench));
}

// 5.2, S1DSS = 0b01: without a SubstreamID stage 1 is bypassed, and stage 2 by itself.
Task<void> below_a_bypassed_stage1(Bench& b) {
  constexpr std::uint64_t S1CDMax = 1ULL << 59, S1DSS = 1;
  Hypervisor host(b, 7, 0x9f00'0000);
  host.nest_stream(1, S1CDMax | Guest::ipa(Guest::cd));
  b.memory.store(b.ste_of(1) + 8, S1DSS);
  host.map(0x4000'0000, 0xa000'0000);
  co_await b.enable();
  Dma d{.address = 0x4000'0000};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.counter("tcu.table_reads_stage2"), 4u);
  EXPECT_EQ(b.counter("tcu.walks_of_4"), 1u);
  EXPECT_EQ(nested_reads(b).count(), 0u);
}
TEST(SmmuStage2, ByItselfIsAlsoBelowABypassedStage1) {
  SmmuParameters parameters = with_stage2();
  parameters.offered.substream_id_bits = 4;
  Bench bench(parameters);
  bench.run(below_a_bypassed_stage1(bench));
}

// Everything cold: each of the six places takes a whole walk of stage 2.
Task<void> nested(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  guest.map(0, Guest::ipa(Guest::data));
  guest.map(1, Guest::ipa(Guest::data, 1));
  host.map(Guest::ipa(Guest::data, 1), 0xa000'0000);
  co_await b.enable();
  b.memory.store(Guest::pa(Guest::data) + 8, 0xabcd);
  Dma d{.address = 0x8};
  co_await b.dma(d);
  EXPECT_EQ(d.data, 0xabcdu);
  const Time stage2_walk = walk_caches + 4 * M;
  EXPECT_EQ(d.took(), to_the_walk + M + (stage2_walk + M) + walk_caches + 4 * (stage2_walk + M) +
                          stage2_walk + dti + M);
  EXPECT_EQ(b.counter("tcu.table_reads_stage2"), 24u);
  EXPECT_EQ(b.counter("tcu.walks_of_4"), 1u);
  EXPECT_EQ(nested_reads(b).maximum(), 28u) << "with those for the CD";
  // The next page: its table's IPA is known, and stage 2's tables of the data.
  d.address = 0x1008;
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(d.took(), to_the_walk + walk_caches + (walk_caches + M) + (walk_caches + M) + dti + M);
  EXPECT_EQ(b.memory.log.back().address, 0xa000'0008u);
  EXPECT_EQ(b.counter("tcu.table_reads_stage2"), 25u);
  EXPECT_EQ(nested_reads(b).minimum(), 2u);
  EXPECT_EQ(nested_reads(b).count(), 2u);
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + M);
  std::uint64_t seen = 0;
  EXPECT_EQ(b.debug_read(1, 0x8, seen), 8u);
  EXPECT_EQ(seen, 0xabcdu);
}
TEST(SmmuStage2, NestedWalksAreTheSumOfTheirParts) {
  Bench bench(with_stage2());
  bench.run(nested(bench));
}

// `entries: 0` leaves a walk cache out, and its time.
Task<void> uncached(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  host.translate_stream(1);
  host.map(0x4000'0000, 0xa000'0000);
  host.map(0x4000'1000, 0xa000'5000);
  co_await b.enable();
  Dma d{.address = 0x4000'0008};
  co_await b.dma(d);
  d.address = 0x4000'1008;
  co_await b.dma(d);
  EXPECT_EQ(d.took(), to_the_walk + 4 * M + dti + M);
}
TEST(SmmuStage2, ItsWalkCachesCanBeLeftOut) {
  SmmuParameters p = with_stage2();
  for (CacheParameters& level : p.tcu.walk_cache_stage2)
    level.geometry.entries = 0;
  Bench bench(p);
  bench.run(uncached(bench));
}

// What an event says of stage 2: S2 is bit 39 of doubleword 1, CLASS bits [41:40], IPA bits [55:12]
// of doubleword 3 (IHI 0070 7.3.13).
struct Seen {
  unsigned type, S2, CLASS;
  std::uint64_t IPA;
  bool operator==(const Seen&) const = default;
};
Seen seen(const EventRecord& r) {
  return {static_cast<unsigned>(r[0] & 0xff), static_cast<unsigned>(r[1] >> 39 & 1),
          static_cast<unsigned>(r[1] >> 40 & 3), r[3] & 0x00ff'ffff'ffff'f000};
}
constexpr unsigned of_cd = 0, of_table = 1, of_input = 2;

Task<void> faults_of_places(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  guest.map(0, Guest::ipa(Guest::data));
  co_await b.enable();
  for (std::uint64_t place = Guest::cd; place <= Guest::data; ++place) {
    const std::uint64_t was = b.memory.load(guest.descriptors[place]);
    b.memory.store(guest.descriptors[place], 0);
    Dma d{.address = 0x8, .write = true};
    co_await b.dma(d);
    EXPECT_FALSE(d.ok);
    const auto events = co_await b.take_events();
    EXPECT_EQ(events.size(), 1u);
    if (events.size() != 1) co_return;
    const unsigned what = place == Guest::cd ? of_cd : place == Guest::data ? of_input : of_table;
    EXPECT_EQ(seen(events[0]), (Seen{0x10, 1, what, Guest::ipa(place)})) << place;
    EXPECT_EQ(events[0][2], 0x8u);
    b.memory.store(guest.descriptors[place], was);
  }
  Dma d{.address = 0x8};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok) << "a fault of stage 2 is never cached";
}
TEST(SmmuStage2, AFaultSaysWhatWasOnItsWayThrough) {
  Bench bench(with_stage2());
  bench.run(faults_of_places(bench));
}

Task<void> other_faults(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd), Hypervisor::S2R | Hypervisor::S2PTW);
  guest.map(0, Guest::ipa(Guest::data));
  guest.map(1, Guest::ipa(Guest::data), Bench::page_ro);
  guest.map(2, 0x700'0000'0000);
  b.memory.store(guest.descriptors[Guest::data], Guest::pa(Guest::data) | Hypervisor::page_ro);
  co_await b.enable();
  Dma d{.address = 0x8, .write = true};
  co_await b.dma(d);
  auto events = co_await b.take_events();
  EXPECT_EQ(seen(events.at(0)), (Seen{0x13, 1, of_input, Guest::ipa(Guest::data)}));
  // Stage 1 denies a write before stage 2 is looked at.
  b.memory.store(guest.descriptors[Guest::data], 0);
  co_await b.command(host.tlbi(Opcode::CMD_TLBI_S2_IPA, Guest::ipa(Guest::data)));
  d.address = 0x1008;
  co_await b.dma(d);
  events = co_await b.take_events();
  EXPECT_EQ(seen(events.at(0)), (Seen{0x13, 0, of_input, 0}));
  // A descriptor of stage 2 that can't be read: FetchAddr, not IPA.
  const std::uint64_t level1 = host.descriptor(0x700'0000'0000, 1);
  b.memory.abort(level1, level1 + 7);
  d.address = 0x2008;
  co_await b.dma(d);
  events = co_await b.take_events();
  EXPECT_EQ(events.at(0)[0] & 0xff, 0x0bu);
  EXPECT_EQ(events.at(0)[1] >> 39 & 7, 1u | of_input << 1);
  EXPECT_EQ(events.at(0)[3], level1);
}
TEST(SmmuStage2, PermissionsAndAbortsOfEitherStage) {
  Bench bench(with_stage2());
  bench.run(other_faults(bench));
}

// IHI 0070 5.2, S2PTW: no table in Device memory.
Task<void> protected_walk(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd), Hypervisor::S2R | Hypervisor::S2PTW);
  guest.map(0, Guest::ipa(Guest::data));
  const std::uint64_t device = Hypervisor::page_rw & ~0x3cULL;
  b.memory.store(guest.descriptors[Guest::data], Guest::pa(Guest::data) | device);
  co_await b.enable();
  Dma d{.address = 0x8};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok) << "data may be in Device memory";
  b.memory.store(guest.descriptors[Guest::level2], Guest::pa(Guest::level2) | device);
  co_await b.command(host.tlbi(Opcode::CMD_TLBI_S12_VMALL));
  co_await b.sync();
  co_await b.dma(d);
  const auto events = co_await b.take_events();
  EXPECT_EQ(seen(events.at(0)), (Seen{0x13, 1, of_table, Guest::ipa(Guest::level2)}));
}
TEST(SmmuStage2, WalksOfDeviceMemoryAreRefusedWhereAsked) {
  Bench bench(with_stage2());
  bench.run(protected_walk(bench));
}

Task<void> unrecorded(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  host.translate_stream(1, 0);
  co_await b.enable();
  Dma d{.address = 0x4000'0008};
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
  EXPECT_EQ((co_await b.take_events()).size(), 0u) << "S2R = 0";
  d.address = 1ULL << 44;  // beyond IAS: of stage 1, which is bypassed (3.4)
  co_await b.dma(d);
  const auto events = co_await b.take_events();
  EXPECT_EQ(seen(events.at(0)), (Seen{0x11, 0, of_input, 0}));
}
TEST(SmmuStage2, S2RKeepsTranslationFaultsBack) {
  Bench bench(with_stage2());
  bench.run(unrecorded(bench));
}

// A walker for all: whoever holds it never waits for one who waits for it.
Task<void> one_walker(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  for (std::uint64_t n = 0; n < 32; ++n) {
    guest.map(n, Guest::ipa(Guest::data, n));
    host.map(Guest::ipa(Guest::data, n), Guest::pa(Guest::data, n));
  }
  for (std::uint32_t stream = 1; stream <= 4; ++stream)
    host.nest_stream(stream, Guest::ipa(Guest::cd));
  host.translate_stream(5);
  co_await b.enable();
  std::vector<Dma> many(96);
  for (std::size_t n = 0; n < many.size(); ++n) {
    Dma& d = many[n];
    d.stream = 1 + n % 5;
    d.address = d.stream == 5 ? Guest::ipa(1 + n % 6, n % 6 == 5 ? n % 32 : 0) : (n * 7 % 32) << 12;
    b.start(b.dma(d));
  }
  co_await b.sleep(200 * microsecond);
  for (const Dma& d : many)
    EXPECT_TRUE(d.done && d.ok) << d.stream << ' ' << d.address;
}
TEST(SmmuStage2, OneWalkerAndOneSlotAreEnough) {
  SmmuParameters p = with_stage2();
  p.tcu.walkers = 1;
  p.tcu.translation_slots = 1;
  Bench bench(p);
  bench.run(one_walker(bench));
}
TEST(SmmuStage2, OneWalkerIsEnoughForManySlots) {
  SmmuParameters p = with_stage2();
  p.tcu.walkers = 1;
  Bench bench(p);
  bench.run(one_walker(bench));
}

// IDR0.S1P = 0: nothing of stage 1 is there (5.2.2, 4.3.3, 4.4.2), and stage 2 is as ever.
Task<void> without_stage1(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  host.translate_stream(1);
  host.map(0x4000'0000, 0xa000'0000);
  b.translate_stream(2);
  b.bypass_stream(3);
  co_await b.enable();
  EXPECT_EQ(co_await b.read(0) & 3, 1u);
  EXPECT_TRUE((co_await b.dma_of({.address = 0x4000'0000})).ok);
  EXPECT_TRUE((co_await b.dma_of({.stream = 3, .address = 0x4000})).ok);
  EXPECT_FALSE((co_await b.dma_of({.stream = 2, .address = 0x4000})).ok);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
  if (!events.empty()) {
    EXPECT_EQ(decode_event(events[0]).type, EventType::C_BAD_STE);
  }
  for (const Opcode opcode : {Opcode::CMD_TLBI_S12_VMALL, Opcode::CMD_TLBI_S2_IPA})
    co_await b.command_and_sync({.opcode = opcode, .vmid = 7});
  constexpr std::uint64_t CMDQ_ERR = 1, CERROR_ILL = 1;
  b.post(Command{.opcode = Opcode::CMD_TLBI_NH_ALL, .vmid = 7});
  co_await b.ring();
  while ((co_await b.read(Bench::GERROR) & CMDQ_ERR) == 0)
    co_await b.sleep(10 * nanosecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS) >> 24, CERROR_ILL);
}
TEST(SmmuStage2, MayBeAllThereIs) {
  SmmuParameters parameters = with_stage2();
  parameters.offered.stage1 = false;
  Bench bench(parameters);
  bench.run(without_stage1(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
