// Address translation operations by SMMU_GATOS_* (IHI 0070 chapter 9, 6.3.37 to 6.3.40).
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t GATOS_CTRL = 0x100, GATOS_SID = 0x108, GATOS_ADDR = 0x110,
                        GATOS_PAR = 0x118;
constexpr std::uint64_t stage1 = 1 << 10, stage2 = 2 << 10, both = 3 << 10;
constexpr std::uint64_t to_read = 1 << 8, HTTUI = 1 << 6;
// Of stage 2, and of stage 1 and so of both: the bench's MAIR has Non-cacheable first.
constexpr std::uint64_t write_back = 0xffULL << 56 | 3 << 8, non_cacheable = 0x44ULL << 56 | 2 << 8;
constexpr std::uint64_t page = 0x4000'0000, target = 0xa000'0000;
constexpr Time cycle = nanosecond;

SmmuParameters offering() {
  SmmuParameters parameters = with_stage2();
  parameters.offered.address_translation_operations = true;
  parameters.offered.table_updates = TableUpdates::dirty_state;
  return parameters;
}

class SmmuGatos : public testing::Test {
 protected:
  Bench bench{offering()};
  Hypervisor host{bench, 7, Bench::tables + 0x80'0000};
};

struct Operation {
  std::uint64_t par = 0;
  Time took = 0;
};

Task<Operation> carry_out(Bench& b, std::uint64_t sid, std::uint64_t addr) {
  co_await b.write(GATOS_SID, sid, 8);
  co_await b.write(GATOS_ADDR, addr, 8);
  co_await b.write(GATOS_CTRL, 1);
  const Time start = b.now();
  while (co_await b.read(GATOS_CTRL) != 0) {
  }
  const Time took = b.now() - start;
  co_return Operation{co_await b.read(GATOS_PAR, 8), took};
}

Task<void> each_type(Bench& b, Hypervisor& host) {
  Guest guest(host);
  guest.map(3, Guest::ipa(Guest::data, 5));
  host.map(Guest::ipa(Guest::data, 5), Guest::pa(Guest::data, 5));
  host.nest_stream(1, Guest::ipa(Guest::cd));
  b.translate_stream(2);
  b.map(page, target);
  co_await b.enable();
  const Operation first = co_await carry_out(b, 1, 0x3000 | stage1 | to_read);
  EXPECT_EQ(first.par, Guest::ipa(Guest::data, 5) | non_cacheable) << "an IPA";
  const Operation second = co_await carry_out(b, 1, Guest::ipa(Guest::data, 5) | stage2 | to_read);
  EXPECT_EQ(second.par, Guest::pa(Guest::data, 5) | write_back);
  const Operation third = co_await carry_out(b, 1, 0x3000 | both | to_read);
  EXPECT_EQ(third.par, Guest::pa(Guest::data, 5) | non_cacheable);
  const Operation alone = co_await carry_out(b, 2, page | stage1 | to_read);
  EXPECT_EQ(alone.par, target | non_cacheable);
  EXPECT_EQ(b.counter("tcu.gatos"), 4u);
}
TEST_F(SmmuGatos, TranslatesTheStagesThatAreAskedFor) {
  bench.run(each_type(bench, host));
}

// An operation of stage 2 doesn't walk stage 1, though the stream has it.
Task<void> walk_of_stage2(Bench& b, Hypervisor& host) {
  const std::uint64_t ipa = Guest::ipa(Guest::data);
  host.map(ipa, target);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  co_await b.enable();
  const Operation operation = co_await carry_out(b, 1, ipa | stage2 | to_read);
  EXPECT_EQ(operation.par, target | write_back);
  EXPECT_EQ(b.counter("tcu.table_reads_stage2"), 4u);
  EXPECT_EQ(b.counter("tcu.walks_of_4"), 1u);
}
TEST_F(SmmuGatos, OfStage2WalksItByItself) {
  bench.run(walk_of_stage2(bench, host));
}

// Chapter 9: whatever it meets is in SMMU_GATOS_PAR, and no event.
Task<void> faults(Bench& b, Hypervisor& host) {
  Guest guest(host);
  guest.map(3, Guest::ipa(Guest::data, 5));  // which stage 2 doesn't map
  host.nest_stream(1, Guest::ipa(Guest::cd));
  b.translate_stream(2);
  b.map(page, target, Bench::page_ro);
  b.invalid_stream(3);
  b.abort_stream(4);
  co_await b.enable();
  const auto par = [&b](std::uint64_t sid, std::uint64_t addr) -> Task<std::uint64_t> {
    const Operation operation = co_await carry_out(b, sid, addr);
    co_return operation.par;
  };
  EXPECT_EQ(co_await par(2, page | stage1), 0x131u) << "F_PERMISSION of a write";
  EXPECT_EQ(co_await par(2, (page + 0x1000) | stage1 | to_read), 0x101u) << "F_TRANSLATION";
  EXPECT_EQ(co_await par(2, page | both | to_read), 0xfe1u) << "INV_STAGE";
  EXPECT_EQ(co_await par(4, page | stage1 | to_read), 0xfe1u) << "INV_STAGE";
  EXPECT_EQ(co_await par(2, page | to_read), 0xff1u) << "INV_REQ";
  EXPECT_EQ(co_await par(3, page | stage1 | to_read), 0x041u) << "C_BAD_STE";
  EXPECT_EQ(co_await par(77, page | stage1 | to_read), 0x021u) << "C_BAD_STREAMID";
  const std::uint64_t ipa = Guest::ipa(Guest::data, 5);
  EXPECT_EQ(co_await par(1, 0x3000 | both | to_read), ipa | 0x107) << "stage 2, IN";
  EXPECT_EQ(co_await par(1, 0x3000 | stage1 | to_read), ipa | non_cacheable);
  b.memory.store(guest.descriptors[Guest::level3], 0);
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S12_VMALL));
  EXPECT_EQ(co_await par(1, 0x3000 | both | to_read), Guest::ipa(Guest::level3) | 0x105) << "TT";
  EXPECT_EQ(co_await par(1, 0x3000 | stage1 | to_read), 0x0b1u) << "as if the read was aborted";
  b.memory.store(guest.descriptors[Guest::cd], 0);
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S12_VMALL));
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {1}});
  EXPECT_EQ(co_await par(1, 0x3000 | both | to_read), Guest::ipa(Guest::cd) | 0x103) << "CD";
  EXPECT_EQ(co_await par(1, 0x3000 | stage1 | to_read), 0x091u) << "as if the fetch was aborted";
  EXPECT_EQ(co_await par(1, Guest::ipa(Guest::level0) | stage2 | to_read),
            Guest::pa(Guest::level0) | write_back)
      << "without a look at the CD";
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST_F(SmmuGatos, FaultsAreInTheResultAndNowhereElse) {
  bench.run(faults(bench, host));
}

