// Every offset of both pages as software finds it (IHI 0070 6.2): what each register holds, what
// guards it, and what becomes of other offsets, widths and alignments.
#include <set>

#include "tests/smmu/block/bench.h"
#include "tests/smmu/unit/register_rows.h"

namespace doorbell::smmu::test {
namespace {

bool is_identification(const RegisterRow& row) {
  return row.offset < Bench::CR0;
}

/// The rows are of an SMMU with stage 1 alone.
SmmuParameters as_in_the_rows() {
  SmmuParameters parameters;
  parameters.offered.stage2 = false;
  return parameters;
}

Task<void> all_ones(Bench& b) {
  for (const RegisterRow& row : register_rows) {
    if (row.offset == Bench::CR0 || row.offset == Bench::IRQ_CTRL) continue;
    const std::uint64_t before = co_await b.read(row.offset, row.width);
    if (!is_identification(row)) {
      EXPECT_EQ(before, row.reset) << row.name;
    }
    co_await b.write(row.offset, ~std::uint64_t{0}, row.width);
    // Without queues' sizes their indices have one bit: LOG2SIZE is 0 at first.
    if (row.offset == Bench::CMDQ_CONS || row.offset == Bench::EVTQ_PROD) continue;
    EXPECT_EQ(co_await b.read(row.offset, row.width), before | row.writable) << row.name;
    co_await b.write(row.offset, 0, row.width);
  }
}
TEST(SmmuRegisterRows, KeepWhatIsWritten) {
  Bench bench(as_in_the_rows());
  bench.run(all_ones(bench));
}

// CR0ACK and IRQ_CTRLACK equal what was written in all implemented bits (6.3.10, 6.3.18).
Task<void> acknowledged(Bench& b) {
  co_await b.write(Bench::CR0, ~0u);
  co_await b.write(Bench::IRQ_CTRL, ~0u);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::CR0), 0xdu);
  EXPECT_EQ(co_await b.read(Bench::CR0ACK), 0xdu);
  EXPECT_EQ(co_await b.read(Bench::IRQ_CTRL), 0x5u);
  EXPECT_EQ(co_await b.read(Bench::IRQ_CTRLACK), 0x5u);
}
TEST(SmmuRegisterRows, AcknowledgeImplementedBits) {
  Bench bench(as_in_the_rows());
  bench.run(acknowledged(bench));
}

// A register that is guarded stays as it is; with its enables off it takes all.
Task<void> guards(Bench& b, std::uint32_t cr0, std::uint32_t irq_ctrl) {
  co_await b.enable();
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, cr0);
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, irq_ctrl);
  std::set<std::uint64_t> seen;
  for (const RegisterRow& row : register_rows) {
    if (row.writable == 0 || row.offset <= Bench::CR0ACK || row.offset == Bench::IRQ_CTRL) continue;
    if (row.offset == Bench::CMDQ_PROD || row.offset == Bench::GERRORN) continue;  // act
    if (!seen.insert(row.offset).second) continue;
    std::uint64_t kept = 0;
    for (const RegisterRow& other : register_rows) {
      const bool guarded = (other.CR0 & cr0) != 0 || (other.IRQ_CTRL & irq_ctrl) != 0;
      if (other.offset == row.offset && guarded) kept |= other.guarded;
    }
    // Nothing above a queue's wrap bit.
    std::uint64_t bits = row.writable;
    if (row.offset == Bench::CMDQ_CONS) bits = 0x1ff;
    if (row.offset == Bench::EVTQ_PROD) bits = 0x8000'001f;
    const std::uint64_t before = co_await b.read(row.offset, row.width);
    co_await b.write(row.offset, ~before, row.width);
    const std::uint64_t after = co_await b.read(row.offset, row.width);
    EXPECT_EQ(after, ((before & kept) | (~before & ~kept)) & bits) << row.name << " " << cr0;
    co_await b.write(row.offset, before, row.width);
  }
}
TEST(SmmuRegisterRows, AreGuardedBySmmuen) {
  Bench bench(as_in_the_rows());
  bench.run(guards(bench, SMMUEN, 0));
}
TEST(SmmuRegisterRows, AreGuardedByCmdqen) {
  Bench bench(as_in_the_rows());
  bench.run(guards(bench, CMDQEN, GERROR_IRQEN));
}
TEST(SmmuRegisterRows, AreGuardedByEventqen) {
  Bench bench(as_in_the_rows());
  bench.run(guards(bench, EVENTQEN, EVENTQ_IRQEN));
}
TEST(SmmuRegisterRows, AreNotGuardedWithoutEnables) {
  Bench bench(as_in_the_rows());
  bench.run(guards(bench, 0, 0));
}

