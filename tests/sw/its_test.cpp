#include "sw/drivers/its/its.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "sw/drivers/its/lpi.h"
#include "sw/drivers/its/registers.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t base = 0x8080000;
using Command = std::array<std::uint64_t, 4>;

/// An ITS that executes nothing but records everything.
class FakeIts {
 public:
  explicit FakeIts(FakeHardware& hardware) : hardware_(hardware) {
    registers_[GITS_TYPER] = GITS_TYPER_Physical | 11 << 4 | 15 << 13;
    registers_[GITS_CTLR] = GITS_CTLR_Quiescent;
    registers_[GITS_PIDR2] = 0x3b;
    hardware.add_frame(
        base, 0x20000, [this](std::uint64_t offset, unsigned) { return registers_[offset]; },
        [this](std::uint64_t offset, unsigned, std::uint64_t value) { write(offset, value); });
    write(GITS_BASER, 0);
    write(GITS_BASER + 8, 0);
  }

  std::uint64_t& operator[](unsigned offset) { return registers_[offset]; }
  bool offers_indirect = false;
  bool shareable = true;
  unsigned largest_page = 2;
  bool runs = true;
  std::vector<Command> commands;
  std::vector<Command> take_commands() { return std::exchange(commands, {}); }

 private:
  void write(std::uint64_t offset, std::uint64_t value) {
    if (offset == GITS_BASER || offset == GITS_BASER + 8) {
      value &= ~(BASER_Type | BASER_Entry_Size);
      value |= field_put(BASER_Entry_Size, 7) | field_put(BASER_Type, offset == GITS_BASER ? 1 : 4);
      if (!offers_indirect) value &= ~BASER_Indirect;
      if (field_get(BASER_Page_Size, value) > largest_page) value &= ~BASER_Page_Size;
    } else if (offset >= GITS_BASER && offset < GITS_BASER + 64) {
      value = 0;
    }
    if (!shareable && offset >= GITS_CBASER && offset < GITS_BASER + 64) {
      if (offset == GITS_CBASER || offset >= GITS_BASER) value &= ~BASER_Shareability;
    }
    registers_[offset] = value;
    if (offset == GITS_CBASER) registers_[GITS_CREADR] = 0;
    if (offset == GITS_CWRITER && runs) consume();
  }
  void consume() {
    const std::uint64_t queue = registers_[GITS_CBASER] & CBASER_Physical_Address;
    std::uint64_t& read = registers_[GITS_CREADR];
    for (; read != registers_[GITS_CWRITER]; read = (read + 32) % 0x10000) {
      Command command;
      for (unsigned i = 0; i < 4; ++i)
        command[i] = hardware_.load(queue + read + 8 * i, 8);
      commands.push_back(command);
    }
  }

  FakeHardware& hardware_;
  std::map<std::uint64_t, std::uint64_t> registers_;
};

class ItsDriver : public testing::Test {
 protected:
  ItsDriver() {
    its_.base = base;
    its_.memory = &memory_;
    redistributor_.base = 0x80a0000;
    redistributor_.processor_number = 3;
  }
  void initialise() { ASSERT_EQ(its_initialise(&its_), STATUS_OK); }

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

TEST_F(ItsDriver, AnIndirectTableGetsItsSecondLevelWithTheDevice) {
  fake_.offers_indirect = true;
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
}

}  // namespace
}  // namespace doorbell::sw
