// The driver's stage 2: tables and entries as the model decodes them, what an unmapping sends, and
// entries that change between stages.
#include <algorithm>

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/stage2.h"
#include "sw/drivers/smmu/structures.h"
#include "tests/sw/decoded_stream.h"
#include "tests/sw/smmu_driver.h"

namespace doorbell::sw {
namespace {

class Stage2Driver : public SmmuDriver {
 protected:
  Stage2Driver() {
    fake_[SMMU_IDR0] |= IDR0_S2P | IDR0_VMID16;
    fake_[SMMU_IDR5] = IDR5_GRAN4K | IDR5_GRAN16K | IDR5_GRAN64K | 4;  // 44 bits
  }
  void start() {
    initialise();
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &stage1_, 5, 48), STATUS_OK);
    ASSERT_EQ(smmu_domain_initialise_stage_2(&smmu_, &stage2_, 0x1234, 40, GRANULE_4K), STATUS_OK);
    fake_.take_commands();
  }
  DecodedStream::Words entry(std::uint32_t stream) {
    DecodedStream::Words words;
    for (unsigned i = 0; i < words.size(); ++i)
      words[i] = hardware_.load(smmu_.stream_table + 64 * stream + 8 * i, 8);
    return words;
  }
  std::optional<DecodedStream::Mapping> walk(std::uint32_t stream, std::uint64_t ipa) {
    return walk_stage_2(entry(stream), ipa,
                        [&](std::uint64_t address) { return hardware_.load(address, 8); });
  }
  static std::vector<std::uint64_t> opcodes(const std::vector<Command>& commands) {
    std::vector<std::uint64_t> result;
    for (const Command& command : commands)
      result.push_back(command[0] & 0xff);
    return result;
  }

  smmu_domain stage1_{}, stage2_{};
};

TEST_F(Stage2Driver, IsAttachedAlone) {
  start();
  ASSERT_EQ(smmu_attach(&smmu_, 3, &stage2_), STATUS_OK);
  const DecodedStream stream = DecodedStream::of(entry(3));
  EXPECT_TRUE(stream.legal);
  EXPECT_EQ(stream.config, 6u);
  EXPECT_EQ(stream.vmid, 0x1234u);
  EXPECT_TRUE(stream.records);
  const auto commands = fake_.take_commands();
  EXPECT_EQ(opcodes(commands),
            (std::vector<std::uint64_t>{CMD_CFGI_STE, CMD_CFGI_STE, CMD_PREFETCH_CONFIG}));
}

