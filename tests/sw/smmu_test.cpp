#include "sw/drivers/smmu/smmu.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t base = 0x9050000;
using Command = std::array<std::uint64_t, 2>;

/// Registers that remember, CR0 and IRQ_CTRL that are acknowledged, commands that are recorded when
/// published.
class FakeSmmu {
 public:
  explicit FakeSmmu(FakeHardware& hardware) : hardware_(hardware) {
    registers_[SMMU_IDR0] = IDR0_S1P | 2 << 2 | IDR0_COHACC | 2 << 21 | 1 << 24;
    registers_[SMMU_IDR1] = 16 | 19 << 16 | 19 << 21;
    registers_[SMMU_IDR5] = IDR5_GRAN4K | 5;
    hardware.add_frame(
        base, 0x20000, [this](std::uint64_t offset, unsigned) { return registers_[offset]; },
        [this](std::uint64_t offset, unsigned, std::uint64_t value) { write(offset, value); });
  }

  std::uint64_t& operator[](unsigned offset) { return registers_[offset]; }
  std::vector<Command> commands;
  unsigned syncs = 0;
  unsigned publications = 0;
  unsigned refused_opcode = 0;  // 0: none
  bool acknowledges = true;

  std::vector<Command> take_commands() { return std::exchange(commands, {}); }

 private:
  void write(std::uint64_t offset, std::uint64_t value) {
    registers_[offset] = value;
    if (offset == SMMU_CR0 && acknowledges) registers_[SMMU_CR0ACK] = value;
    if (offset == SMMU_IRQ_CTRL) registers_[SMMU_IRQ_CTRLACK] = value;
    if (offset == SMMU_GBPA) registers_[SMMU_GBPA] = value & ~GBPA_UPDATE;
    if (offset == SMMU_CMDQ_PROD && (registers_[SMMU_CR0] & CR0_CMDQEN)) {
      ++publications;
      consume();
    }
    if (offset == SMMU_GERRORN) {
      registers_[SMMU_CMDQ_CONS] &= ~CMDQ_CONS_ERR;
      consume();
    }
  }

  void consume() {
    if ((registers_[SMMU_GERROR] ^ registers_[SMMU_GERRORN]) & GERROR_CMDQ) return;
    const std::uint64_t queue = registers_[SMMU_CMDQ_BASE] & BITS(51, 5);
    const unsigned log2 = registers_[SMMU_CMDQ_BASE] & 31;
    while (registers_[SMMU_CMDQ_CONS] != registers_[SMMU_CMDQ_PROD]) {
      const std::uint64_t index = registers_[SMMU_CMDQ_CONS] & (BIT(log2) - 1);
      const Command command = {hardware_.load(queue + 16 * index, 8),
                               hardware_.load(queue + 16 * index + 8, 8)};
      const unsigned opcode = command[0] & 0xff;
      if (refused_opcode != 0 && opcode == refused_opcode) {
        registers_[SMMU_GERROR] ^= GERROR_CMDQ;
        registers_[SMMU_CMDQ_CONS] |= field_put(CMDQ_CONS_ERR, CERROR_ILL);
        return;
      }
      if (opcode == CMD_SYNC) {
        ++syncs;
        if (field_get(SYNC0_CS, command[0]) == CS_IRQ) hardware_.store(command[1], 4, 0);
      } else {
        commands.push_back(command);
      }
      registers_[SMMU_CMDQ_CONS] = (registers_[SMMU_CMDQ_CONS] + 1) & (BIT(log2 + 1) - 1);
    }
  }

  FakeHardware& hardware_;
  std::map<std::uint64_t, std::uint64_t> registers_;
};