// 6.3.37: RUN is set only while SMMUEN = 1; while it is set, SMMU_GATOS_* are read-only.
Task<void> guards(Bench& b) {
  b.translate_stream(1);
  b.map(page, target);
  b.map(page + 0x1000, target + 0x1000);
  co_await b.write(GATOS_CTRL, 1);
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 0u);
  co_await b.enable();
  co_await b.write(GATOS_SID, 1, 8);
  co_await b.write(GATOS_ADDR, page | stage1 | to_read, 8);
  co_await b.write(GATOS_CTRL, 1);
  co_await b.write(GATOS_SID, 2, 8);
  co_await b.write(GATOS_ADDR, (page + 0x1000) | stage1 | to_read, 8);
  co_await b.write(GATOS_CTRL, 0);
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 1u) << "a write of 0 doesn't end it";
  // An Update of SMMUEN to 0 ends after it (6.3.37, 6.3.9).
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xc);
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 0u);
  EXPECT_EQ(co_await b.read(GATOS_PAR, 8), target | non_cacheable);
  EXPECT_EQ(co_await b.read(GATOS_SID, 8), 1u);
  co_await b.write(GATOS_CTRL, 1);
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 0u);
}
TEST_F(SmmuGatos, IsGuardedBySmmuenAndRun) {
  bench.run(guards(bench));
}

// 6.3.39 HTTUI: tables stay as they are, and the operation sees them as they are.
Task<void> passive(Bench& b) {
  constexpr std::uint64_t HD = 1ULL << 42, HA = 1ULL << 43, AF = 1ULL << 10, DBM = 1ULL << 51;
  b.translate_stream(1, 5, Bench::tables, HA | HD);
  const std::uint64_t old = b.map(page, target, Bench::page_rw & ~AF);
  const std::uint64_t clean = b.map(page + 0x1000, target, Bench::page_ro | DBM);
  const std::uint64_t old_before = b.memory.load(old), clean_before = b.memory.load(clean);
  co_await b.enable();
  const Operation af = co_await carry_out(b, 1, page | stage1 | to_read | HTTUI);
  EXPECT_EQ(af.par, 0x121u) << "F_ACCESS";
  const Operation dirty = co_await carry_out(b, 1, (page + 0x1000) | stage1 | HTTUI);
  EXPECT_EQ(dirty.par, 0x131u) << "F_PERMISSION";
  EXPECT_EQ(b.memory.load(old), old_before);
  EXPECT_EQ(b.memory.load(clean), clean_before);
  // Nothing of that is kept for others, whom HA and HD serve.
  const Dma write = co_await b.dma_of({.address = page + 0x1000, .write = true});
  EXPECT_TRUE(write.ok);
  const Operation active = co_await carry_out(b, 1, page | stage1 | to_read);
  EXPECT_EQ(active.par, target | non_cacheable);
  EXPECT_EQ(b.memory.load(old), old_before | AF);
}
TEST_F(SmmuGatos, HttuiLeavesTheTablesAsTheyAre) {
  bench.run(passive(bench));
}

