// What invalidations of one stage, of both and of guests reach (IHI 0070 4.4.2 to 4.4.4, 3.17; DDI
// 0487 D8.17).
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t old_page = 0xa000'0000, new_page = 0xa100'0000;

/// Whether a read of `address` comes from the new page.
Task<bool> sees_new(Bench& b, std::uint32_t stream, std::uint64_t address) {
  Dma d{.stream = stream, .address = address};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  co_return (b.memory.log.back().address & ~0xfffULL) == new_page;
}

Task<void> stage2_alone(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  host.translate_stream(1);
  const std::uint64_t at = host.map(0x4000'0000, old_page);
  host.map(0x4000'1000, old_page);
  co_await b.enable();
  EXPECT_FALSE(co_await sees_new(b, 1, 0x4000'0000));
  b.memory.store(at, new_page | Hypervisor::page_rw);
  // Not of stage 2 alone, not of this guest, not of this address.
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_NH_ALL));
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_NH_VA, 0x4000'0000));
  co_await b.command_and_sync(Hypervisor(b, 8, 0).tlbi(Opcode::CMD_TLBI_S2_IPA, 0x4000'0000));
  co_await b.command_and_sync(Hypervisor(b, 8, 0).tlbi(Opcode::CMD_TLBI_S12_VMALL));
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S2_IPA, 0x4000'1000));
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_EL2_ALL});
  EXPECT_FALSE(co_await sees_new(b, 1, 0x4000'0000));
  EXPECT_EQ(b.counter("tbu.micro_tlb", "hits"), 1u);
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S2_IPA, 0x4000'0000));
  EXPECT_TRUE(co_await sees_new(b, 1, 0x4000'0000));
}
TEST(SmmuStage2Invalidation, ByAddressOfStage2Alone) {
  Bench bench(with_stage2());
  bench.run(stage2_alone(bench));
}

enum class Left { nothing, S2_IPA, NH_ALL };

/// The data of a guest moves: S2_IPA, then NH_ALL, which must follow it (4.4.3.1).
Task<void> moved_data(Bench& b, Left left) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  guest.map(0, Guest::ipa(Guest::data));
  co_await b.enable();
  EXPECT_FALSE(co_await sees_new(b, 1, 0));
  b.memory.store(guest.descriptors[Guest::data], new_page | Hypervisor::page_rw);
  if (left != Left::S2_IPA) {
    b.post(host.tlbi(Opcode::CMD_TLBI_S2_IPA, Guest::ipa(Guest::data)));
    b.post(Command{});
  }
  if (left != Left::NH_ALL) b.post(host.tlbi(Opcode::CMD_TLBI_NH_ALL));
  co_await b.sync();
  EXPECT_EQ(co_await sees_new(b, 1, 0), left == Left::nothing);
}
class MovedData : public testing::TestWithParam<Left> {};
TEST_P(MovedData, StaysWhereItWasUntilBothCommands) {
  Bench bench(with_stage2());
  bench.run(moved_data(bench, GetParam()));
}
INSTANTIATE_TEST_SUITE_P(SmmuStage2Invalidation, MovedData,
                         testing::Values(Left::nothing, Left::S2_IPA, Left::NH_ALL));

// The table that TTB0 names moves below the guest: no CFGI is needed.
Task<void> moved_table(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  guest.map(0, Guest::ipa(Guest::data));
  co_await b.enable();
  EXPECT_FALSE(co_await sees_new(b, 1, 0));
  // The copy of the level 0 table has another level 1, by which everything is a block.
  constexpr std::uint64_t copy = 0xbf00'0000, other_level1 = 0xbf00'1000;
  host.map(0x7f'0000'0000, other_level1);
  host.map(0x0, new_page);
  b.memory.store(copy, 0x7f'0000'0000 | 3);
  b.memory.store(other_level1, 0x0 | (Bench::page_rw & ~2ULL));
  b.memory.store(guest.descriptors[Guest::level0], copy | Hypervisor::page_rw);
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S2_IPA, Guest::ipa(Guest::level0)));
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_NH_ALL));
  EXPECT_TRUE(co_await sees_new(b, 1, 0));
}
TEST(SmmuStage2Invalidation, TheFirstTableIsFoundAnewWithoutACfgi) {
  Bench bench(with_stage2());
  bench.run(moved_table(bench));
}

// A 2 MiB block of stage 1 over pages of stage 2: TLB entries are pages, and any address of the
// block takes all of them.
Task<void> splintered(Bench& b, Command command, bool taken) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  const std::uint64_t block = Bench::page_rw & ~2ULL;
  constexpr std::uint64_t from = 0x1000'0000, to = 0x2000'0000;
  for (const std::uint64_t page : {0ULL, 5ULL}) {
    host.map(from + page * 4096, old_page + page * 4096);
    host.map(to + page * 4096, new_page);
  }
  b.memory.store(Guest::pa(Guest::level2), from | block);
  co_await b.enable();
  for (const std::uint64_t page : {0ULL, 5ULL})
    EXPECT_FALSE(co_await sees_new(b, 1, page * 4096));
  b.memory.store(Guest::pa(Guest::level2), to | block);
  command.vmid = host.vmid;
  co_await b.command_and_sync(command);
  for (const std::uint64_t page : {0ULL, 5ULL})
    EXPECT_EQ(co_await sees_new(b, 1, page * 4096), taken);
}
Command of_va(std::uint64_t address, unsigned ttl = 0) {
  return {.opcode = Opcode::CMD_TLBI_NH_VA,
          .leaf = true,
          .asid = 5,
          .address = address,
          .tg = ttl != 0 ? 1u : 0u,
          .ttl = ttl};
}
TEST(SmmuStage2Invalidation, AnyAddressOfABlockTakesItsPages) {
  Bench bench(with_stage2());
  bench.run(splintered(bench, of_va(0x7'7000), true));
}
TEST(SmmuStage2Invalidation, TheLevelOfABlockIsThatOfStage1) {
  Bench bench(with_stage2());
  bench.run(splintered(bench, of_va(0x7'7000, 2), true));
}
TEST(SmmuStage2Invalidation, AnAddressBesideABlockTakesNothing) {
  Bench bench(with_stage2());
  bench.run(splintered(bench, of_va(0x20'0000), false));
}

// Two guests and a stream of stage 1 alone, all with the same ASID and addresses: commands take
// what is of their VMID.
Task<void> guests(Bench& b) {
  Hypervisor hosts[] = {{b, 7, 0x9f00'0000}, {b, 8, 0x9f80'0000}};
  Guest first(hosts[0]);
  first.map(0, Guest::ipa(Guest::data));
  hosts[0].nest_stream(1, Guest::ipa(Guest::cd));
  // The second guest's structures are those of the first.
  for (std::uint64_t place = Guest::cd; place <= Guest::data; ++place)
    hosts[1].map(Guest::ipa(place), Guest::pa(place));
  hosts[1].nest_stream(2, Guest::ipa(Guest::cd));
  b.translate_stream(3);
  b.memory.store(b.ste_of(3) + 16, 9);  // S2VMID of stage 1 alone
  b.map(0, Guest::pa(Guest::data));
  co_await b.enable();
  std::uint64_t asked = 0;
  const auto misses = [&b] { return b.counter("tbu.main_tlb", "misses"); };
  for (std::uint32_t stream = 1; stream <= 3; ++stream)
    co_await b.dma_of({.stream = stream});
  asked = misses();
  EXPECT_EQ(asked, 3u);
  for (const std::uint16_t vmid : {7, 8, 9}) {
    for (const Opcode opcode : {Opcode::CMD_TLBI_NH_ALL, Opcode::CMD_TLBI_NH_ASID,
                                Opcode::CMD_TLBI_NH_VA, Opcode::CMD_TLBI_NH_VAA}) {
      co_await b.command_and_sync({.opcode = opcode, .vmid = vmid, .asid = 5});
      for (std::uint32_t stream = 1; stream <= 3; ++stream) {
        co_await b.dma_of({.stream = stream});
        asked += stream == vmid - 6u;
        EXPECT_EQ(misses(), asked) << to_string(opcode) << vmid << ' ' << stream;
      }
    }
  }
}
TEST(SmmuStage2Invalidation, CommandsOfAGuestTakeWhatIsOfItsVmid) {
  Bench bench(with_stage2());
  bench.run(guests(bench));
}

// Without stage 2 its commands, and those of EL2, are none (IHI 0070 4.1.3).
Task<void> not_offered(Bench& b) {
  co_await b.enable();
  b.post(Command{.opcode = Opcode::CMD_TLBI_S2_IPA});
  co_await b.ring();
  co_await b.sleep(microsecond);
  EXPECT_EQ((co_await b.read(Bench::CMDQ_CONS)) >> 24 & 0x7f, 1u);  // CERROR_ILL
}
TEST(SmmuStage2Invalidation, IsIllegalWhereStage2IsNotOffered) {
  SmmuParameters parameters;
  parameters.offered.stage2 = false;
  Bench bench(parameters);
  bench.run(not_offered(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
