#include "sw/drivers/gic/gic.h"

#include <gtest/gtest.h>

#include <map>

#include "sw/drivers/gic/cpu_interface.h"
#include "sw/drivers/gic/registers.h"
#include "sw/include/system_register.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t distributor = 0x8000000;
constexpr std::uint64_t redistributors = 0x80a0000;
constexpr std::uint64_t more_redistributors = 0x4000000000;

/// Registers that remember, and redistributors with the affinities that a test gives them.
class GicDriver : public testing::Test {
 protected:
  GicDriver() {
    registers_[GICD_PIDR2] = 0x3b;
    hardware_.add_frame(
        distributor, 0x10000, [this](std::uint64_t at, unsigned) { return registers_[at]; },
        [this](std::uint64_t at, unsigned, std::uint64_t value) { registers_[at] = value; });
    hardware_.add_frame(
        redistributors, 0x1000000,
        [this](std::uint64_t at, unsigned) { return redistributor_words_[at]; },
        [this](std::uint64_t at, unsigned, std::uint64_t value) {
          redistributor_words_[at] = value;
        });
    hardware_.add_frame(
        more_redistributors, 0x1000000,
        [this](std::uint64_t at, unsigned) { return more_redistributor_words_[at]; },
        [this](std::uint64_t at, unsigned, std::uint64_t value) {
          more_redistributor_words_[at] = value;
        });
    gic_.distributor = distributor;
    gic_.redistributors = redistributors;
    gic_.redistributor_limit = 4;
    hardware_.system_registers[ICC_SRE_EL1] = ICC_SRE_SRE;
  }
  /// The n-th frame is of a processor with this affinity and number.
  void add_redistributor(unsigned n, std::uint64_t affinity, std::uint64_t number) {
    redistributor_words_[n * 0x20000 + GICR_TYPER] = affinity << 32 | number << 8 | 1;
  }
  FakeHardware hardware_;
  std::map<std::uint64_t, std::uint64_t> registers_;
  std::map<std::uint64_t, std::uint64_t> redistributor_words_;
  std::map<std::uint64_t, std::uint64_t> more_redistributor_words_;
  gic gic_{};
  redistributor redistributor_{};
};

