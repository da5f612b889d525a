// What a write leaves in each register, whatever enables are set (IHI 0070 6.2, 6.3).
#include "tests/smmu/unit/register_rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu::test {
namespace {

const Register* find(std::uint64_t offset) {
  const auto all = registers();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [offset](const Register& r) { return r.info.offset == offset; });
  return found == all.end() ? nullptr : &*found;
}

/// A write of all ones over `old`, or of all zeros, as a bank and then the rules leave it.
std::uint64_t write(const Register& where, std::uint64_t old, std::uint64_t value,
                    const Enables& enables, const Features& features = {}) {
  if (where.info.access == RegisterAccess::read_only) return old;
  if (where.info.width == 4) value &= 0xffff'ffff;
  value = (old & ~where.info.writable) | (value & where.info.writable);
  return admitted(where, old, value, enables, features);
}

class RegisterRows : public testing::TestWithParam<RegisterRow> {};

TEST_P(RegisterRows, KeepWhatIsWrittenWhereThereAreBits) {
  const RegisterRow& row = GetParam();
  const Register* const where = find(row.offset);
  if (where == nullptr) {
    EXPECT_EQ(row.writable, 0u) << row.name;
    return;
  }
  EXPECT_EQ(where->info.width, row.width) << row.name;
  EXPECT_EQ(write(*where, 0, ~std::uint64_t{0}, {}), row.writable) << row.name;
  EXPECT_EQ(write(*where, row.writable, 0, {}), 0u) << row.name;
}

TEST_P(RegisterRows, KeepGuardedBitsWhileTheyAreGuarded) {
  const RegisterRow& row = GetParam();
  const Register* const where = find(row.offset);
  if (where == nullptr || row.writable == 0) return;
  const std::uint64_t ones = ~std::uint64_t{0};
  const bool guarded = row.CR0 != 0 || row.IRQ_CTRL != 0;
  const std::uint64_t kept = guarded ? row.guarded & row.writable : 0;
  EXPECT_EQ(write(*where, 0, ones, {row.CR0, row.IRQ_CTRL}), row.writable & ~kept) << row.name;
  EXPECT_EQ(write(*where, row.writable, 0, {row.CR0, row.IRQ_CTRL}), kept) << row.name;
  // Rows of one register guard it together.
  std::uint64_t cr0 = 0xd, irq_ctrl = 0x5;
  for (const RegisterRow& other : register_rows) {
    if (other.offset != row.offset) continue;
    cr0 &= ~std::uint64_t{other.CR0};
    irq_ctrl &= ~std::uint64_t{other.IRQ_CTRL};
  }
  EXPECT_EQ(write(*where, 0, ones, {cr0, irq_ctrl}), row.writable) << row.name;
}

INSTANTIATE_TEST_SUITE_P(All, RegisterRows, testing::ValuesIn(register_rows));

TEST(RegisterRowsOf, CoverTheMap) {
  for (const Register& where : registers()) {
    const bool listed =
        std::any_of(std::begin(register_rows), std::end(register_rows),
                    [&where](const RegisterRow& row) { return row.offset == where.info.offset; });
    EXPECT_TRUE(listed || where.info.name == "SMMU_GBPA") << where.info.name;
  }
}

// 6.3.14.1: only together with Update, and not while an Update is under way.
TEST(RegisterRowsOf, GbpaIsWrittenTogetherWithUpdate) {
  const Register& gbpa = *find(0x44);
  const std::uint64_t update = 1u << 31, abort = 1u << 20;
  EXPECT_EQ(write(gbpa, 0x1000, abort, {}), 0x1000u);
  EXPECT_EQ(write(gbpa, 0x1000, update | abort, {}), update | abort);
  EXPECT_EQ(write(gbpa, update | abort, update | 0x1000, {}), update | abort);
  EXPECT_EQ(write(gbpa, 0x1000, update | abort, {0xd, 0x5}), update | abort);
}

TEST(RegisterRowsOf, BitsOfAbsentFeaturesAreReserved) {
  const std::uint64_t ones = ~std::uint64_t{0};
  Features f;
  f.msi = false;
  for (const std::uint64_t message : {0x68, 0x70, 0x74, 0xb0, 0xb8, 0xbc})
    EXPECT_EQ(write(*find(message), 0, ones, {}, f), 0u);
  EXPECT_EQ(write(*find(0x64), 0, ones, {}, f), 0x105u);  // no MSI_*_ABT_ERR
  f.two_level_streams = false;
  EXPECT_EQ(write(*find(0x88), 0, ones, {}, f), 0x3fu);  // no FMT, SPLIT
  constexpr std::uint64_t privilege_and_instruction = 0xf'0000;
  EXPECT_EQ(write(*find(0x44), 0x1000, ones, {}, f) & privilege_and_instruction, 0u);
  f.attribute_permissions_override = true;
  EXPECT_EQ(write(*find(0x44), 0x1000, ones, {}, f), 0x801f'3f1fu);
  f.output_address_bits = 52;
  EXPECT_EQ(write(*find(0x80), 0, ones, {}, f), 0x400f'ffff'ffff'ffc0u);
  EXPECT_EQ(write(*find(0x2c), 0, ones, {}, f) & 1, 0u);  // E2H
  f.stage2 = true;
  EXPECT_EQ(write(*find(0x2c), 0, ones, {}, f) & 1, 1u);  // with Hyp
}

// 6.3.37 to 6.3.39: RUN only while SMMUEN = 1; while it is set, the group is as it is.
TEST(RegisterRowsOf, AddressTranslationOperationsAreGuardedByRun) {
  const std::uint64_t ones = ~std::uint64_t{0};
  Features f;
  f.address_translation = true;
  const Enables idle{.translates = true}, running{.translates = true, .RUN = true};
  EXPECT_EQ(write(*find(0x100), 0, ones, {}, f), 0u);
  EXPECT_EQ(write(*find(0x100), 0, ones, idle, f), 1u);
  EXPECT_EQ(write(*find(0x100), 1, 0, idle, f), 1u);
  EXPECT_EQ(write(*find(0x108), 0, ones, idle, f), 0xffffu);
  f.substream_id_bits = 5;
  EXPECT_EQ(write(*find(0x108), 0, ones, idle, f), 0x10'001f'0000'ffffu);
  EXPECT_EQ(write(*find(0x110), 0, ones, idle, f), ~std::uint64_t{0x3f});
  for (const std::uint64_t guarded : {0x108, 0x110})
    EXPECT_EQ(write(*find(guarded), 0, ones, running, f), 0u);
  EXPECT_EQ(write(*find(0x118), 0, ones, idle, f), 0u);
}

}  // namespace
}  // namespace doorbell::smmu::test