// RUN to PAR: the configuration, then a walk, as of a transaction at the TCU.
Task<void> closed_form(Bench& b) {
  constexpr Time access_time = 40 * cycle, configuration = 3 * cycle, walk_caches = 4 * cycle;
  b.translate_stream(1);
  b.map(page, target);
  b.map(page + 0x1000, target + 0x1000);
  co_await b.enable();
  const auto within_a_poll = [](Time took, Time expected) {
    constexpr Time poll = 4 * cycle;  // a register access
    EXPECT_GE(took, expected);
    EXPECT_LE(took, expected + 2 * poll);
  };
  const Operation cold = co_await carry_out(b, 1, page | stage1 | to_read);
  within_a_poll(cold.took, configuration + 2 * access_time + walk_caches + 4 * access_time);
  const Operation warm = co_await carry_out(b, 1, (page + 0x1000) | stage1 | to_read);
  within_a_poll(warm.took, configuration + walk_caches + access_time);
  const Operation known = co_await carry_out(b, 1, page | stage1 | to_read);
  within_a_poll(known.took, configuration + walk_caches);
}
TEST_F(SmmuGatos, TakesATranslation) {
  bench.run(closed_form(bench));
}

Task<void> one_slot(Bench& b) {
  b.translate_stream(1);
  b.map(page, target);
  b.map(page + 0x1000, target + 0x1000);
  co_await b.enable();
  b.memory.hold(Bench::tables, Bench::tables + 0x1000);
  Dma waits{.address = page};
  b.start(b.dma(waits));
  co_await b.sleep(microsecond);
  co_await b.write(GATOS_SID, 1, 8);
  co_await b.write(GATOS_ADDR, (page + 0x1000) | stage1 | to_read, 8);
  co_await b.write(GATOS_CTRL, 1);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 1u);
  EXPECT_NE(b.smmu.tcu.busy(), "");
  b.memory.release();
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 0u);
  EXPECT_TRUE(waits.ok);
}
TEST(SmmuGatosSlots, WaitsForASlotOfTheTcu) {
  SmmuParameters parameters = offering();
  parameters.tcu.translation_slots = 1;
  Bench bench(parameters);
  bench.run(one_slot(bench));
}

// 6.3.9: an Update of SMMUEN to 0 ends with RUN = 0, though the operation hasn't begun to walk.
Task<void> disabled_before_its_turn(Bench& b) {
  b.translate_stream(1);
  b.map(page, target);
  b.map(page + 0x1000, target + 0x1000);
  co_await b.enable();
  b.memory.hold(Bench::tables, Bench::tables + 0x1000);
  Dma has_the_slot{.address = page};
  b.start(b.dma(has_the_slot));
  co_await b.sleep(microsecond);
  co_await b.write(GATOS_SID, 1, 8);
  co_await b.write(GATOS_ADDR, (page + 0x1000) | stage1 | to_read, 8);
  co_await b.write(GATOS_CTRL, 1);
  co_await b.write(Bench::CR0, 0xc);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::CR0ACK), 0xdu) << "both are under way";
  b.memory.release();
  while (co_await b.read(Bench::CR0ACK) != 0xc) {
  }
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 0u);
  EXPECT_EQ(co_await b.read(GATOS_PAR, 8), (target + 0x1000) | non_cacheable);
}
TEST(SmmuGatosSlots, SmmuenWaitsForOneThatWaitsForASlot) {
  SmmuParameters parameters = offering();
  parameters.tcu.translation_slots = 1;
  Bench bench(parameters);
  bench.run(disabled_before_its_turn(bench));
}

Task<void> not_there(Bench& b) {
  co_await b.enable();
  co_await b.write(GATOS_SID, ~0ULL, 8);
  co_await b.write(GATOS_ADDR, ~0ULL, 8);
  co_await b.write(GATOS_CTRL, 1);
  for (const std::uint64_t offset : {GATOS_SID, GATOS_ADDR, GATOS_PAR})
    EXPECT_EQ(co_await b.read(offset, 8), 0u);
  EXPECT_EQ(co_await b.read(GATOS_CTRL), 0u);
}
TEST(SmmuGatosOffered, WithoutAtosThereAreNoRegisters) {
  Bench bench;
  bench.run(not_there(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