class SmmuDriver : public testing::Test {
 protected:
  SmmuDriver() {
    smmu_.base = base;
    smmu_.memory = &memory_;
    smmu_.stream_id_bits = 8;
    smmu_.log2_commands = 7;
    smmu_.log2_events = 3;
  }
  void initialise() {
    ASSERT_EQ(smmu_initialise(&smmu_), STATUS_OK);
    hardware_commands_at_start_ = fake_.take_commands();
    fake_.syncs = 0;
    fake_.publications = 0;
  }
  /// The pages that recorded TLBI_NH_VA commands cover. IHI 0070 4.4.1.1.
  std::set<std::uint64_t> pages_of(const std::vector<Command>& commands) {
    std::set<std::uint64_t> pages;
    for (const Command& command : commands) {
      EXPECT_EQ(command[0] & 0xff, CMD_TLBI_NH_VA);
      EXPECT_EQ(command[0] >> 48, 5u);
      std::uint64_t count = 1;
      if (field_get(TLBI1_TG, command[1]) != 0) {
        count = (field_get(TLBI0_NUM, command[0]) + 1) << field_get(TLBI0_SCALE, command[0]);
      }
      for (std::uint64_t i = 0; i < count; ++i)
        EXPECT_TRUE(pages.insert((command[1] >> 12) + i).second);
    }
    return pages;
  }

  FakeHardware hardware_;
  FakeSmmu fake_{hardware_};
  region memory_{0x40000000, 0x41000000, {}};
  smmu smmu_{};
  std::vector<Command> hardware_commands_at_start_;
};

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

TEST_F(SmmuDriver, ALiveEntryChangesThroughAbort) {
  initialise();
  ASSERT_EQ(smmu_bypass(&smmu_, 1), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 2u);
  ASSERT_EQ(smmu_abort(&smmu_, 1), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 3u);
  EXPECT_EQ(hardware_.load(smmu_.stream_table + 64, 8), STE0_V);
}

TEST_F(SmmuDriver, RangesAreInvalidatedExactly) {
  fake_[SMMU_IDR3] = IDR3_RIL;
  initialise();
  for (const std::uint64_t pages : {1, 2, 3, 31, 32, 33, 511, 1023, 4099}) {
    fake_.syncs = 0;
    ASSERT_EQ(smmu_invalidate_range(&smmu_, 5, 0x7000, pages * PAGE_SIZE, true), STATUS_OK);
    const auto covered = pages_of(fake_.take_commands());
    EXPECT_EQ(covered.size(), pages);
    EXPECT_EQ(*covered.begin(), 7u);
    EXPECT_EQ(*covered.rbegin(), 6 + pages);
    EXPECT_EQ(fake_.syncs, 1u);
  }
}

TEST_F(SmmuDriver, WithoutRangesPageByPageInBatchesClosedByOneSync) {
  initialise();
  ASSERT_EQ(smmu_invalidate_range(&smmu_, 5, 0x7000, 200 * PAGE_SIZE, true), STATUS_OK);
  EXPECT_EQ(pages_of(fake_.take_commands()).size(), 200u);
  EXPECT_EQ(fake_.syncs, 1u);
  EXPECT_EQ(fake_.publications, 4u);  // 64, 64, 64, 8 and the SYNC
}

TEST_F(SmmuDriver, TheQueueWrapsManyTimes) {
  initialise();
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(smmu_invalidate_asid(&smmu_, 9), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 1000u);
  EXPECT_EQ(fake_.syncs, 1000u);
}

TEST_F(SmmuDriver, SyncByMessageWaitsForItsOwnSlot) {
  fake_[SMMU_IDR0] |= IDR0_MSI;
  smmu_.sync_by_message = true;
  initialise();
  EXPECT_TRUE(smmu_.sync_by_message);
  ASSERT_EQ(smmu_sync(&smmu_), STATUS_OK);
  EXPECT_EQ(fake_.syncs, 1u);
}

TEST_F(SmmuDriver, ARefusedCommandIsReplacedAndReported) {
  initialise();
  fake_.refused_opcode = CMD_TLBI_NH_ASID;
  EXPECT_EQ(smmu_invalidate_asid(&smmu_, 1), STATUS_REFUSED);
  EXPECT_EQ(smmu_.command_errors, 1u);
  EXPECT_EQ(fake_[SMMU_GERROR], fake_[SMMU_GERRORN]);
  fake_.refused_opcode = 0;
  EXPECT_EQ(smmu_invalidate_asid(&smmu_, 1), STATUS_OK);
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

}  // namespace
}  // namespace doorbell::sw
