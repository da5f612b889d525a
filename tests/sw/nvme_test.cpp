#include "sw/drivers/nvme/nvme.h"

#include <gtest/gtest.h>

#include "tests/sw/fake_hardware.h"
#include "tests/sw/fake_nvme.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t bus = FakeNvme::bus;
constexpr std::uint64_t data_page = 0x7000'0000;
constexpr unsigned io = 2;

class NvmeDriver : public testing::Test {
 protected:
  enum status open() {
    // The namespace's size, its format and the format's block size (NVMe 1.4, figure 247).
    hardware_.store(FakeNvme::memory, 8, 4096);
    hardware_.store(FakeNvme::memory + 26, 1, 1);
    hardware_.store(FakeNvme::memory + 128 + 4 + 2, 1, 9);
    return nvme_open(&drive_, FakeNvme::registers, FakeNvme::memory, bus);
  }
  void open_queue() {
    ASSERT_EQ(open(), STATUS_OK);
    ASSERT_EQ(nvme_add_queue(&drive_, io, 7), STATUS_OK);
    controller_.commands.clear();
  }
  enum status read_page(std::uint64_t block) {
    const nvme_command command = nvme_transfer(&drive_, false, block, 8, data_page);
    return nvme_submit(&drive_, io, &command);
  }

  FakeHardware hardware_;
  FakeNvme controller_{hardware_};
  nvme drive_{};
};

TEST_F(NvmeDriver, BringsTheControllerUp) {
  ASSERT_EQ(open(), STATUS_OK);
  EXPECT_EQ(controller_.words[0x24], 0x001f001fu);  // AQA
  EXPECT_EQ(controller_.words[0x28], bus + 0x1000);
  EXPECT_EQ(controller_.words[0x30], bus + 0x2000);
  EXPECT_EQ(controller_.words[0x14], 0x00460001u);  // CC
  EXPECT_EQ(drive_.block_size, 512u);
  EXPECT_EQ(drive_.blocks, 4096u);
  ASSERT_EQ(controller_.commands.size(), 2u);
  EXPECT_EQ(controller_.commands[0].opcode(), 0x06u);  // Identify
  EXPECT_EQ(controller_.commands[0].prp1(), bus);
  EXPECT_EQ(controller_.commands[1].opcode(), 0x09u);  // Set Features
  EXPECT_EQ(controller_.commands[1].dwords[10], 7u);
  EXPECT_EQ(controller_.commands[1].dwords[11], 0x00030003u);
  EXPECT_EQ(nvme_close(&drive_), STATUS_TIMEOUT);  // SHST never changes
  EXPECT_EQ(controller_.words[0x14], 0x00464001u);
}

TEST_F(NvmeDriver, TellsOfAControllerThatCannotBeUsed) {
  controller_.words[0] = 30;  // queues of 31 entries
  EXPECT_EQ(open(), STATUS_UNSUPPORTED);
  controller_.words[0] = 31;
  controller_.gets_ready = false;
  EXPECT_EQ(open(), STATUS_TIMEOUT);
  controller_.gets_ready = true;
  EXPECT_EQ(open(), STATUS_OK);
  controller_.status_of_next = 2;
  EXPECT_EQ(open(), STATUS_REFUSED);
  controller_.completes = false;
  EXPECT_EQ(open(), STATUS_TIMEOUT);
}

