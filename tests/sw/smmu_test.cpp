#include <set>
#include <vector>

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "tests/sw/smmu_driver.h"

namespace doorbell::sw {
namespace {

TEST_F(SmmuDriver, StartsWithEverythingAbortedAndInvalidated) {
  initialise();
  EXPECT_EQ(fake_[SMMU_CR0], CR0_SMMUEN | CR0_EVENTQEN | CR0_CMDQEN);
  EXPECT_EQ(fake_[SMMU_CR1], 0xd75u);
  EXPECT_EQ(fake_[SMMU_STRTAB_BASE_CFG], 8u);
  ASSERT_EQ(hardware_commands_at_start_.size(), 2u);
  EXPECT_EQ(hardware_commands_at_start_[0], (Command{CMD_CFGI_STE_RANGE, 31}));
  EXPECT_EQ(hardware_commands_at_start_[1], (Command{CMD_TLBI_NSNH_ALL, 0}));
  for (unsigned stream = 0; stream < 256; ++stream)
    EXPECT_EQ(hardware_.load(smmu_.stream_table + 64 * stream, 8), STE0_V);
  EXPECT_EQ(hardware_.stray_accesses, 0u);
}

TEST_F(SmmuDriver, AnEnabledSmmuIsStoppedWithItsTrafficAborted) {
  fake_[SMMU_CR0] = fake_[SMMU_CR0ACK] = CR0_SMMUEN;
  initialise();
  EXPECT_EQ(fake_[SMMU_GBPA], GBPA_ABORT);
}

TEST_F(SmmuDriver, RefusesWhatItCannotDrive) {
  fake_[SMMU_IDR0] &= ~IDR0_S1P;
  EXPECT_EQ(smmu_initialise(&smmu_), STATUS_UNSUPPORTED);
  fake_[SMMU_IDR0] |= IDR0_S1P;
  fake_[SMMU_IDR5] &= ~IDR5_GRAN4K;
  EXPECT_EQ(smmu_initialise(&smmu_), STATUS_UNSUPPORTED);
}

TEST_F(SmmuDriver, GivesUpWhenCr0IsNotAcknowledged) {
  fake_.acknowledges = false;
  EXPECT_EQ(smmu_initialise(&smmu_), STATUS_TIMEOUT);
}

TEST_F(SmmuDriver, AttachWritesEntryAndDescriptor) {
  initialise();
  smmu_domain domain{};
  ASSERT_EQ(smmu_domain_initialise(&smmu_, &domain, 5, 48), STATUS_OK);
  ASSERT_EQ(smmu_attach(&smmu_, 0x42, &domain), STATUS_OK);
  const std::uint64_t entry = smmu_.stream_table + 0x42 * 64;
  EXPECT_EQ(hardware_.load(entry, 8), domain.context_descriptor | 5 << 1 | 1);
  const std::uint64_t descriptor = hardware_.load(domain.context_descriptor, 8);
  EXPECT_EQ(field_get(CD0_T0SZ, descriptor), 16u);
  EXPECT_EQ(field_get(CD0_ASID, descriptor), 5u);
  EXPECT_EQ(field_get(CD0_IPS, descriptor), 5u);
  EXPECT_TRUE(descriptor & CD0_V && descriptor & CD0_AA64 && descriptor & CD0_A &&
              descriptor & CD0_R);
  EXPECT_EQ(hardware_.load(domain.context_descriptor + 8, 8), domain.table.root);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0], (Command{CMD_CFGI_STE | 0x42ull << 32, 1}));
  EXPECT_EQ(commands[1], commands[0]);
  EXPECT_EQ(commands[2], (Command{CMD_PREFETCH_CONFIG | 0x42ull << 32, 0}));
  EXPECT_EQ(fake_.syncs, 2u);
  EXPECT_EQ(smmu_attach(&smmu_, 0x100, &domain), STATUS_BAD_ARGUMENT);
}

// One word decides, beside words that are written while they aren't used.
TEST_F(SmmuDriver, AnEntryChangesInPlaceWhereOneWordDecides) {
  initialise();
  ASSERT_EQ(smmu_bypass(&smmu_, 1), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 2u);
  ASSERT_EQ(smmu_bypass(&smmu_, 1), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 0u);
  ASSERT_EQ(smmu_abort(&smmu_, 1), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 2u);
  EXPECT_EQ(hardware_.load(smmu_.stream_table + 64, 8), STE0_V);
}

TEST_F(SmmuDriver, RangesAreInvalidatedExactly) {
  fake_[SMMU_IDR3] = IDR3_RIL;
  initialise();
  for (const std::uint64_t pages : {1, 2, 3, 31, 32, 33, 511, 1023, 4099}) {
    fake_.syncs = 0;
    ASSERT_EQ(invalidate(0x7000, pages * PAGE_SIZE, true, LEVEL_PAGE), STATUS_OK);
    const auto covered = pages_of(fake_.take_commands());
    EXPECT_EQ(covered.size(), pages);
    EXPECT_EQ(*covered.begin(), 7u);
    EXPECT_EQ(*covered.rbegin(), 6 + pages);
    EXPECT_EQ(fake_.syncs, 1u);
  }
}

