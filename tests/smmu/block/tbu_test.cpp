// What a TBU does with accesses across pages and with reads that are refused, and what it knows of
// permissions.
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t AP_RDONLY = 1ULL << 7, PXN = 1ULL << 53, UXN = 1ULL << 54;

// A posted write whose piece faults, the first or the second, gives its turn on.
Task<void> fault_of_a_piece(Bench& b) {
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  b.map(0x9000, 0xa000'1000);
  co_await b.enable();
  for (const std::uint64_t address : {0x4ffcULL, 0x8ffcULL}) {
    Dma across{.address = address, .write = true, .order_domain = 1};
    Dma behind{.address = 0x4000, .write = true, .data = address, .order_domain = 1};
    b.start(b.dma(across));
    b.start(b.dma(behind));
    co_await b.sleep(5 * microsecond);
    EXPECT_TRUE(across.done && !across.ok) << address;
    EXPECT_TRUE(behind.ok) << address;
    EXPECT_EQ(b.memory.load(0xa000'0000), address);
  }
}
TEST(SmmuTbu, APieceThatFaultsHoldsNobodyBack) {
  Bench bench;
  bench.run(fault_of_a_piece(bench));
}

// So does one whose piece the memory refuses, and nothing of what follows is written.
Task<void> abort_of_a_piece(Bench& b) {
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  b.map(0x5000, 0xa000'2000);
  co_await b.enable();
  b.memory.abort(0xa000'0ffc, 0xa000'0fff);
  Dma across{.address = 0x4ffc, .write = true, .data = ~0ULL, .order_domain = 1};
  Dma behind{.address = 0x4000, .write = true, .order_domain = 1};
  b.start(b.dma(across));
  b.start(b.dma(behind));
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(across.done && !across.ok);
  EXPECT_TRUE(behind.ok);
  EXPECT_EQ(b.memory.load(0xa000'2000, 4), 0u);
}
TEST(SmmuTbu, APieceThatIsRefusedHoldsNobodyBack) {
  Bench bench;
  bench.run(abort_of_a_piece(bench));
}

// An access that ends with its page is of one piece.
Task<void> last_bytes(Bench& b) {
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  co_await b.enable();
  Dma last{.address = 0x4ff8, .write = true, .data = 0x1234};
  co_await b.dma(last);
  EXPECT_TRUE(last.ok);
  EXPECT_EQ(b.memory.load(0xa000'0ff8), 0x1234u);
  EXPECT_EQ(b.counter("tbu.main_tlb", "misses"), 1u);
  Dma beyond{.address = 0x4ff9, .write = true};
  co_await b.dma(beyond);
  EXPECT_FALSE(beyond.ok);
  // It doesn't wait for its turn before it is translated, as one across pages does.
  const std::uint64_t slow = b.map(0x4000'0000, 0xa000'4000);
  const std::uint64_t own = b.map(0x8000'0000, 0xa000'5000);
  b.memory.hold(slow, slow + 7);
  Dma ahead{.address = 0x4000'0000, .write = true, .order_domain = 1};
  Dma behind{.address = 0x8000'0ff8, .write = true, .order_domain = 1};
  b.start(b.dma(ahead));
  b.start(b.dma(behind));
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(b.memory.count(1, own, own), 1u);
  b.memory.release();
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(ahead.ok && behind.ok);
}
TEST(SmmuTbu, AnAccessMayEndWithItsPage) {
  Bench bench;
  bench.run(last_bytes(bench));
}

// What the table allows, the TBU allows from then on without asking, and nothing else: each access
// is made twice to a page of its own.
Task<void> permissions(Bench& b) {
  struct Case {
    std::uint64_t flags;
    Access access;
    bool allowed;
  };
  const std::uint64_t ro = Bench::page_rw | AP_RDONLY;
  const std::uint64_t privileged_rw = Bench::page_rw & ~(1ULL << 6);
  const Case cases[] = {
      {ro | UXN, {.privileged = true, .instruction = true}, true},
      {ro | UXN, {.instruction = true}, false},
      {ro | PXN, {.instruction = true}, true},
      {ro | PXN, {.privileged = true, .instruction = true}, false},
      {privileged_rw, {.write = true, .privileged = true}, true},
      {privileged_rw, {.write = true}, false},
      {privileged_rw, {}, false},
      {Bench::page_rw, {.privileged = true, .instruction = true}, false},
      {Bench::page_rw, {.instruction = true}, true},
      {ro, {.write = true}, false},
      {ro, {}, true},
  };
  b.translate_stream(1);
  for (std::size_t n = 0; n < std::size(cases); ++n)
    b.map(0x10'0000 + 0x1000 * n, 0xa000'0000 + 0x1000 * n, cases[n].flags);
  co_await b.enable();
  for (std::size_t n = 0; n < std::size(cases); ++n) {
    const auto& [flags, access, allowed] = cases[n];
    std::uint64_t asked = 0;
    for (unsigned time = 0; time < 2; ++time) {
      asked = b.counter("tcu.translated") + b.counter("tcu.terminated_recorded");
      Dma d{.address = 0x10'0000 + 0x1000 * n,
            .write = access.write,
            .privileged = access.privileged,
            .instruction = access.instruction};
      co_await b.dma(d);
      EXPECT_EQ(d.ok, allowed) << n;
    }
    asked = b.counter("tcu.translated") + b.counter("tcu.terminated_recorded") - asked;
    EXPECT_EQ(asked, allowed ? 0u : 1u) << n;  // each refused one has an event
    const auto events = co_await b.take_events();
    EXPECT_EQ(events.size(), allowed ? 0u : 2u) << n;
  }
}
TEST(SmmuTbu, KnowsThePermissionsOfBothPrivileges) {
  Bench bench;
  bench.run(permissions(bench));
}

// A table limits what is below it, also where the walk goes on from a cached descriptor of it.
Task<void> limits(Bench& b) {
  constexpr std::uint64_t APTable_read_only = 1ULL << 62;
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  b.map(0x5000, 0xa000'1000);
  b.map(0x60'0000, 0xa000'2000);
  const std::uint64_t level1 = b.descriptor(0x4000, 1);
  b.memory.store(level1, b.memory.load(level1) | APTable_read_only);
  co_await b.enable();
  for (const std::uint64_t address : {0x4000ULL, 0x5000ULL, 0x60'0000ULL, 0x4000ULL}) {
    EXPECT_FALSE(co_await b.can_write(1, address)) << address;
    Dma read{.address = address};
    co_await b.dma(read);
    EXPECT_TRUE(read.ok) << address;
  }
}
TEST(SmmuTbu, LimitsOfATableHoldForEveryWalkThroughIt) {
  Bench bench;
  bench.run(limits(bench));
}

// A peer's read waits for its completion, and that for posted writes: these may not wait for it.
Task<void> refused_reads(Bench& b) {
  b.bypass_stream(1);
  co_await b.enable();
  b.memory.hold(0xa000'0000, 0xa000'0fff);
  std::vector<Dma> reads(3);
  for (Dma& d : reads) {
    d = {.address = 0xa000'0000};
    b.start(b.dma(d));
  }
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.memory.count(0, 0xa000'0000, 0xa000'0fff), 1u);
  Dma write{.address = 0xb000'0000, .write = true, .order_domain = 1};
  b.start(b.dma(write));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(write.ok);
  b.memory.release();
  co_await b.sleep(microsecond);
  for (const Dma& d : reads)
    EXPECT_TRUE(d.ok);
}
TEST(SmmuTbu, AWritePassesARefusedRead) {
  SmmuParameters parameters;
  parameters.tbu.outstanding_reads = 1;
  Bench bench(parameters);
  bench.run(refused_reads(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