TEST_F(GicDriver, AllInterruptsThatThereAreAndNoneBehind) {
  registers_[GICD_TYPER] = 2 | 1 << 17 | 15 << 19;  // 96 lines, LPIs, 16 bits
  hardware_.affinity = 0x01020304;
  ASSERT_EQ(gic_initialise(&gic_), STATUS_OK);
  EXPECT_EQ(gic_.interrupt_lines, 96u);
  EXPECT_EQ(gic_.lpi_id_bits, 16u);
  EXPECT_EQ(registers_[GICD_IROUTER + 8 * 32], 0x100020304u);
  EXPECT_EQ(registers_[GICD_IROUTER + 8 * 95], 0x100020304u);
  EXPECT_EQ(registers_.count(GICD_IROUTER + 8 * 96), 0u);
  EXPECT_EQ(registers_.count(GICD_IGROUPR), 0u);  // SGIs and PPIs are elsewhere
  EXPECT_EQ(registers_[GICD_IGROUPR + 8], 0xffffffffu);
  EXPECT_EQ(registers_.count(GICD_IGROUPR + 12), 0u);
  EXPECT_EQ(gic_route(&gic_, 31, 0), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(gic_route(&gic_, 95, 0), STATUS_OK);
  EXPECT_EQ(gic_route(&gic_, 96, 0), STATUS_BAD_ARGUMENT);
}

TEST_F(GicDriver, TheMostInterruptsEndBeforeTheSpecialOnes) {
  registers_[GICD_TYPER] = 31;
  ASSERT_EQ(gic_initialise(&gic_), STATUS_OK);
  EXPECT_EQ(gic_.interrupt_lines, 1020u);
  EXPECT_EQ(gic_.lpi_id_bits, 0u);
  EXPECT_EQ(registers_.count(GICD_IROUTER + 8 * 1019), 1u);
  EXPECT_EQ(registers_.count(GICD_IROUTER + 8 * 1020), 0u);
}

TEST_F(GicDriver, EdgeIsTheUpperBitOfItsPair) {
  registers_[GICD_ICFGR + 8] = 0x55555555;
  gic_configure_edge(&gic_, 32 + 15, true);
  EXPECT_EQ(registers_[GICD_ICFGR + 8], 0x55555555u | 2u << 30);
  gic_configure_edge(&gic_, 32 + 15, false);
  EXPECT_EQ(registers_[GICD_ICFGR + 8], 0x55555555u & ~(2u << 30));
  gic_enable(&gic_, 63);
  EXPECT_EQ(registers_[GICD_ISENABLER + 4], 1u << 31);
}

TEST_F(GicDriver, AProcessorFindsItsOwnRedistributor) {
  for (unsigned i = 0; i < 4; ++i)
    add_redistributor(i, i == 3 ? 0x100 : i, i);
  hardware_.affinity = 0x100;
  ASSERT_EQ(gic_initialise_processor(&gic_, &redistributor_), STATUS_OK);
  EXPECT_EQ(redistributor_.base, redistributors + 3 * 0x20000);
  EXPECT_EQ(redistributor_.processor_number, 3u);
  EXPECT_TRUE(redistributor_.lpis);
  hardware_.affinity = 0x200;
  EXPECT_EQ(gic_initialise_processor(&gic_, &redistributor_), STATUS_NOT_FOUND);
  gic_.redistributor_limit = 3;
  hardware_.affinity = 0x100;
  EXPECT_EQ(gic_initialise_processor(&gic_, &redistributor_), STATUS_NOT_FOUND);
}

TEST_F(GicDriver, AProcessorFindsItsRedistributorInTheSecondRegion) {
  add_redistributor(0, 0, 0);
  redistributor_words_[GICR_TYPER] |= 1 << 4;  // Last
  more_redistributor_words_[0x20000 + GICR_TYPER] = 0x70cULL << 32 | 124 << 8 | 1 << 4 | 1;
  hardware_.affinity = 0x70c;
  EXPECT_EQ(gic_initialise_processor(&gic_, &redistributor_), STATUS_NOT_FOUND);
  gic_.more_redistributors = more_redistributors;
  ASSERT_EQ(gic_initialise_processor(&gic_, &redistributor_), STATUS_OK);
  EXPECT_EQ(redistributor_.base, more_redistributors + 0x20000);
  EXPECT_EQ(redistributor_.processor_number, 124u);
  hardware_.affinity = 0x70d;
  EXPECT_EQ(gic_initialise_processor(&gic_, &redistributor_), STATUS_NOT_FOUND);
}

/// ICC_SGI1R_EL1, IHI 0069 12.2.22: TargetList of the 16 that RS names.
TEST_F(GicDriver, AnSgiGoesToOneProcessor) {
  gic_send_sgi(0x0a0b0c25, 7);
  EXPECT_EQ(hardware_.system_registers[ICC_SGI1R_EL1],
            0x0aull << 48 | 2ull << 44 | 0x0bull << 32 | 7ull << 24 | 0x0cull << 16 | 1u << 5);
  gic_send_sgi(0x0f, 0);
  EXPECT_EQ(hardware_.system_registers[ICC_SGI1R_EL1], 1u << 15);
  gic_send_sgi(0xff, 15);
  EXPECT_EQ(hardware_.system_registers[ICC_SGI1R_EL1], 15ull << 44 | 15ull << 24 | 1u << 15);
}

TEST_F(GicDriver, SpecialIntidsAreNoInterrupts) {
  EXPECT_FALSE(gic_is_special(1019));
  EXPECT_TRUE(gic_is_special(1020));
  EXPECT_TRUE(gic_is_special(1023));
  EXPECT_FALSE(gic_is_special(1024));
}

}  // namespace
}  // namespace doorbell::sw
