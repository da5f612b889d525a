#include "sw/drivers/smmu/ats.h"
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "tests/sw/smmu_driver.h"

namespace doorbell::sw {
namespace {

/// What an SMMU offers, and so how its driver waits for a CMD_SYNC.
enum class Way { message, event, polling };

class Waiting : public SmmuDriver, public testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    SmmuDriver::SetUp();
    if (GetParam() == Way::message) fake_[SMMU_IDR0] |= IDR0_MSI;
    if (GetParam() != Way::polling) fake_[SMMU_IDR0] |= IDR0_SEV;
    initialise();
  }
  bool by_message() const { return GetParam() == Way::message; }
  /// From now on the SMMU carries commands out while the driver waits, one each time.
  void run_while_waiting() {
    fake_.runs = false;
    hardware_.on_wait = [this] { fake_.step(); };
  }
  status post(std::uint16_t asid) {
    const smmu_command command = {{CMD_TLBI_NH_ASID | std::uint64_t{asid} << 48, 0}};
    return smmu_post(&smmu_, command);
  }
};

INSTANTIATE_TEST_SUITE_P(Every, Waiting, testing::Values(Way::message, Way::event, Way::polling),
                         [](const auto& way) {
                           return way.param == Way::message ? "Message"
                                  : way.param == Way::event ? "Event"
                                                            : "Polling";
                         });

TEST_P(Waiting, GoesOnWhenTheSyncHasCompleted) {
  fake_.runs = false;
  unsigned turns = 0;
  hardware_.on_wait = [&] {
    if (++turns == 3) fake_.run();
  };
  ASSERT_EQ(smmu_sync(&smmu_), STATUS_OK);
  EXPECT_EQ(turns, 3u);
  EXPECT_EQ(fake_.syncs, 1u);
  EXPECT_EQ(hardware_.memory_waits, by_message() ? 3u : 0u);
  EXPECT_EQ(hardware_.event_waits, GetParam() == Way::event ? 3u : 0u);
  EXPECT_EQ(fake_.consumer_reads, by_message() ? 0u : 4u);
}

TEST_P(Waiting, GivesUpAfterASecond) {
  fake_.runs = false;
  hardware_.on_wait = {};
  const std::uint64_t start = hardware_.time_ns;
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_TIMEOUT);
  EXPECT_GT(hardware_.time_ns - start, 1'000'000'000u);
  EXPECT_LT(hardware_.time_ns - start, 1'001'000'000u);
  // The next one is not held up by it.
  fake_.runs = true;
  fake_.run();
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_OK);
}

TEST_P(Waiting, TheQueueWrapsManyTimes) {
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(smmu_invalidate_asid(&smmu_, 9), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 1000u);
  EXPECT_EQ(fake_.syncs, 1000u);
  // Messages tell that places are free.
  EXPECT_EQ(fake_.consumer_reads, by_message() ? 0u : 1000u);
}

TEST_P(Waiting, BatchesThatNearlyFillTheQueueFollowEachOther) {
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(invalidate(0x7000, 63 * PAGE_SIZE, true, LEVEL_PAGE), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 50u * 63);
}

TEST_P(Waiting, TheQueueIsFilledToItsLastPlaceAndNotBeyond) {
  run_while_waiting();
  for (std::uint16_t i = 0; i < 128; ++i)
    ASSERT_EQ(post(i), STATUS_OK);
  EXPECT_TRUE(fake_.commands.empty());  // nobody had to wait
  EXPECT_EQ(fake_[SMMU_CMDQ_PROD] ^ fake_[SMMU_CMDQ_CONS], 128u);
  // Not even what is in the register was asked for.
  EXPECT_EQ(fake_.consumer_reads, 0u);
  ASSERT_EQ(post(128), STATUS_OK);
  EXPECT_EQ(fake_.commands.size(), 1u);
  EXPECT_GE(fake_.consumer_reads, 1u);
  // A full queue that has room again is an event, where there are events (IHI 0070, 4.1.2).
  EXPECT_EQ(hardware_.event_waits, GetParam() == Way::polling ? 0u : 1u);
  fake_.run();
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 129u);
  for (std::uint64_t i = 0; i < 129; ++i)
    EXPECT_EQ(commands[i][0] >> 48, i);
}

TEST_P(Waiting, ForMorePlacesThanOneNoEventIsExpected) {
  run_while_waiting();
  for (std::uint16_t i = 0; i < 127; ++i)
    ASSERT_EQ(post(i), STATUS_OK);
  // One place is free, and two are needed: the queue isn't full, so no event tells of it.
  const unsigned events = hardware_.event_waits;
  smmu_batch batch;
  smmu_batch_start(&batch, &smmu_);
  const smmu_command command = {{CMD_TLBI_NH_ASID, 0}};
  smmu_batch_add(&batch, command);
  hardware_.on_wait = [&] {
    if (fake_.commands.empty()) {
      EXPECT_EQ(hardware_.event_waits, events);
    }
    fake_.step();
  };
  EXPECT_EQ(smmu_batch_finish(&batch), STATUS_OK);
}