TEST_F(SmmuDriver, RangesThatMayHaveLostTablesAreInvalidatedExactlyToo) {
  fake_[SMMU_IDR3] = IDR3_RIL;
  initialise();
  for (const std::uint64_t pages : {1, 2, 31, 32, 33, 65, 97, 513, 1025, 4099}) {
    ASSERT_EQ(invalidate(0x7000, pages * PAGE_SIZE, false, 0), STATUS_OK);
    EXPECT_EQ(pages_of(fake_.take_commands()).size(), pages);
  }
}

TEST_F(SmmuDriver, WhereTablesAreMeantNoLevelIsHintedAt) {
  fake_[SMMU_IDR3] = IDR3_RIL;
  initialise();
  ASSERT_EQ(invalidate(0x7000, 5 * PAGE_SIZE, false, LEVEL_PAGE), STATUS_OK);
  const auto commands = fake_.take_commands();
  EXPECT_TRUE(reach(commands, 0x7000, 3));
  EXPECT_TRUE(reach(commands, 0, 2));
}

TEST_F(SmmuDriver, RangesOfAllSizesUpToAWholeAddressSpace) {
  fake_[SMMU_IDR3] = IDR3_RIL;
  initialise();
  for (const unsigned bits : {20, 32, 42, 43, 44, 47, 48}) {
    for (const bool leaf : {false, true}) {
      const std::uint64_t size = 1ull << bits;
      ASSERT_EQ(invalidate(0, size, leaf, 0), STATUS_OK);
      ASSERT_EQ(invalidate(0, size - PAGE_SIZE, leaf, 0), STATUS_OK);
      const auto commands = fake_.take_commands();
      EXPECT_TRUE(reach(commands, 0, 3));
      // Sign-extended from 52 bits on, not here.
      EXPECT_TRUE(reach({commands.begin(), commands.begin() + 1}, size - PAGE_SIZE, 3)) << bits;
      EXPECT_FALSE(reach(commands, size, 3)) << bits;
    }
  }
}

TEST_F(SmmuDriver, PartlyCoveredPagesAreInvalidated) {
  fake_[SMMU_IDR3] = IDR3_RIL;
  initialise();
  ASSERT_EQ(invalidate(0x7fff, 2, true, LEVEL_PAGE), STATUS_OK);
  EXPECT_EQ(pages_of(fake_.take_commands()), (std::set<std::uint64_t>{7, 8}));
  ASSERT_EQ(invalidate(0x7800, PAGE_SIZE, true, 0), STATUS_OK);
  EXPECT_EQ(pages_of(fake_.take_commands()), (std::set<std::uint64_t>{7, 8}));
  ASSERT_EQ(invalidate(0x7000, 0, true, 0), STATUS_OK);
  EXPECT_TRUE(fake_.take_commands().empty());
}

/// What is unmapped is gone from every cache, whatever leaves it was made of.
class UnmappedRange : public SmmuDriver, public testing::WithParamInterface<bool> {
 protected:
  UnmappedRange() {
    if (GetParam()) fake_[SMMU_IDR3] = IDR3_RIL;
  }
  void SetUp() override {
    SmmuDriver::SetUp();
    initialise();
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &domain_, 5, 48), STATUS_OK);
  }
  void map(std::uint64_t iova, std::uint64_t size) {
    ASSERT_EQ(smmu_map(&domain_, iova, iova, size, MAP_WRITE | MAP_BLOCKS), STATUS_OK);
  }
  std::vector<Command> unmap(std::uint64_t iova, std::uint64_t size) {
    EXPECT_EQ(smmu_unmap(&smmu_, &domain_, iova, size), STATUS_OK);
    return fake_.take_commands();
  }
  smmu_domain domain_{};
};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutRanges, UnmappedRange, testing::Bool());

TEST_P(UnmappedRange, OfOneBlock) {
  map(BLOCK_SIZE, BLOCK_SIZE);
  const auto commands = unmap(BLOCK_SIZE, BLOCK_SIZE);
  EXPECT_TRUE(reach(commands, BLOCK_SIZE, 2));
  EXPECT_EQ(commands.size(), 1u);
}

TEST_P(UnmappedRange, OfManyBlocks) {
  map(4 * BLOCK_SIZE, 33 * BLOCK_SIZE);
  const auto commands = unmap(4 * BLOCK_SIZE, 33 * BLOCK_SIZE);
  for (unsigned i = 0; i < 33; ++i)
    EXPECT_TRUE(reach(commands, (4 + i) * BLOCK_SIZE, 2)) << i;
}