TEST_F(NvmeDriver, MakesAndDeletesQueues) {
  ASSERT_EQ(open(), STATUS_OK);
  controller_.commands.clear();
  ASSERT_EQ(nvme_add_queue(&drive_, 3, 9), STATUS_OK);
  ASSERT_EQ(controller_.commands.size(), 2u);
  const FakeNvme::Command& completions = controller_.commands[0];
  EXPECT_EQ(completions.opcode(), 0x05u);
  EXPECT_EQ(completions.prp1(), bus + 11 * 0x1000);
  EXPECT_EQ(completions.dwords[10], 0x001f0003u);
  EXPECT_EQ(completions.dwords[11], 0x00090003u);
  const FakeNvme::Command& submissions = controller_.commands[1];
  EXPECT_EQ(submissions.opcode(), 0x01u);
  EXPECT_EQ(submissions.prp1(), bus + 10 * 0x1000);
  EXPECT_EQ(submissions.dwords[10], 0x001f0003u);
  EXPECT_EQ(submissions.dwords[11], 0x00030001u);
  EXPECT_EQ(nvme_remove_queue(&drive_, 3), STATUS_OK);
  EXPECT_EQ(controller_.commands[2].opcode(), 0x00u);  // the submission queue first
  EXPECT_EQ(controller_.commands[3].opcode(), 0x04u);
  EXPECT_EQ(controller_.commands[3].dwords[10], 3u);
  EXPECT_EQ(nvme_add_queue(&drive_, 0, 9), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(nvme_add_queue(&drive_, NVME_IO_QUEUES + 1, 9), STATUS_BAD_ARGUMENT);
}

TEST_F(NvmeDriver, DescribesDataByPrps) {
  open_queue();
  // Up to the end of a page, into the next, and over two more.
  EXPECT_EQ(nvme_read(&drive_, io, 0x1'0000'0005, 7, data_page + 0x200), STATUS_OK);
  EXPECT_EQ(nvme_write(&drive_, io, 6, 8, data_page + 0x200), STATUS_OK);
  EXPECT_EQ(nvme_read(&drive_, io, 7, 24, data_page + 0x200), STATUS_OK);
  ASSERT_EQ(controller_.commands.size(), 3u);
  const FakeNvme::Command& one = controller_.commands[0];
  EXPECT_EQ(one.queue, io);
  EXPECT_EQ(one.opcode(), 0x02u);
  EXPECT_EQ(one.dwords[1], 1u);  // the namespace
  EXPECT_EQ(one.prp1(), data_page + 0x200);
  EXPECT_EQ(one.prp2(), 0u);
  EXPECT_EQ(one.dwords[10], 5u);
  EXPECT_EQ(one.dwords[11], 1u);
  EXPECT_EQ(one.dwords[12], 6u);  // blocks, less one
  EXPECT_EQ(controller_.commands[1].opcode(), 0x01u);
  EXPECT_EQ(controller_.commands[1].prp2(), data_page + 0x1000);
  const std::uint64_t list = controller_.commands[2].prp2();
  EXPECT_EQ(list, bus + 9 * 0x1000);
  for (unsigned i = 0; i < 3; ++i)
    EXPECT_EQ(hardware_.load(list - bus + FakeNvme::memory + 8 * i, 8),
              data_page + (i + 1) * 0x1000);
  EXPECT_EQ(hardware_.load(list - bus + FakeNvme::memory + 24, 8), 0u);
}

TEST_F(NvmeDriver, TellsTheStatusOfARefusedCommand) {
  open_queue();
  controller_.status_of_next = 0x80;
  EXPECT_EQ(nvme_read(&drive_, io, 0, 1, data_page), STATUS_REFUSED);
  EXPECT_EQ(drive_.last_status, 0x80u);
  EXPECT_EQ(nvme_flush(&drive_, io), STATUS_OK);
  EXPECT_EQ(drive_.last_status, 0u);
}

TEST_F(NvmeDriver, TheControllersPhaseTurnsWithTheQueue) {
  open_queue();
  for (unsigned i = 0; i < 3 * NVME_QUEUE_ENTRIES; ++i) {
    ASSERT_EQ(nvme_flush(&drive_, io), STATUS_OK) << i;
    ASSERT_EQ(controller_.heads[io], (i + 1) % NVME_QUEUE_ENTRIES);
    ASSERT_EQ(controller_.commands[i].number(), i);
  }
}

TEST_F(NvmeDriver, AQueueHoldsOneLessThanItHasEntries) {
  open_queue();
  controller_.completes = false;
  for (unsigned i = 0; i < NVME_QUEUE_ENTRIES - 1; ++i)
    ASSERT_EQ(read_page(i), STATUS_OK);
  EXPECT_EQ(read_page(0), STATUS_NO_SPACE);
  EXPECT_EQ(controller_.commands.size(), NVME_QUEUE_ENTRIES - 1);
  nvme_completion completion{};
  EXPECT_FALSE(nvme_take_completion(&drive_, io, &completion));
  controller_.complete(io, 0x281, 0x1234);
  controller_.complete(io);
  ASSERT_TRUE(nvme_take_completion(&drive_, io, &completion));
  EXPECT_EQ(completion.command, 0u);
  EXPECT_EQ(completion.status, 0x281u);
  EXPECT_EQ(completion.result, 0x1234u);
  EXPECT_EQ(read_page(0), STATUS_OK);
  EXPECT_EQ(read_page(0), STATUS_NO_SPACE);
  ASSERT_TRUE(nvme_take_completion(&drive_, io, &completion));
  EXPECT_EQ(completion.command, 1u);
  EXPECT_FALSE(nvme_take_completion(&drive_, io, &completion));
  EXPECT_EQ(controller_.heads[io], 0u);  // nobody has released them
  nvme_release_completions(&drive_, io);
  EXPECT_EQ(controller_.heads[io], 2u);
}

}  // namespace
}  // namespace doorbell::sw
