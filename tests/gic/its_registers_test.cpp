#include "doorbell/gic/arch/its_registers.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/register_frame.h"
#include "doorbell/gic/arch/its_tables.h"
#include "doorbell/gic/arch/register_tables.h"
#include "tests/gic/register_access.h"

namespace doorbell::gic {
namespace {

class Its : public testing::Test {
 protected:
  static constexpr unsigned CBASER = 0x80, CWRITER = 0x88, CREADR = 0x90, BASER0 = 0x100;
  ItsRegisters its{ItsSupport{}};
  RegisterBank& gits = its.registers();
  void set_up_queue() {
    write(gits, CBASER, 8, 1ULL << 63 | 7ULL << 59 | 1 << 10 | 0x5000'0000);  // 4 KiB
    write(gits, CWRITER, 8, 0);
    write(gits, 0, 4, 1);
  }
};

TEST_F(Its, IdentifiesItself) {
  EXPECT_EQ(read(gits, 0x0008, 8), 0x1F'0001'EFB1u) << "GITS_TYPER";
  EXPECT_EQ(read(gits, 0x0004, 4), 0x43Bu) << "GITS_IIDR";
  EXPECT_EQ(read(gits, 0x0000, 4), 0x80000000u) << "GITS_CTLR: Quiescent";
  EXPECT_EQ(read(gits, 0xFFE8, 4), 0x3Bu);
  EXPECT_EQ(read(gits, BASER0, 8), 1ULL << 56 | 7ULL << 48);
  EXPECT_EQ(read(gits, BASER0 + 8, 8), 4ULL << 56 | 7ULL << 48);
  EXPECT_EQ(read(gits, BASER0 + 16, 8), 0u);
}

TEST_F(Its, IdentifiesItsComponentAsArms) {
  const std::uint64_t expected[] = {0x44, 0, 0, 0, 0x94, 0xB4, 0x3B, 0, 0x0D, 0xF0, 0x05, 0xB1};
  for (unsigned i = 0; i < 12; ++i)
    EXPECT_EQ(read(gits, 0xFFD0 + 4 * i, 4), expected[i])
        << "PIDR4 to 7, 0 to 3, CIDR0 to 3: " << i;
}

TEST_F(Its, ImDeIsRES0) {
  write(gits, 0, 4, 3);
  EXPECT_EQ(read(gits, 0, 4), 1u);
}

std::uint64_t TYPER_of(void (*change)(ItsSupport&)) {
  ItsSupport support;
  change(support);
  ItsRegisters registers{support};
  return read(registers.registers(), 0x0008, 8);
}

TEST(ItsType, SaysWhatThereIs) {
  const std::uint64_t usual = 0x1F'0001'EFB1;
  EXPECT_EQ(TYPER_of([](ItsSupport& it) { it.physical_targets = true; }), usual | 1 << 19) << "PTA";
  EXPECT_EQ(TYPER_of([](ItsSupport& it) { it.collections_inside = 0x21; }), usual | 0x21 << 24);
  EXPECT_EQ(TYPER_of([](ItsSupport& it) { it.reports_unmapped = true; }), usual | 1ULL << 44);
  EXPECT_EQ(TYPER_of([](ItsSupport& it) { it.collection_bits = 8; }), 0x17'0001'EFB1u);
  EXPECT_EQ(TYPER_of([](ItsSupport& it) { it.collection_limit = false; }), 0x1'EFB1u) << "no CIL";
  EXPECT_EQ(TYPER_of([](ItsSupport& it) { it.itt_entry_bytes = 16; }), usual | 0xF << 4);
  EXPECT_EQ(TYPER_of([](ItsSupport& it) { it.cumulative_collections = true; }), usual)
      << "CCT without collections inside";
  EXPECT_EQ(TYPER_of([](ItsSupport& it) {
              it.cumulative_collections = true;
              it.collections_inside = 1;
            }),
            usual | 1 << 24 | 1 << 2);
  EXPECT_EQ(TYPER_of([](ItsSupport& it) {
              it.collection_table = false;
              it.cumulative_collections = true;
              it.collections_inside = 2;
            }),
            0x0201'EFB1u)
      << "CIL and CCT are of collections in memory";
}

TEST(ItsType, WithoutACollectionTableThereIsNoBaseOfOne) {
  ItsSupport support;
  support.collection_table = false;
  support.collections_inside = 4;
  ItsRegisters registers{support};
  RegisterBank& gits = registers.registers();
  write(gits, 0x108, 8, 1ULL << 63 | 0x4000'0000);
  EXPECT_EQ(read(gits, 0x108, 8), 0u);
  EXPECT_FALSE(registers.collections().valid);
}

TEST(ItsType, EntrySizesAreInTheBases) {
  ItsSupport support;
  support.device_entry_bytes = 16;
  support.collection_entry_bytes = 4;
  ItsRegisters registers{support};
  EXPECT_EQ(read(registers.registers(), 0x100, 8), 1ULL << 56 | 15ULL << 48);
  EXPECT_EQ(read(registers.registers(), 0x108, 8), 4ULL << 56 | 3ULL << 48);
}

TEST_F(Its, STATUSRTellsOfIgnoredAccesses) {
  constexpr std::uint64_t STATUSR = 0x40;
  const RegisterFrame frame{
      .bytes = GITS_bytes,
      .on_ignored = [this](RegisterResult result, bool read, const RegisterContext&) {
        its.report_ignored(result, read);
      }};
  std::array<std::uint8_t, 4> word{};
  EXPECT_EQ(read(gits, STATUSR, 4), 0u);
  frame.read(gits, 0x2000, word);
  EXPECT_EQ(read(gits, STATUSR, 4), 1u) << "RRD";
  frame.write(gits, 0x2000, word);
  EXPECT_EQ(read(gits, STATUSR, 4), 3u) << "WRD";
  frame.write(gits, 0x0004, word);
  EXPECT_EQ(read(gits, STATUSR, 4), 0xBu) << "WROD: GITS_IIDR";
  its.report_ignored(RegisterResult::read_of_write_only, true);
  EXPECT_EQ(read(gits, STATUSR, 4), 0xFu) << "RWOD: GITS_TRANSLATER, of the other frame";
  write(gits, STATUSR, 4, 0x2);
  EXPECT_EQ(read(gits, STATUSR, 4), 0xDu) << "each is cleared by writing 1";
  write(gits, STATUSR, 4, 0);
  EXPECT_EQ(read(gits, STATUSR, 4), 0xDu);
}

class ItsUnmapped : public testing::Test {
 protected:
  static constexpr std::uint64_t STATUSR = 0x40, UMSIR = 0x48, old_UMSIR = 0x28;
  ItsUnmapped() { support.reports_unmapped = true; }
  ItsSupport support;
};

TEST_F(ItsUnmapped, TheFirstIsKeptAndOthersOverflow) {
  ItsRegisters its{support};
  RegisterBank& gits = its.registers();
  its.report_unmapped(0x1234, 0x56, ItsError::UNMAPPED_INTERRUPT);
  EXPECT_EQ(read(gits, STATUSR, 4), 5u << 6 | 1 << 4);
  EXPECT_EQ(read(gits, UMSIR, 8), 0x1234'0000'0056u);
  EXPECT_EQ(read(gits, old_UMSIR, 8), 0u) << "where old documents have it";
  its.report_unmapped(0x99, 0x9, ItsError::DEVICE_OOR);
  EXPECT_EQ(read(gits, STATUSR, 4), 5u << 6 | 1 << 5 | 1 << 4) << "Overflow";
  EXPECT_EQ(read(gits, UMSIR, 8), 0x1234'0000'0056u);
  write(gits, STATUSR, 4, 1 << 5);
  EXPECT_EQ(read(gits, STATUSR, 4), 5u << 6 | 1 << 4);
  write(gits, STATUSR, 4, 1 << 4);
  EXPECT_EQ(read(gits, STATUSR, 4), 0u);
  its.report_unmapped(0x99, 0x9, ItsError::DEVICE_OOR);
  EXPECT_EQ(read(gits, UMSIR, 8), 0x99'0000'0009u) << "the next one";
}

TEST_F(ItsUnmapped, TheSyndromeSaysWhy) {
  const std::pair<ItsError, std::uint64_t> syndromes[] = {{ItsError::DEVICE_OOR, 2},
                                                          {ItsError::UNMAPPED_DEVICE, 3},
                                                          {ItsError::ID_OOR, 4},
                                                          {ItsError::UNMAPPED_INTERRUPT, 5},
                                                          {ItsError::UNMAPPED_COLLECTION, 7},
                                                          {ItsError::MEMORY_FAULT, 0}};
  for (const auto& [error, syndrome] : syndromes) {
    ItsRegisters its{support};
    its.report_unmapped(1, 2, error);
    EXPECT_EQ(read(its.registers(), STATUSR, 4), syndrome << 6 | 1 << 4) << name(error);
  }
}

TEST_F(ItsUnmapped, IsNotReportedWithoutUMSI) {
  ItsRegisters its{ItsSupport{}};
  its.report_unmapped(1, 2, ItsError::ID_OOR);
  EXPECT_EQ(read(its.registers(), STATUSR, 4), 0u);
  EXPECT_EQ(read(its.registers(), UMSIR, 8), 0u);
}

TEST_F(Its, TypeAndEntrySizeSurviveZero) {
  for (unsigned n = 0; n < 8; ++n)
    write(gits, BASER0 + 8 * n, 8, 0);
  EXPECT_EQ(read(gits, BASER0, 8), 1ULL << 56 | 7ULL << 48);
  EXPECT_EQ(read(gits, BASER0 + 8, 8), 4ULL << 56 | 7ULL << 48);
}

TEST_F(Its, NegotiatesTablesAsLinuxDoes) {
  for (const std::uint64_t page_size : {2ULL, 1ULL, 0ULL}) {
    write(gits, BASER0, 8, page_size << 8);
    EXPECT_EQ(bits(read(gits, BASER0, 8), 9, 8), page_size);
  }
  const std::uint64_t fixed = 1ULL << 56 | 7ULL << 48;
  const std::uint64_t attributes = 7ULL << 59 | 1 << 10 | 2 << 8;
  write(gits, BASER0, 8, 1ULL << 62 | attributes | fixed);
  EXPECT_EQ(read(gits, BASER0, 8), 1ULL << 62 | attributes | fixed) << "Indirect sticks";
  const std::uint64_t value = 1ULL << 63 | attributes | fixed | 0x4000'0000 | 7;
  write(gits, BASER0, 8, value);
  EXPECT_EQ(read(gits, BASER0, 8), value) << "bit-exact";
  EXPECT_EQ(its.devices().base, 0x4000'0000u);
  EXPECT_EQ(its.devices().entries(), 8u * 65536 / 8);
  write(gits, BASER0 + 16, 8, value);
  EXPECT_EQ(read(gits, BASER0 + 16, 8), 0u) << "a type of table that there is none of";
}

TEST_F(Its, TablesOf64KPagesReach52Bits) {
  write(gits, BASER0, 8, 1ULL << 63 | 2 << 8 | 0x3000 | 0x4000'0000);
  EXPECT_EQ(its.devices().base, 0x0003'0000'4000'0000u);
}

TEST_F(Its, WritingCBASERResetsCREADR) {
  set_up_queue();
  write(gits, CWRITER, 4, 64);
  its.advance();
  EXPECT_EQ(read(gits, CREADR, 4), 32u);
  write(gits, 0, 4, 0);
  write(gits, CBASER, 8, 1ULL << 63 | 0x5000'0000);
  EXPECT_EQ(read(gits, CREADR, 8), 0u);
}

TEST_F(Its, BasesDontChangeWhileEnabled) {
  set_up_queue();
  const std::uint64_t before = read(gits, CBASER, 8);
  write(gits, CBASER, 8, 0);
  EXPECT_EQ(read(gits, CBASER, 8), before);
  const std::uint64_t table = read(gits, BASER0, 8);
  write(gits, BASER0, 8, 1ULL << 63);
  EXPECT_EQ(read(gits, BASER0, 8), table);
  EXPECT_EQ(read(gits, 0, 4), 1u) << "enabled, so not quiescent";
}

TEST_F(Its, BasesAreWrittenByHalvesToo) {
  write(gits, BASER0, 4, 0x4000'0000 | 2 << 8 | 3);
  EXPECT_FALSE(its.devices().valid);
  write(gits, BASER0 + 4, 4, 1u << 31);
  EXPECT_EQ(its.devices().base, 0x4000'0000u);
  EXPECT_EQ(its.devices().entries(), 4u * 65536 / 8);
  EXPECT_EQ(read(gits, BASER0 + 4, 4), 1u << 31 | 1u << 24 | 7u << 16) << "Type and Entry_Size";
  write(gits, CBASER, 4, 0x5000'0000);
  write(gits, CBASER + 4, 4, 1u << 31);
  write(gits, 0, 4, 1);
  write(gits, CWRITER, 4, 32);
  EXPECT_TRUE(its.has_command());
  EXPECT_EQ(its.command_address(), 0x5000'0000u);
}

TEST_F(Its, TheUpperHalfOfCWRITERIsNoRetry) {
  set_up_queue();
  write(gits, CWRITER, 4, 32);
  its.stall();
  write(gits, CWRITER + 4, 4, 1);
  EXPECT_FALSE(its.has_command());
  EXPECT_EQ(read(gits, CWRITER, 8), 32u);
}

TEST_F(Its, TheLargestTableAndQueueHave256Pages) {
  write(gits, BASER0, 8, 1ULL << 63 | 2 << 8 | 0xFF);
  EXPECT_EQ(its.devices().entries(), 256u * 65536 / 8);
  write(gits, CBASER, 8, 1ULL << 63 | 0x5000'0000 | 0xFF);
  write(gits, 0, 4, 1);
  write(gits, CWRITER, 4, 0x100000 - 32);
  EXPECT_TRUE(its.has_command());
  EXPECT_EQ(its.commands_waiting(), 0x100000u / 32 - 1);
}

TEST_F(Its, QuiescentOnlyWhenIdle) {
  its.set_busy(true);
  EXPECT_EQ(read(gits, 0, 4), 0u);
  its.set_busy(false);
  EXPECT_EQ(read(gits, 0, 4), 0x80000000u);
}

TEST_F(Its, QueueWraps) {
  unsigned told = 0;
  its.on_command([&told] { ++told; });
  set_up_queue();
  EXPECT_FALSE(its.has_command());
  write(gits, CWRITER, 4, 4096 - 32);
  EXPECT_EQ(told, 1u);
  EXPECT_EQ(its.commands_waiting(), 127u);
  for (int i = 0; i < 127; ++i)
    its.advance();
  EXPECT_FALSE(its.has_command());
  EXPECT_EQ(its.command_address(), 0x5000'0000u + 4096 - 32);
  write(gits, CWRITER, 4, 32);
  EXPECT_EQ(its.commands_waiting(), 2u);
  its.advance();
  EXPECT_EQ(its.command_address(), 0x5000'0000u);
  its.advance();
  EXPECT_FALSE(its.has_command());
}

TEST_F(Its, StallsUntilRetry) {
  set_up_queue();
  write(gits, CWRITER, 4, 32);
  its.stall();
  EXPECT_EQ(read(gits, CREADR, 4), 1u) << "Stalled, at the offending command";
  EXPECT_FALSE(its.has_command());
  write(gits, CWRITER, 4, 64);
  EXPECT_FALSE(its.has_command()) << "a write without Retry";
  unsigned told = 0;
  its.on_command([&told] { ++told; });
  write(gits, CWRITER, 4, 64 | 1);
  EXPECT_TRUE(its.has_command());
  EXPECT_EQ(told, 1u);
  EXPECT_EQ(read(gits, CREADR, 4), 0u);
}

TEST_F(Its, AnOffsetBeyondTheQueueIsNotFollowed) {
  set_up_queue();
  write(gits, CWRITER, 4, 4096);
  EXPECT_FALSE(its.has_command());
}

}  // namespace
}  // namespace doorbell::gic