TEST_P(Waiting, ARefusedCommandIsReplacedByTheHandlerOfGlobalErrors) {
  fake_.refused_opcode = CMD_TLBI_NH_ASID;
  EXPECT_EQ(smmu_invalidate_asid(&smmu_, 1), STATUS_REFUSED);
  EXPECT_EQ(smmu_.command_errors, 1u);
  EXPECT_EQ(fake_[SMMU_GERROR], fake_[SMMU_GERRORN]);
  fake_.refused_opcode = 0;
  EXPECT_EQ(smmu_invalidate_asid(&smmu_, 1), STATUS_OK);
}

TEST_P(Waiting, WithItsInterruptMaskedARefusedCommandStopsTheQueue) {
  fake_.refused_opcode = CMD_TLBI_NH_ASID;
  hardware_.interrupts_masked = true;
  EXPECT_EQ(smmu_invalidate_asid(&smmu_, 1), STATUS_TIMEOUT);
  EXPECT_EQ(smmu_.command_errors, 0u);
  hardware_.interrupts_masked = false;
  take_interrupts();
  EXPECT_EQ(smmu_.command_errors, 1u);
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_OK);
}

// Whoever takes global errors may be the one that waits for space, with interrupts masked.
TEST_P(Waiting, BehindDevicesItSeesToGlobalErrors) {
  fake_[SMMU_IDR0] |= IDR0_ATS;
  ASSERT_EQ(smmu_start_ats(&smmu_), STATUS_OK);
  hardware_.interrupts_masked = true;
  fake_.refused_opcode = CMD_TLBI_NH_ASID;
  ASSERT_EQ(post(1), STATUS_OK);
  for (int i = 1; i < 128; ++i)
    ASSERT_EQ(smmu_post(&smmu_, {{CMD_TLBI_NSNH_ALL, 0}}), STATUS_OK);
  EXPECT_EQ(smmu_.command_errors, 0u);
  hardware_.on_wait = [this] { fake_.run(); };
  EXPECT_EQ(smmu_post(&smmu_, {{CMD_TLBI_NSNH_ALL, 0}}), STATUS_OK);
  EXPECT_EQ(smmu_.command_errors, 1u);
}

// 3.9.1.4, 7.1: fetched again the CMD_SYNC completes, and the device may still use what it has.
TEST_P(Waiting, AnInvalidationThatADeviceLeavesUnansweredIsNotDone) {
  fake_[SMMU_IDR0] |= IDR0_ATS;
  fake_.unanswered_invalidations = 1;
  EXPECT_EQ(smmu_invalidate_device(&smmu_, 3, 0x1000, 0x1000), STATUS_TIMEOUT);
  EXPECT_EQ(smmu_.device_timeouts, 1u);
  EXPECT_EQ(smmu_.command_errors, 0u);
  EXPECT_EQ(fake_[SMMU_GERROR], fake_[SMMU_GERRORN]);
  EXPECT_EQ(smmu_invalidate_device(&smmu_, 3, 0x1000, 0x1000), STATUS_OK);
  EXPECT_EQ(smmu_.device_timeouts, 1u);
}

