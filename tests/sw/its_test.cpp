#include "sw/drivers/its/its.h"

#include <gtest/gtest.h>

#include <array>

#include "sw/drivers/its/lpi.h"
#include "sw/drivers/its/queue.h"
#include "sw/drivers/its/registers.h"
#include "tests/sw/fake_its.h"

namespace doorbell::sw {
namespace {

using Command = FakeIts::Command;

class ItsDriver : public testing::Test {
 protected:
  ItsDriver() {
    its_.base = FakeIts::base;
    its_.memory = &memory_;
    redistributor_.base = 0x80a0000;
    redistributor_.processor_number = 3;
  }
  void TearDown() override { EXPECT_EQ(fake_.bad_commands, 0u); }
  void initialise() { ASSERT_EQ(its_initialise(&its_), STATUS_OK); }
  /// And 20 bits of DeviceID, which are 8 MiB of a flat table.
  void offer_two_levels() {
    fake_.offers_indirect = true;
    fake_[GITS_TYPER] = GITS_TYPER_Physical | 11 << 4 | 19 << 13;
  }

  FakeHardware hardware_;
  FakeIts fake_{hardware_};
  region memory_{0x40000000, 0x42000000, {}};
  redistributor redistributor_{};
  its its_{};
};

TEST_F(ItsDriver, AFlatDeviceTableForAllDeviceIds) {
  initialise();
  EXPECT_TRUE(fake_[GITS_CTLR] & GITS_CTLR_Enabled);
  EXPECT_TRUE(fake_[GITS_BASER] & BASER_Valid);
  EXPECT_EQ(field_get(BASER_Size, fake_[GITS_BASER]),
            7u);  // 8 bytes times 65 536, in pages of 64 KiB
  EXPECT_EQ(field_get(BASER_Size, fake_[GITS_BASER + 8]), 0u);
  EXPECT_EQ(its_.devices.entries, 65536u);
  EXPECT_EQ(hardware_.stray_accesses, 0u);
}

TEST_F(ItsDriver, SmallPagesLimitTheDeviceIds) {
  fake_.largest_page = 0;
  initialise();
  EXPECT_EQ(field_get(BASER_Page_Size, fake_[GITS_BASER]), 0u);
  EXPECT_EQ(field_get(BASER_Size, fake_[GITS_BASER]), 127u);
  EXPECT_EQ(its_.devices.entries, 65536u);
}

TEST_F(ItsDriver, ATableThatFitsIsFlatWhateverTheITSOffers) {
  fake_.offers_indirect = true;
  initialise();
  EXPECT_FALSE(fake_[GITS_BASER] & BASER_Indirect);
  EXPECT_EQ(its_.devices.entries, 65536u);
}

TEST_F(ItsDriver, AnIndirectTableGetsItsSecondLevelWithTheDevice) {
  offer_two_levels();
  initialise();
  EXPECT_TRUE(fake_[GITS_BASER] & BASER_Indirect);
  ASSERT_EQ(its_map_device(&its_, 0x4321, 4), STATUS_OK);
  const std::uint64_t entry = hardware_.load(its_.devices.base + 0x4321 / 8192 * 8, 8);
  EXPECT_TRUE(entry & INDIRECT_ENTRY_Valid);
  EXPECT_EQ(entry % 0x10000, 0u);
}

TEST_F(ItsDriver, WithoutShareabilityTheTablesAreNonCacheable) {
  fake_.shareable = false;
  initialise();
  EXPECT_EQ(field_get(BASER_InnerCache, fake_[GITS_BASER]), INNER_CACHE_NON_CACHEABLE);
  EXPECT_EQ(field_get(CBASER_InnerCache, fake_[GITS_CBASER]), INNER_CACHE_NON_CACHEABLE);
}

TEST_F(ItsDriver, CommandsAreEncodedAndFollowedByTheSyncTheyNeed) {
  initialise();
  ASSERT_EQ(its_map_collection(&its_, 2, &redistributor_), STATUS_OK);
  ASSERT_EQ(its_map_device(&its_, 0x10, 5), STATUS_OK);
  ASSERT_EQ(its_map_event(&its_, 0x10, 4, 8200, 2), STATUS_OK);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 5u);
  EXPECT_EQ(commands[0], (Command{COMMAND_MAPC, 0, 1ull << 63 | 3 << 16 | 2, 0}));
  EXPECT_EQ(commands[1], (Command{COMMAND_SYNC, 0, 3 << 16, 0}));
  EXPECT_EQ(commands[2][0], COMMAND_MAPD | 0x10ull << 32);
  EXPECT_EQ(commands[2][1], 2u);  // 8 events: 3 bits, less 1
  EXPECT_EQ(commands[2][2] >> 63, 1u);
  EXPECT_EQ(commands[2][2] & 0xff, 0u);
  EXPECT_EQ(commands[3], (Command{COMMAND_MAPTI | 0x10ull << 32, 8200ull << 32 | 4, 2, 0}));
  EXPECT_EQ(commands[4], commands[1]);
}

TEST_F(ItsDriver, ATargetMayBeAnAddress) {
  fake_[GITS_TYPER] |= GITS_TYPER_PTA;
  initialise();
  ASSERT_EQ(its_map_collection(&its_, 0, &redistributor_), STATUS_OK);
  EXPECT_EQ(fake_.take_commands()[0][2], 1ull << 63 | 0x80a0000);
}

TEST_F(ItsDriver, ADeviceOfOneEventHasAnIttOfTwo) {
  initialise();
  ASSERT_EQ(its_map_device(&its_, 0x10, 1), STATUS_OK);
  ASSERT_EQ(its_map_device(&its_, 0x11, 2), STATUS_OK);
  ASSERT_EQ(its_map_device(&its_, 0x12, 3), STATUS_OK);
  const auto commands = fake_.take_commands();
  EXPECT_EQ(commands[0][1], 0u);  // one bit
  EXPECT_EQ(commands[1][1], 0u);
  EXPECT_EQ(commands[2][1], 1u);
}

TEST_F(ItsDriver, DevicesOfOnePageShareTheirSecondLevel) {
  offer_two_levels();
  initialise();
  ASSERT_EQ(its_map_device(&its_, 8191, 2), STATUS_OK);
  const std::uint64_t entry = hardware_.load(its_.devices.base, 8);
  ASSERT_EQ(its_map_device(&its_, 0, 2), STATUS_OK);
  EXPECT_EQ(hardware_.load(its_.devices.base, 8), entry);
  EXPECT_EQ(hardware_.load(its_.devices.base + 8, 8), 0u);
  ASSERT_EQ(its_map_device(&its_, 8192, 2), STATUS_OK);
  EXPECT_TRUE(hardware_.load(its_.devices.base + 8, 8) & INDIRECT_ENTRY_Valid);
}

TEST_F(ItsDriver, TheQueueIsFilledToItsLastEntryButOne) {
  initialise();
  fake_.runs = false;
  std::array<its_command, 64> unmaps{};
  for (its_command& unmap : unmaps)
    unmap.words[0] = COMMAND_MAPD;
  // 2 048 entries hold 2 047 commands. Nobody executes them, so each call gives up.
  unsigned sent = 0;
  for (; sent + 64 <= 2047; sent += 64) {
    EXPECT_EQ(its_issue(&its_, unmaps.data(), 64), STATUS_TIMEOUT);
    EXPECT_EQ(fake_[GITS_CWRITER], (sent + 64) * 32);
  }
  EXPECT_EQ(its_issue(&its_, unmaps.data(), 64), STATUS_TIMEOUT);
  EXPECT_EQ(fake_[GITS_CWRITER], sent * 32);  // no room for 64
  EXPECT_EQ(its_issue(&its_, unmaps.data(), 2047 - sent), STATUS_TIMEOUT);
  EXPECT_EQ(fake_[GITS_CWRITER], 2047u * 32);
  EXPECT_EQ(its_issue(&its_, unmaps.data(), 1), STATUS_TIMEOUT);
  EXPECT_EQ(fake_[GITS_CWRITER], 2047u * 32);
  fake_.run();
  EXPECT_EQ(fake_.take_commands().size(), 2047u);
}

TEST_F(ItsDriver, CollectionsEndWithTheirTable) {
  initialise();
  EXPECT_EQ(its_map_collection(&its_, ITS_COLLECTIONS - 1, &redistributor_), STATUS_OK);
  EXPECT_EQ(its_map_collection(&its_, ITS_COLLECTIONS, &redistributor_), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(its_invalidate_event(&its_, 1, 1, ITS_COLLECTIONS), STATUS_BAD_ARGUMENT);
}

TEST_F(ItsDriver, MoveSyncsWithTheCollectionThatIsLeft) {
  initialise();
  ASSERT_EQ(its_map_collection(&its_, 0, &redistributor_), STATUS_OK);
  redistributor_.processor_number = 1;
  ASSERT_EQ(its_map_collection(&its_, 1, &redistributor_), STATUS_OK);
  fake_.take_commands();
  ASSERT_EQ(its_move_event(&its_, 7, 1, 0, 1), STATUS_OK);
  const auto commands = fake_.take_commands();
  EXPECT_EQ(commands[0], (Command{COMMAND_MOVI | 7ull << 32, 1, 1, 0}));
  EXPECT_EQ(commands[1][2], 3u << 16);
}

TEST_F(ItsDriver, TheQueueWraps) {
  initialise();
  ASSERT_EQ(its_map_collection(&its_, 0, &redistributor_), STATUS_OK);
  fake_.take_commands();
  for (unsigned i = 0; i < 3000; ++i)
    ASSERT_EQ(its_invalidate_event(&its_, 1, i, 0), STATUS_OK);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 6000u);
  EXPECT_EQ(commands[5998][1], 2999u);
}

TEST_F(ItsDriver, AStalledOrSilentQueueIsReported) {
  initialise();
  fake_.runs = false;
  EXPECT_EQ(its_unmap_device(&its_, 1), STATUS_TIMEOUT);
  fake_[GITS_CREADR] |= GITS_CREADR_Stalled;
  EXPECT_EQ(its_unmap_device(&its_, 1), STATUS_REFUSED);
}

TEST_F(ItsDriver, DeviceIdsBeyondTheTableAreRefused) {
  fake_[GITS_TYPER] = GITS_TYPER_Physical | 11 << 4 | 7 << 13;
  initialise();
  EXPECT_EQ(its_map_device(&its_, 256, 2), STATUS_NO_SPACE);
  EXPECT_EQ(its_map_device(&its_, 255, 2), STATUS_OK);
}

TEST_F(ItsDriver, LpiPropertiesStartDisabledAndKeepTheirPriority) {
  gic gic{};
  lpi_tables tables{&memory_, 16, 0};
  EXPECT_EQ(lpi_initialise(&tables, &gic), STATUS_UNSUPPORTED);
  gic.lpi_id_bits = 24;
  tables.id_bits = 16;
  ASSERT_EQ(lpi_initialise(&tables, &gic), STATUS_OK);
  EXPECT_EQ(tables.id_bits, 16u);
  EXPECT_EQ(hardware_.load(tables.properties, 1), 0xa2u);
  EXPECT_EQ(hardware_.load(tables.properties + 65535 - 8192, 1), 0xa2u);
  lpi_set_enabled(&tables, 8193, true);
  EXPECT_EQ(hardware_.load(tables.properties + 1, 1), 0xa3u);
  lpi_set_priority(&tables, 8193, 0x40);
  EXPECT_EQ(hardware_.load(tables.properties + 1, 1), 0x43u);
  lpi_set_enabled(&tables, 8193, false);
  EXPECT_EQ(hardware_.load(tables.properties + 1, 1), 0x42u);
  lpi_set_priority(&tables, 8193, 0x83);  // the low bits are none of the priority's
  EXPECT_EQ(hardware_.load(tables.properties + 1, 1), 0x82u);
}

}  // namespace
}  // namespace doorbell::sw
