#include <gtest/gtest.h>

#include "doorbell/pcie/arch/msi_capability.h"
#include "doorbell/pcie/arch/msix_table.h"

namespace doorbell::pcie {
namespace {

constexpr std::uint64_t doorbell_address = 0x8'0809'0040;

class MsixTest : public ::testing::Test {
 protected:
  void program(unsigned vector, std::uint32_t data, bool masked) {
    const std::uint64_t entry = 16 * vector;
    msix.table().write_table(entry, 4, static_cast<std::uint32_t>(doorbell_address));
    msix.table().write_table(entry + 4, 4, doorbell_address >> 32);
    msix.table().write_table(entry + 8, 4, data);
    msix.table().write_table(entry + 12, 4, masked ? 1 : 0);
  }
  void control(bool enable, bool mask_all) {
    space.write(msix.offset() + 2, 2, (enable ? 0x8000u : 0) | (mask_all ? 0x4000u : 0));
  }

  ConfigurationSpace space{{}, {{0, 0x4000, true, false}}};
  MsixCapability msix{space, {.vectors = 70, .table_offset = 0, .pba_offset = 0x2000}};
  MsiMessage message;
};

TEST_F(MsixTest, EntriesAreMaskedAtReset) {
  EXPECT_EQ(msix.table().read_table(12, 4), 1u);
  EXPECT_EQ(msix.table().read_table(69 * 16 + 12, 4), 1u);
}

TEST_F(MsixTest, UnmaskedVectorIsSentWithItsEntry) {
  program(3, 0x42, false);
  EXPECT_EQ(msix.signal(3, message), MsiOutcome::disabled);
  control(true, false);
  EXPECT_EQ(msix.signal(3, message), MsiOutcome::sent);
  EXPECT_EQ(message, (MsiMessage{doorbell_address, 0x42}));
  EXPECT_EQ(msix.signal(70, message), MsiOutcome::disabled);
}

TEST_F(MsixTest, MaskedVectorSetsItsPendingBitAndIsSentOnceOnUnmask) {
  control(true, false);
  program(65, 7, true);
  EXPECT_EQ(msix.signal(65, message), MsiOutcome::pending);
  EXPECT_EQ(msix.signal(65, message), MsiOutcome::merged);
  EXPECT_EQ(msix.table().read_pba(8, 8), 2u);
  EXPECT_EQ(msix.table().read_pba(8, 4), 2u);
  EXPECT_EQ(msix.table().read_pba(0, 8), 0u);
  EXPECT_FALSE(msix.take_unmasked());
  msix.table().write_table(65 * 16 + 12, 4, 0);
  EXPECT_EQ(msix.take_unmasked(), (MsiMessage{doorbell_address, 7}));
  EXPECT_FALSE(msix.take_unmasked());
  EXPECT_EQ(msix.table().read_pba(8, 8), 0u);
}

TEST_F(MsixTest, FunctionMaskHoldsEveryVector) {
  program(0, 10, false);
  program(1, 11, false);
  program(2, 12, true);
  control(true, true);
  for (unsigned vector : {1u, 2u, 0u})
    EXPECT_EQ(msix.signal(vector, message), MsiOutcome::pending);
  EXPECT_EQ(msix.table().read_pba(0, 4), 7u);
  EXPECT_FALSE(msix.take_unmasked());
  control(true, false);
  EXPECT_EQ(msix.take_unmasked()->data, 10u);
  EXPECT_EQ(msix.take_unmasked()->data, 11u);
  EXPECT_FALSE(msix.take_unmasked());  // 2 is still masked by itself
  EXPECT_EQ(msix.table().pending_count(), 1u);
}

TEST_F(MsixTest, AMaskedVectorHoldsBackNoOther) {
  control(true, false);
  for (const unsigned vector : {0u, 1u, 64u}) {
    program(vector, 10 + vector, true);
    EXPECT_EQ(msix.signal(vector, message), MsiOutcome::pending);
  }
  program(1, 11, false);
  EXPECT_EQ(msix.take_unmasked()->data, 11u);
  EXPECT_FALSE(msix.take_unmasked());
  program(64, 74, false);
  EXPECT_EQ(msix.take_unmasked()->data, 74u);
  EXPECT_EQ(msix.table().pending_count(), 1u);
}

TEST_F(MsixTest, TableIsAccessibleWhileDisabledAndWhileMasked) {
  program(5, 99, true);
  EXPECT_EQ(msix.table().read_table(5 * 16 + 8, 4), 99u);
  control(true, true);
  program(5, 100, true);
  EXPECT_EQ(msix.table().read_table(5 * 16 + 8, 8), 0x1'0000'0064u);
}

TEST_F(MsixTest, MessageIsReadWhenItIsSentNotWhenItWasRaised) {
  control(true, false);
  program(4, 1, true);
  msix.signal(4, message);
  program(4, 2, false);  // retargeted while masked, as an affinity change does
  EXPECT_EQ(msix.take_unmasked()->data, 2u);
}

TEST_F(MsixTest, NarrowAndWideTableAccesses) {
  msix.table().write_table(16, 8, 0x0000'0008'0809'0043);
  EXPECT_EQ(msix.table().read_table(16, 8), 0x0000'0008'0809'0040u);  // bits 1:0 are zero
  msix.table().write_table(16 + 9, 1, 0xab);
  EXPECT_EQ(msix.table().read_table(16 + 8, 4), 0xab00u);
  EXPECT_EQ(msix.table().read_table(16 + 8, 2), 0xab00u);
  msix.table().write_table(16 + 8, 4, 0x1122'3344);
  msix.table().write_table(16 + 10, 2, 0xaabb);
  EXPECT_EQ(msix.table().read_table(16 + 8, 4), 0xaabb'3344u);
  EXPECT_EQ(msix.table().read_table(70 * 16, 4), 0u);  // beyond the table
  msix.table().write_table(70 * 16, 4, 1);
}

TEST_F(MsixTest, ControlReadsBackAsLinuxWritesIt) {
  control(true, true);
  EXPECT_EQ(space.read(msix.offset() + 2, 2), 0xc045u);
  control(false, false);
  EXPECT_EQ(space.read(msix.offset() + 2, 2), 69u);
}

class MsiTest : public ::testing::Test {
 protected:
  void enable(unsigned code) {
    space.write(msi.offset() + 4, 4, static_cast<std::uint32_t>(doorbell_address));
    space.write(msi.offset() + 8, 4, doorbell_address >> 32);
    space.write(msi.offset() + 12, 2, 0x1238);
    space.write(msi.offset() + 2, 2, code << 4 | 1);
  }
  ConfigurationSpace space{{}, {}};
  MsiCapability msi{space, 8, true};
  MsiMessage message;
};

TEST_F(MsiTest, ControlTellsCapabilities) {
  EXPECT_EQ(space.read(msi.offset() + 2, 2), 0x0186u);  // 8 messages, 64-bit, maskable
  EXPECT_EQ(msi.signal(0, message), MsiOutcome::disabled);
}

TEST_F(MsiTest, VectorReplacesTheLowBitsOfTheData) {
  enable(2);
  EXPECT_EQ(msi.vectors_enabled(), 4u);
  EXPECT_EQ(msi.signal(3, message), MsiOutcome::sent);
  EXPECT_EQ(message, (MsiMessage{doorbell_address, 0x123b}));
  EXPECT_EQ(msi.signal(4, message), MsiOutcome::disabled);
  enable(5);
  EXPECT_EQ(msi.vectors_enabled(), 8u);
}

TEST_F(MsiTest, LowBitsThatSoftwareWroteAreTheVectorsToo) {
  enable(2);
  space.write(msi.offset() + 12, 2, 0x123b);
  EXPECT_EQ(msi.signal(0, message), MsiOutcome::sent);
  EXPECT_EQ(message.data, 0x1238u);
  EXPECT_EQ(msi.signal(2, message), MsiOutcome::sent);
  EXPECT_EQ(message.data, 0x123au);
}

TEST_F(MsiTest, MaskedVectorIsSentOnceOnUnmask) {
  enable(3);
  space.write(msi.offset() + 0x10, 4, ~0u);
  EXPECT_EQ(space.read(msi.offset() + 0x10, 4), 0xffu);
  EXPECT_EQ(msi.signal(6, message), MsiOutcome::pending);
  EXPECT_EQ(msi.signal(6, message), MsiOutcome::merged);
  EXPECT_EQ(space.read(msi.offset() + 0x14, 4), 0x40u);
  EXPECT_FALSE(msi.take_unmasked());
  space.write(msi.offset() + 0x10, 4, 0x0f);
  EXPECT_EQ(msi.take_unmasked()->data, 0x123eu);
  EXPECT_FALSE(msi.take_unmasked());
  EXPECT_EQ(space.read(msi.offset() + 0x14, 4), 0u);
}

}  // namespace
}  // namespace doorbell::pcie
