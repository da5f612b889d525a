// How transactions are terminated (IHI 0070 3.12.1, 5.5): IDR0.TERM_MODEL = 0 and CD.A.
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t CD_A = 1ULL << 46, CD_R = 1ULL << 45;  // flags that `translate_stream` sets
constexpr std::uint64_t page = 0xa000'0000;

SmmuParameters configurable() {
  SmmuParameters parameters;
  parameters.offered.termination_model = TerminationModel::configurable;
  parameters.offered.stage2 = true;
  return parameters;
}

Task<void> raz_wi(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_A);
  b.map(0x4000, page, Bench::page_ro);
  b.memory.store(page, 0x1234);
  co_await b.enable();
  const Dma read = co_await b.dma_of({.address = 0x9000, .data = 0x5555});
  EXPECT_TRUE(read.ok);
  EXPECT_EQ(read.data, 0u);
  const Dma write = co_await b.dma_of({.address = 0x4000, .write = true, .data = 0x5555});
  EXPECT_TRUE(write.ok);
  EXPECT_EQ(b.memory.load(page), 0x1234u);
  EXPECT_EQ(b.memory.count(0, 0, ~0ULL), 0u) << "nothing goes downstream";
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 2u);
  if (events.size() != 2) co_return;
  EXPECT_EQ(events[0][0] & 0xff, 0x10u);
  EXPECT_EQ(events[1][0] & 0xff, 0x13u);
  EXPECT_EQ(b.counter("tbu.ignored"), 2u);
  EXPECT_EQ(b.counter("tbu.terminated"), 0u);
  EXPECT_EQ(b.counter("tcu.terminated_recorded"), 2u);
}
TEST(SmmuTermination, WithoutAReadsAreZeroAndWritesIgnored) {
  Bench bench(configurable());
  bench.run(raz_wi(bench));
}

Task<void> silent(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_A | CD_R);
  co_await b.enable();
  EXPECT_TRUE((co_await b.dma_of({.address = 0x9000})).ok);
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(b.counter("tcu.terminated_suppressed"), 1u);
}
TEST(SmmuTermination, WithoutAAndRNobodyHearsOfIt) {
  Bench bench(configurable());
  bench.run(silent(bench));
}

// Only translation related faults of stage 1 have a choice.
Task<void> aborts(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(2, Guest::ipa(Guest::cd));
  guest.map(0, Guest::ipa(Guest::data, 1));  // which stage 2 doesn't map
  const std::uint64_t cd = Guest::pa(Guest::cd);
  b.memory.store(cd, b.memory.load(cd) & ~CD_A);
  b.translate_stream(1);
  b.translate_stream(3, 5, Bench::tables, CD_A);
  const std::uint64_t descriptor = b.map(0x4000, page);
  b.memory.abort(descriptor, descriptor + 7);
  co_await b.enable();
  EXPECT_FALSE((co_await b.dma_of({.stream = 1, .address = 0x9000})).ok) << "CD.A = 1";
  EXPECT_FALSE((co_await b.dma_of({.stream = 2, .address = 0})).ok) << "stage 2";
  EXPECT_TRUE((co_await b.dma_of({.stream = 2, .address = 0x9000})).ok) << "stage 1 of the same";
  EXPECT_FALSE((co_await b.dma_of({.stream = 3, .address = 0x4000})).ok) << "F_WALK_EABT";
  EXPECT_EQ(b.counter("tbu.ignored"), 1u);
}
TEST(SmmuTermination, OtherFaultsAbortWhateverASays) {
  Bench bench(configurable());
  bench.run(aborts(bench));
}

// Each page of an access is on its own.
Task<void> across_pages(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_A);
  b.map(0x5000, page);
  b.memory.store(page, 0x1111'2222'3333'4444);
  co_await b.enable();
  const Dma read = co_await b.dma_of({.address = 0x4ffc, .data = ~0ULL});
  EXPECT_TRUE(read.ok);
  EXPECT_EQ(read.data, 0x3333'4444ULL << 32);
  Dma masked{.address = 0x4ffc, .data = ~0ULL};
  masked.byte_enables = {0xff, 0, 0xff, 0, 0xff, 0xff, 0xff, 0};
  co_await b.dma(masked);
  EXPECT_EQ(masked.data, 0xff33'4444'ff00'ff00);
  const Dma write =
      co_await b.dma_of({.address = 0x4ffc, .write = true, .data = 0xabcd'ef01'2345'6789});
  EXPECT_TRUE(write.ok);
  EXPECT_EQ(b.memory.load(page), 0x1111'2222'abcd'ef01u);
}
TEST(SmmuTermination, OfAnAccessAcrossPagesTheFaultingPartIsIgnored) {
  Bench bench(configurable());
  bench.run(across_pages(bench));
}

// An MSI that ends so is lost though its device sees no error.
Task<void> message(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_A);
  co_await b.enable();
  const StageId before = b.simulation().stages().add({"before", 1, "tbu", ""});
  auto& log = b.simulation().journeys();
  Dma msi{.address = 0x9000, .write = true, .size = 4};
  msi.journey = log.start({1, 1, 0}, before, b.now());
  co_await b.dma(msi);
  EXPECT_TRUE(msi.ok);
  EXPECT_EQ(log.finished(Outcome::ignored_by_smmu), 1u);
  EXPECT_EQ(log.in_flight(), 0u);
  EXPECT_EQ(b.counter("tcu.terminated_doorbells_recorded"), 1u);
  EXPECT_EQ(b.counter("tbu.ignored_doorbells"), 1u);
}
TEST(SmmuTermination, AnIgnoredMsiHasAnOutcomeOfItsOwn) {
  Bench bench(configurable());
  bench.run(message(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