// Offsets without a register: zero, whatever was written (6.2).
Task<void> reserved(Bench& b) {
  std::set<std::uint64_t> words{Bench::GBPA};
  for (const RegisterRow& row : register_rows) {
    for (unsigned byte = 0; byte < row.width; byte += 4)
      words.insert(row.offset + byte);
  }
  for (std::uint64_t offset = 0; offset < register_space_bytes; offset += 4) {
    if (words.count(offset) != 0) continue;
    co_await b.write(offset, ~0u);
    EXPECT_EQ(co_await b.read(offset), 0u) << std::hex << offset;
  }
}
TEST(SmmuRegisterRows, OtherOffsetsAreReserved) {
  Bench bench(as_in_the_rows());
  bench.run(reserved(bench));
}

Task<bool> accessed(Bench& b, tlm::tlm_command command, std::uint64_t offset, unsigned size) {
  const PayloadReference p = b.simulation().payloads().take(command, offset, size);
  std::fill_n(p->data().begin(), size, std::uint8_t{0xff});
  co_await b.cpu.transport(*p);
  co_return p->is_response_ok();
}

// Other widths and alignments are terminated, one of the behaviours that there may be (6.2).
Task<void> illegal(Bench& b) {
  struct Illegal {
    std::uint64_t offset;
    unsigned size;
  };
  constexpr Illegal accesses[] = {{Bench::CR1, 1},          {Bench::CR1, 2}, {Bench::CR1 + 2, 2},
                                  {Bench::CR1 + 1, 4},      {Bench::CR1, 8},  // CR1 and CR2
                                  {Bench::CMDQ_BASE + 4, 8}};
  for (const Illegal& access : accesses) {
    const bool written = co_await accessed(b, tlm::TLM_WRITE_COMMAND, access.offset, access.size);
    const bool read = co_await accessed(b, tlm::TLM_READ_COMMAND, access.offset, access.size);
    EXPECT_FALSE(written) << std::hex << access.offset;
    EXPECT_FALSE(read) << std::hex << access.offset;
  }
  EXPECT_EQ(co_await b.read(Bench::CR1), 0u);
  EXPECT_EQ(co_await b.read(Bench::CR2), 0u);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_BASE, 8), 0u);
}
TEST(SmmuRegisterRows, OtherWidthsAreTerminated) {
  Bench bench(as_in_the_rows());
  bench.run(illegal(bench));
}

// Both halves of a register of 64 bits, each written alone (6.2).
Task<void> halves(Bench& b) {
  co_await b.write(Bench::STRTAB_BASE + 4, 0x4000'0012);
  co_await b.write(Bench::STRTAB_BASE, 0x8000'0040);
  EXPECT_EQ(co_await b.read(Bench::STRTAB_BASE, 8), 0x4000'0012'8000'0040u);
  co_await b.write(Bench::STRTAB_BASE + 4, 0);
  EXPECT_EQ(co_await b.read(Bench::STRTAB_BASE, 8), 0x8000'0040u);
  EXPECT_EQ(co_await b.read(Bench::STRTAB_BASE + 4), 0u);
}
TEST(SmmuRegisterRows, HalvesAreWrittenAlone) {
  Bench bench(as_in_the_rows());
  bench.run(halves(bench));
}

// Bits above the wrap bit of SMMU_CMDQ_CONS and SMMU_EVENTQ_PROD read as zero (6.3.28, 6.3.95).
Task<void> indices(Bench& b) {
  co_await b.write(Bench::CMDQ_BASE, Bench::command_queue | 8, 8);
  co_await b.write(Bench::CMDQ_CONS, ~0u);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), 0x1ffu);
  co_await b.write(Bench::EVTQ_BASE, Bench::event_queue | 4, 8);
  co_await b.write(Bench::EVTQ_PROD, ~0u);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 0x8000'001fu);
}
TEST(SmmuRegisterRows, IndicesEndWithTheirQueue) {
  Bench bench(as_in_the_rows());
  bench.run(indices(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