TEST_F(Stage2Driver, MapsPagesBlocksAndDevices) {
  start();
  ASSERT_EQ(smmu_attach(&smmu_, 3, &stage2_), STATUS_OK);
  ASSERT_EQ(
      smmu_map(&stage2_, 0x4000'0000, 0x8000'0000, BLOCK_SIZE + PAGE_SIZE, MAP_WRITE | MAP_BLOCKS),
      STATUS_OK);
  ASSERT_EQ(smmu_map(&stage2_, 0x0802'0000, 0x0809'0000, PAGE_SIZE, MAP_WRITE | MAP_DEVICE),
            STATUS_OK);
  ASSERT_EQ(smmu_map(&stage2_, 0xff'ffff'f000, 0x9000'0000, PAGE_SIZE, 0), STATUS_OK);
  const auto block = walk(3, 0x401f'fffc), page = walk(3, 0x4020'0ffc);
  ASSERT_TRUE(block && page);
  EXPECT_EQ(block->address, 0x801f'fffcu);
  EXPECT_EQ(block->level, 2u);
  EXPECT_EQ(page->address, 0x8020'0ffcu);
  EXPECT_TRUE(page->readable && page->writable && page->executable);
  EXPECT_EQ(page->memory_attributes, 0xfu);  // DDI 0487 D8.6: Normal, write-back
  EXPECT_FALSE(walk(3, 0x4020'1000));
  const auto device = walk(3, 0x0802'0040), read_only = walk(3, 0xff'ffff'f000);
  ASSERT_TRUE(device && read_only);
  EXPECT_EQ(device->address, 0x0809'0040u);
  EXPECT_TRUE(device->writable);
  EXPECT_FALSE(device->executable);
  EXPECT_EQ(device->memory_attributes, 1u);  // Device-nGnRE
  EXPECT_TRUE(read_only->readable);
  EXPECT_FALSE(read_only->writable);
}

/// DDI 0487 D8.2: up to sixteen concatenated tables save a level.
struct Stage2Shape {
  unsigned granule, address_bits, first_level;
  std::uint64_t root_bytes;
};
class Stage2Shapes : public Stage2Driver, public testing::WithParamInterface<Stage2Shape> {};
INSTANTIATE_TEST_SUITE_P(
    All, Stage2Shapes,
    testing::Values(Stage2Shape{12, 32, 2, 0x4000}, Stage2Shape{12, 34, 2, 0x10000},
                    Stage2Shape{12, 35, 1, 0x1000}, Stage2Shape{12, 40, 1, 0x2000},
                    Stage2Shape{12, 43, 1, 0x10000}, Stage2Shape{12, 44, 0, 0x1000},
                    Stage2Shape{14, 40, 2, 0x40000}, Stage2Shape{14, 41, 1, 0x4000},
                    Stage2Shape{14, 44, 1, 0x4000}, Stage2Shape{16, 32, 2, 0x10000},
                    Stage2Shape{16, 40, 2, 0x10000}, Stage2Shape{16, 44, 2, 0x40000}));

TEST_P(Stage2Shapes, AreWalkedAsTheyAreMade) {
  const Stage2Shape& shape = GetParam();
  initialise();
  const std::uint64_t page = 1ull << shape.granule;
  ASSERT_EQ(smmu_domain_initialise_stage_2(&smmu_, &stage2_, 1, shape.address_bits, shape.granule),
            STATUS_OK);
  EXPECT_EQ(stage2_.table.first_level, shape.first_level);
  EXPECT_EQ(stage2_.table.root % shape.root_bytes, 0u);
  EXPECT_GE(memory_.next - stage2_.table.root, shape.root_bytes);
  ASSERT_EQ(smmu_attach(&smmu_, 3, &stage2_), STATUS_OK);
  ASSERT_TRUE(DecodedStream::of(entry(3)).legal);
  const std::uint64_t last = (1ull << shape.address_bits) - page;
  ASSERT_EQ(smmu_map(&stage2_, 0, 0x8000'0000, page, MAP_WRITE), STATUS_OK);
  ASSERT_EQ(smmu_map(&stage2_, last, 0x9000'0000, page, MAP_WRITE), STATUS_OK);
  const auto low = walk(3, page - 4), high = walk(3, last + page - 4);
  ASSERT_TRUE(low && high);
  EXPECT_EQ(low->address, 0x8000'0000 + page - 4);
  EXPECT_EQ(high->address, 0x9000'0000 + page - 4);
  EXPECT_EQ(high->reads, 4 - shape.first_level);
  EXPECT_FALSE(walk(3, 1ull << shape.address_bits));
}

TEST_F(Stage2Driver, IsRefusedWhereThereIsNone) {
  fake_[SMMU_IDR0] &= ~(IDR0_S2P | IDR0_VMID16);
  initialise();
  EXPECT_EQ(smmu_domain_initialise_stage_2(&smmu_, &stage2_, 1, 40, GRANULE_4K),
            STATUS_UNSUPPORTED);
}

TEST_F(Stage2Driver, NeedsNoStage1) {
  fake_[SMMU_IDR0] &= ~IDR0_S1P;
  initialise();
  smmu_domain stage1{};
  EXPECT_EQ(smmu_domain_initialise(&smmu_, &stage1, 1, 40), STATUS_UNSUPPORTED);
  EXPECT_EQ(smmu_domain_initialise_stage_2(&smmu_, &stage2_, 1, 40, GRANULE_4K), STATUS_OK);
}

TEST_F(Stage2Driver, VmidsAndAddressesAreThoseOfTheSmmu) {
  fake_[SMMU_IDR0] &= ~IDR0_VMID16;
  initialise();
  const auto make = [&](unsigned vmid, unsigned bits) {
    return smmu_domain_initialise_stage_2(&smmu_, &stage2_, static_cast<std::uint16_t>(vmid), bits,
                                          GRANULE_4K);
  };
  EXPECT_EQ(make(0, 40), STATUS_BAD_ARGUMENT);  // of stage 1 alone
  EXPECT_EQ(make(0x100, 40), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(make(0xff, 45), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(make(0xff, 44), STATUS_OK);
}

TEST_F(Stage2Driver, UnmappingInvalidatesByIpa) {
  fake_[SMMU_IDR3] = IDR3_RIL;
  start();
  ASSERT_EQ(smmu_map(&stage2_, 0x4000'0000, 0x8000'0000, 3 * PAGE_SIZE, MAP_WRITE), STATUS_OK);
  ASSERT_EQ(smmu_unmap(&smmu_, &stage2_, 0x4000'0000, 3 * PAGE_SIZE), STATUS_OK);
  const auto commands = fake_.take_commands();
  std::set<std::uint64_t> pages;
  for (const Command& command : commands) {
    const auto one = DecodedCommand::of(command, fake_.offer());
    EXPECT_TRUE(one.by_ipa);
    EXPECT_EQ(one.vmid, 0x1234u);
    for (std::uint64_t page = one.first; page <= one.last; page += PAGE_SIZE)
      pages.insert(page);
  }
  EXPECT_EQ(pages, (std::set<std::uint64_t>{0x4000'0000, 0x4000'1000, 0x4000'2000}));
}

// IHI 0070 4.4.3.1: what both stages have made isn't found by its intermediate address.
TEST_F(Stage2Driver, UnmappingBelowStage1InvalidatesByIpaThenAllOfStage1) {
  start();
  ASSERT_EQ(smmu_attach_nested(&smmu_, 3, &stage1_, &stage2_), STATUS_OK);
  ASSERT_EQ(smmu_map(&stage2_, 0x4000'0000, 0x8000'0000, 2 * PAGE_SIZE, MAP_WRITE), STATUS_OK);
  fake_.take_commands();
  fake_.syncs = 0;
  ASSERT_EQ(smmu_unmap(&smmu_, &stage2_, 0x4000'0000, 2 * PAGE_SIZE), STATUS_OK);
  const auto commands = fake_.take_commands();
  EXPECT_EQ(opcodes(commands),
            (std::vector<std::uint64_t>{CMD_TLBI_S2_IPA, CMD_TLBI_S2_IPA, CMD_TLBI_NH_ALL}));
  EXPECT_EQ(commands.back(), (Command{CMD_TLBI_NH_ALL | 0x1234ull << 32, 0}));
  EXPECT_EQ(fake_.syncs, 2u);  // the second command after the first has completed
}

TEST_F(Stage2Driver, InvalidationsOfANestedDomainNameItsVmid) {
  start();
  ASSERT_EQ(smmu_attach_nested(&smmu_, 3, &stage1_, &stage2_), STATUS_OK);
  ASSERT_EQ(smmu_map(&stage1_, 0x1000, 0x4000'0000, PAGE_SIZE, MAP_WRITE), STATUS_OK);
  fake_.take_commands();
  ASSERT_EQ(smmu_unmap(&smmu_, &stage1_, 0x1000, PAGE_SIZE), STATUS_OK);
  ASSERT_EQ(smmu_invalidate_domain(&smmu_, &stage1_), STATUS_OK);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0], (Command{CMD_TLBI_NH_VA | 0x1234ull << 32 | 5ull << 48, 0x1001}));
  EXPECT_EQ(commands[1], (Command{CMD_TLBI_NH_ASID | 0x1234ull << 32 | 5ull << 48, 0}));
}

TEST_F(Stage2Driver, DetachingEndsTheVmid) {
  start();
  ASSERT_EQ(smmu_attach(&smmu_, 3, &stage2_), STATUS_OK);
  fake_.take_commands();
  ASSERT_EQ(smmu_detach_stage_2(&smmu_, 3, &stage2_), STATUS_OK);
  EXPECT_EQ(entry(3), (DecodedStream::Words{STE0_V}));
  const auto commands = fake_.take_commands();
  EXPECT_EQ(opcodes(commands),
            (std::vector<std::uint64_t>{CMD_CFGI_STE, CMD_CFGI_STE, CMD_TLBI_S12_VMALL}));
  EXPECT_EQ(commands.back(), (Command{CMD_TLBI_S12_VMALL | 0x1234ull << 32, 0}));
}

/// Whether an entry that is changed is invalid in between: each step is told by a CFGI.
class Stage2Changes : public Stage2Driver {
 protected:
  void SetUp() override {
    Stage2Driver::SetUp();
    start();
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &other_, 6, 48), STATUS_OK);
    ASSERT_EQ(smmu_attach(&smmu_, 3, &other_), STATUS_OK);
  }
  /// Whether no step of `change` leaves the entry invalid.
  template <class Change>
  bool stays_valid(Change change) {
    bool valid = true;
    fake_.on_command = [&] { valid = valid && (entry(3)[0] & STE0_V) != 0; };
    EXPECT_EQ(change(), STATUS_OK);
    fake_.on_command = {};
    EXPECT_TRUE(DecodedStream::of(entry(3)).legal);
    return valid;
  }
  auto to_stage_1() {
    return [this] { return smmu_attach(&smmu_, 3, &other_); };
  }
  auto to_stage_2() {
    return [this] { return smmu_attach(&smmu_, 3, &stage2_); };
  }
  auto to_nested() {
    return [this] { return smmu_attach_nested(&smmu_, 3, &stage1_, &stage2_); };
  }
  auto to_bypass() {
    return [this] { return smmu_bypass(&smmu_, 3); };
  }
  smmu_domain other_{};
};

// IHI 0070 3.21.3: one word decides, the others are written while they aren't used.
TEST_F(Stage2Changes, BetweenStage2AndBothInPlace) {
  ASSERT_EQ(to_stage_2()(), STATUS_OK);
  EXPECT_TRUE(stays_valid(to_nested()));
  EXPECT_EQ(DecodedStream::of(entry(3)).config, 7u);
  EXPECT_TRUE(stays_valid(to_stage_2()));
  EXPECT_TRUE(stays_valid(to_bypass()));
  EXPECT_TRUE(stays_valid(to_stage_2()));
}

// S2VMID tags what stage 1 alone makes, too, so Config and VMID change together.
TEST_F(Stage2Changes, BetweenStage1AndAVmidThroughAnInvalidEntry) {
  EXPECT_FALSE(stays_valid(to_nested()));
  EXPECT_FALSE(stays_valid(to_stage_1()));
  EXPECT_FALSE(stays_valid(to_stage_2()));
  EXPECT_FALSE(stays_valid(to_stage_1()));
  EXPECT_TRUE(stays_valid(to_bypass()));
  EXPECT_TRUE(stays_valid(to_stage_1()));
}

TEST_F(Stage2Changes, ADomainStandsOnOneOther) {
  smmu_domain another{};
  ASSERT_EQ(smmu_domain_initialise_stage_2(&smmu_, &another, 7, 40, GRANULE_4K), STATUS_OK);
  ASSERT_EQ(to_nested()(), STATUS_OK);
  EXPECT_EQ(smmu_attach_nested(&smmu_, 4, &stage1_, &another), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(smmu_attach_nested(&smmu_, 4, &another, &stage2_), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(smmu_attach_nested(&smmu_, 4, &other_, &stage1_), STATUS_BAD_ARGUMENT);
}

}  // namespace
}  // namespace doorbell::sw