TEST_P(UnmappedRange, OfPagesAroundABlock) {
  map(BLOCK_SIZE - PAGE_SIZE, BLOCK_SIZE + 2 * PAGE_SIZE);
  const auto commands = unmap(BLOCK_SIZE - PAGE_SIZE, BLOCK_SIZE + 2 * PAGE_SIZE);
  EXPECT_TRUE(reach(commands, BLOCK_SIZE - PAGE_SIZE, 3));
  EXPECT_TRUE(reach(commands, BLOCK_SIZE, 2));
  EXPECT_TRUE(reach(commands, 2 * BLOCK_SIZE, 3));
}

TEST_P(UnmappedRange, OfPagesSaysSo) {
  map(0x7000, 3 * PAGE_SIZE);
  const auto commands = unmap(0x7000, 3 * PAGE_SIZE);
  EXPECT_EQ(pages_of(commands).size(), 3u);
  // A hint leaves the SMMU's blocks alone, where commands have one.
  EXPECT_EQ(reach(commands, 0, 2), !GetParam());
}

TEST_P(UnmappedRange, OfWhichOnlyThePartAheadOfAHoleWasMapped) {
  map(BLOCK_SIZE, BLOCK_SIZE);
  EXPECT_EQ(smmu_unmap(&smmu_, &domain_, BLOCK_SIZE, 2 * BLOCK_SIZE), STATUS_NOT_FOUND);
  EXPECT_TRUE(reach(fake_.take_commands(), BLOCK_SIZE, 2));
}

TEST_F(SmmuDriver, WithoutRangesPageByPageInBatchesClosedByOneSync) {
  initialise();
  ASSERT_EQ(invalidate(0x7000, 200 * PAGE_SIZE, true, LEVEL_PAGE), STATUS_OK);
  EXPECT_EQ(pages_of(fake_.take_commands()).size(), 200u);
  EXPECT_EQ(fake_.syncs, 1u);
  EXPECT_EQ(fake_.publications, 4u);  // 64, 64, 64, 8 and the SYNC
}

TEST_F(SmmuDriver, EventsComeInOrderAndAnOverflowIsAcknowledged) {
  initialise();
  smmu_event event{};
  EXPECT_FALSE(smmu_next_event(&smmu_, &event));
  std::uint64_t produced = 0;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 4; ++i, ++produced)
      hardware_.store(smmu_.events.base + 32 * (produced % 8), 8, produced);
    fake_[SMMU_EVENTQ_PROD] = (produced & 15) | (round == 4 ? EVENTQ_OVERFLOW : 0);
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(smmu_next_event(&smmu_, &event));
      EXPECT_EQ(event.words[0], produced - 4 + static_cast<unsigned>(i));
    }
    EXPECT_FALSE(smmu_next_event(&smmu_, &event));
  }
  EXPECT_EQ(fake_[SMMU_EVENTQ_CONS], fake_[SMMU_EVENTQ_PROD]);
}

TEST_F(SmmuDriver, AnOverflowIsAcknowledgedWithoutAnEvent) {
  initialise();
  smmu_event event{};
  fake_[SMMU_EVENTQ_PROD] = EVENTQ_OVERFLOW;
  EXPECT_FALSE(smmu_next_event(&smmu_, &event));
  EXPECT_EQ(fake_[SMMU_EVENTQ_CONS], EVENTQ_OVERFLOW);
  fake_[SMMU_EVENTQ_PROD] = 0;  // and the next one, too
  EXPECT_FALSE(smmu_next_event(&smmu_, &event));
  EXPECT_EQ(fake_[SMMU_EVENTQ_CONS], 0u);
}

/// After an abort the command is fetched again: it stays (IHI 0070, 7.1).
TEST_F(SmmuDriver, ACommandThatCouldNotBeReadStays) {
  initialise();
  fake_.runs = false;
  hardware_.on_wait = {};
  EXPECT_EQ(smmu_invalidate_asid(&smmu_, 7), STATUS_TIMEOUT);
  fake_[SMMU_GERROR] ^= GERROR_CMDQ;
  fake_[SMMU_CMDQ_CONS] |= field_put(CMDQ_CONS_ERR, CERROR_ABT);
  fake_.runs = true;
  smmu_handle_global_errors(&smmu_);
  EXPECT_EQ(smmu_.command_errors, 0u);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0][0] >> 48, 7u);
}

TEST_F(SmmuDriver, AllActiveErrorsAreAcknowledgedAtOnce) {
  initialise();
  fake_[SMMU_GERROR] = 0x1f4;  // aborts of queues and messages, and SFM_ERR
  smmu_handle_global_errors(&smmu_);
  EXPECT_EQ(fake_[SMMU_GERRORN], 0x1f4u);
  EXPECT_TRUE(smmu_.service_failure);
  EXPECT_EQ(fake_[SMMU_CR0], 0u);
  fake_[SMMU_GERROR] ^= 0x4;
  smmu_handle_global_errors(&smmu_);
  EXPECT_EQ(fake_[SMMU_GERRORN], 0x1f0u);
}

}  // namespace
}  // namespace doorbell::sw
