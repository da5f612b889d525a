// What an MSI's Journey says of a walk that a TLBI has made necessary: the command by its own name
// (IHI 0070 4.4), and the page.
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

/// A TLBI, and a stream whose page it takes: of EL1, of EL2, or of stage 2 alone.
struct Row {
  Opcode opcode;
  std::uint32_t stream;
  const char* says;
};
constexpr std::uint32_t of_el1 = 1, of_el2 = 2, of_stage2 = 3;
constexpr std::uint16_t asid = 5, guest = 7;
constexpr std::uint64_t page = 0x4000'0000;
constexpr Row rows[] = {
    {Opcode::CMD_TLBI_NH_ALL, of_el1, "CMD_TLBI_NH_ALL, of page"},
    {Opcode::CMD_TLBI_NH_ASID, of_el1, "CMD_TLBI_NH_ASID, of page"},
    {Opcode::CMD_TLBI_NH_VA, of_el1, "CMD_TLBI_NH_VA of page"},
    {Opcode::CMD_TLBI_NH_VAA, of_el1, "CMD_TLBI_NH_VAA of page"},
    {Opcode::CMD_TLBI_NSNH_ALL, of_el1, "CMD_TLBI_NSNH_ALL, of page"},
    {Opcode::CMD_TLBI_EL2_ALL, of_el2, "CMD_TLBI_EL2_ALL, of page"},
    {Opcode::CMD_TLBI_EL2_VA, of_el2, "CMD_TLBI_EL2_VA of page"},
    {Opcode::CMD_TLBI_EL2_VAA, of_el2, "CMD_TLBI_EL2_VAA of page"},
    {Opcode::CMD_TLBI_S12_VMALL, of_stage2, "CMD_TLBI_S12_VMALL, of page"},
    {Opcode::CMD_TLBI_S2_IPA, of_stage2, "CMD_TLBI_S2_IPA of page"},
};

class SmmuReasons : public testing::TestWithParam<OverInvalidation> {
 protected:
  static SmmuParameters parameters() {
    SmmuParameters p = with_stage2();
    p.over_invalidate = GetParam();
    return p;
  }
};
INSTANTIATE_TEST_SUITE_P(, SmmuReasons,
                         testing::Values(OverInvalidation::none, OverInvalidation::all));

/// Of the first reason that a Journey gives.
Holder reason_of(const Journey& journey) {
  for (const JourneySpan& span : journey.spans())
    if (!span.waiting && span.holder.known()) return span.holder;
  return {};
}

Task<void> reasons(Bench& b) {
  b.translate_stream(of_el1, asid);
  b.translate_stream(of_el2, asid, 0x9800'0000);
  constexpr std::uint64_t STRW_EL2 = 2ULL << 30;
  b.memory.store(b.ste_of(of_el2) + 8, b.memory.load(b.ste_of(of_el2) + 8) | STRW_EL2);
  Hypervisor host(b, guest, 0x9f00'0000);
  host.translate_stream(of_stage2);
  b.map(page, 0xa000'0000);
  b.map(page, 0xa000'0000, Bench::page_rw, 0x9800'0000);
  host.map(page, 0xa000'0000);
  co_await b.enable();
  const StageId before = b.simulation().stages().add({"before", 1, "tbu", ""});
  auto& log = b.simulation().journeys();
  log.keep_spans(0, 1000);
  Holder found;
  log.on_finish([&found](const Journey& journey, Outcome) { found = reason_of(journey); });
  for (const Row& row : rows) {
    Dma d{.stream = row.stream, .address = page, .write = true};
    co_await b.dma(d);
    EXPECT_TRUE(d.ok) << row.says;
    const std::uint16_t vmid = row.stream == of_stage2 ? guest : 0;
    co_await b.command_and_sync(
        {.opcode = row.opcode, .vmid = vmid, .asid = asid, .address = page});
    d.journey = log.start({1, 1, 0}, before, b.now());
    co_await b.dma(d);
    log.finish(d.journey, Outcome::acknowledged, d.ended);
    EXPECT_STREQ(found.what, row.says);
    EXPECT_EQ(found.id, page >> 12) << row.says;
  }
}
TEST_P(SmmuReasons, AreCommandsByTheirNames) {
  Bench bench(parameters());
  bench.run(reasons(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