// PCIe 6.0, 10.3: a device has a minute, and hardware half of one more until it gives it up.
TEST_P(Waiting, ADeviceMayTakeAMinuteToAnswer) {
  fake_[SMMU_IDR0] |= IDR0_ATS;
  ASSERT_EQ(smmu_start_ats(&smmu_), STATUS_OK);
  fake_.runs = false;
  const std::uint64_t start = hardware_.time_ns;
  hardware_.on_wait = [this, start] {
    if (hardware_.time_ns - start > 60'000'000'000) fake_.run();
  };
  EXPECT_EQ(smmu_invalidate_device(&smmu_, 3, 0x1000, 0x1000), STATUS_OK);
  EXPECT_GT(hardware_.time_ns - start, 60'000'000'000u);
  // What never ends is given up.
  hardware_.on_wait = {};
  const std::uint64_t again = hardware_.time_ns;
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_TIMEOUT);
  EXPECT_GT(hardware_.time_ns - again, 90'000'000'000u);
  EXPECT_LT(hardware_.time_ns - again, 92'000'000'000u);
  fake_.run();
}

// Behind one that doesn't answer another may wait that doesn't either.
TEST_P(Waiting, HasTheSameTimeAgainWhenCommandsGetOn) {
  fake_[SMMU_IDR0] |= IDR0_ATS;
  ASSERT_EQ(smmu_start_ats(&smmu_), STATUS_OK);
  fake_.runs = false;
  const std::uint64_t start = hardware_.time_ns;
  bool first = true;
  hardware_.on_wait = [&] {
    if (first && hardware_.time_ns - start > 80'000'000'000) {
      fake_.step();
      first = false;
    }
    if (hardware_.time_ns - start > 160'000'000'000) fake_.run();
  };
  EXPECT_EQ(smmu_invalidate_device(&smmu_, 3, 0x1000, 0x1000), STATUS_OK);
  EXPECT_GT(hardware_.time_ns - start, 160'000'000'000u);
}

// Parts of a batch go out while it is filled, and what becomes of them is its result.
TEST_P(Waiting, ACommandThatWasRefusedBeforeTheBatchWasFullIsTold) {
  smmu_batch batch;
  smmu_batch_start(&batch, &smmu_);
  fake_.refused_opcode = CMD_TLBI_NH_ASID;
  smmu_batch_add(&batch, {{CMD_TLBI_NH_ASID, 0}});
  for (unsigned i = 0; i < SMMU_BATCH; ++i)
    smmu_batch_add(&batch, {{CMD_TLBI_NSNH_ALL, 0}});
  take_interrupts();
  EXPECT_EQ(smmu_.command_errors, 1u);
  EXPECT_EQ(smmu_batch_finish(&batch), STATUS_REFUSED);
  fake_.refused_opcode = 0;
  fake_.take_commands();
}

class WaitingForMessages : public SmmuDriver {
 protected:
  void SetUp() override {
    SmmuDriver::SetUp();
    fake_[SMMU_IDR0] |= IDR0_MSI;
    initialise();
  }
};

TEST_F(WaitingForMessages, TheMessageComesAfterTheConsumerHasPassed) {
  fake_.messages_are_late = true;
  unsigned turns = 0;
  hardware_.on_wait = [&] {
    EXPECT_EQ(fake_[SMMU_CMDQ_CONS], fake_[SMMU_CMDQ_PROD]);
    if (++turns == 2) fake_.deliver();
  };
  ASSERT_EQ(smmu_sync(&smmu_), STATUS_OK);
  EXPECT_EQ(turns, 2u);
}

/// Another processor fills the queue while one waits: SMMU_CMDQ_CONS has passed the CMD_SYNC, but
/// its place is about to be overwritten.
TEST_F(WaitingForMessages, ThePlaceOfACommandThatIsAwaitedIsNotUsedAgain) {
  fake_.messages_are_late = true;
  unsigned posted = 0;
  status last = STATUS_OK;
  hardware_.on_wait = [&] {
    hardware_.on_wait = {};  // the other one's own waits
    while (last == STATUS_OK) {
      const smmu_command command = {{CMD_TLBI_NH_ASID, 0}};
      last = smmu_post(&smmu_, command);
      posted += last == STATUS_OK;
    }
    fake_.deliver();
  };
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_OK);
  EXPECT_EQ(last, STATUS_TIMEOUT);
  EXPECT_EQ(posted, 127u);  // all places but the awaited one
  EXPECT_EQ(fake_.consumer_reads, 0u);
  EXPECT_EQ(fake_.take_commands().size(), 127u);
  // When it has been seen, the rest is free.
  fake_.messages_are_late = false;
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_OK);
}

TEST_F(WaitingForMessages, WhoeverComesLastFreesAllPlacesThatHaveBeenSeen) {
  fake_.runs = false;
  hardware_.on_wait = [&] {
    hardware_.on_wait = [this] { fake_.run(); };
    EXPECT_EQ(smmu_sync(&smmu_), STATUS_OK);  // another processor's, behind ours and seen first
    EXPECT_EQ(smmu_.waiting, 1u);
    EXPECT_LT(smmu_.consumed, smmu_.published - 1);  // ours has not been seen
  };
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_OK);
  EXPECT_EQ(smmu_.waiting, 0u);
  EXPECT_EQ(smmu_.consumed, smmu_.published);
}

TEST_F(WaitingForMessages, AnIncoherentSmmuIsNotWaitedForInMemory) {
  fake_[SMMU_IDR0] = (fake_[SMMU_IDR0] | IDR0_SEV) & ~IDR0_COHACC;
  initialise();
  EXPECT_FALSE(smmu_.sync_by_message);
  hardware_.memory_waits = 0;
  fake_.runs = false;
  hardware_.on_wait = [this] { fake_.run(); };
  EXPECT_EQ(smmu_sync(&smmu_), STATUS_OK);
  EXPECT_EQ(hardware_.memory_waits, 0u);
  EXPECT_EQ(hardware_.event_waits, 1u);
}

}  // namespace
}  // namespace doorbell::sw
