// Queues and doorbells (NVMe 1.4 4.1, 5.3 to 5.6, 3.1.24).
#include "doorbell/pcie/arch/nvme/queue.h"

#include <gtest/gtest.h>

namespace doorbell::pcie::nvme {
namespace {

constexpr std::uint32_t contiguous = 1, interrupts = 2;

Command create(unsigned id, unsigned entries, std::uint32_t cdw11 = contiguous,
               std::uint64_t prp1 = 0x10'0000) {
  return {.prp1 = prp1, .dwords = {id | (entries - 1) << 16, cdw11}};
}
Command create_for(unsigned id, unsigned completion_queue) {
  return create(id, 8, contiguous | completion_queue << 16);
}
Command delete_of(unsigned id) {
  return {.dwords = {id}};
}

class NvmeQueues : public testing::Test {
 protected:
  NvmeQueues() { queues.open_admin(0x001f'001f, 0x1000, 0x2000); }
  Queues queues{4, 5};
};

TEST_F(NvmeQueues, CompletionQueuesHaveRules) {
  EXPECT_EQ(queues.create_completion_queue(create(0, 8)), Status::invalid_queue_identifier);
  EXPECT_EQ(queues.create_completion_queue(create(5, 8)), Status::invalid_queue_identifier);
  EXPECT_EQ(queues.create_completion_queue(create(1, 1)), Status::invalid_queue_size);
  EXPECT_EQ(queues.create_completion_queue(create(1, 1025)), Status::invalid_queue_size);
  EXPECT_EQ(queues.create_completion_queue(create(1, 8, interrupts)), Status::invalid_field);
  EXPECT_EQ(queues.create_completion_queue(create(1, 8, contiguous, 0x1004)),
            Status::prp_offset_invalid);
  EXPECT_EQ(queues.create_completion_queue(create(1, 8, contiguous | interrupts | 5 << 16)),
            Status::invalid_interrupt_vector);
  EXPECT_EQ(queues.create_completion_queue(create(1, 1024, contiguous | interrupts | 4 << 16)),
            Status::success);
  EXPECT_EQ(queues.create_completion_queue(create(1, 8)), Status::invalid_queue_identifier);
  ASSERT_NE(queues.completion(1), nullptr);
  EXPECT_EQ(queues.completion(1)->vector, 4u);
  EXPECT_TRUE(queues.completion(1)->interrupts);
  EXPECT_EQ(queues.completion(1)->entries, 1024u);
}

TEST_F(NvmeQueues, SubmissionQueuesNeedTheirCompletionQueue) {
  EXPECT_EQ(queues.create_submission_queue(create_for(1, 0)), Status::invalid_queue_identifier);
  EXPECT_EQ(queues.create_submission_queue(create_for(1, 9)), Status::invalid_queue_identifier);
  EXPECT_EQ(queues.create_submission_queue(create_for(1, 2)), Status::completion_queue_invalid);
  EXPECT_EQ(queues.create_completion_queue(create(2, 8)), Status::success);
  EXPECT_FALSE(queues.submission(1));
  EXPECT_EQ(queues.create_submission_queue(create_for(1, 2)), Status::success);
  EXPECT_EQ(queues.create_submission_queue(create_for(1, 2)), Status::invalid_queue_identifier);
  EXPECT_TRUE(queues.any_io_queue());
}

TEST_F(NvmeQueues, ACompletionQueueInUseStays) {
  Status status{};
  queues.create_completion_queue(create(2, 8));
  queues.create_submission_queue(create_for(1, 2));
  EXPECT_EQ(queues.delete_completion_queue(delete_of(2)), Status::invalid_queue_deletion);
  EXPECT_EQ(queues.delete_completion_queue(delete_of(0)), Status::invalid_queue_identifier);
  EXPECT_EQ(queues.delete_completion_queue(delete_of(3)), Status::invalid_queue_identifier);
  EXPECT_EQ(queues.closing(delete_of(0), status), nullptr);
  EXPECT_EQ(status, Status::invalid_queue_identifier);
  EXPECT_NE(queues.closing(delete_of(1), status), nullptr);
  EXPECT_EQ(queues.closing(delete_of(1), status), nullptr);  // once
  queues.remove_submission_queue(1);
  EXPECT_EQ(queues.delete_completion_queue(delete_of(2)), Status::success);
  EXPECT_FALSE(queues.any_io_queue());
}

TEST_F(NvmeQueues, DoorbellsOfQueuesThatAreThere) {
  EXPECT_EQ(queues.ring(0, 3, 17), DoorbellOutcome::taken);
  EXPECT_EQ(queues.submission(0)->tail, 3u);
  EXPECT_EQ(queues.submission(0)->offered[2], 17u);
  EXPECT_EQ(queues.ring(0, 32, 0), DoorbellOutcome::invalid_value);
  EXPECT_EQ(queues.ring(8, 0, 0), DoorbellOutcome::invalid_register);
  EXPECT_EQ(queues.ring(0xff8, 0, 0), DoorbellOutcome::invalid_register);
  EXPECT_EQ(queues.ring(4, 1, 0), DoorbellOutcome::invalid_value);  // nothing to take
  queues.completion(0)->advance();
  EXPECT_EQ(queues.ring(4, 1, 0), DoorbellOutcome::taken);
  EXPECT_TRUE(queues.completion(0)->empty());
}

// Queues of two entries, as EDK2's: full with one, and the phase changes at each second completion.
TEST_F(NvmeQueues, TwoEntries) {
  queues.reset();
  queues.open_admin(0x0001'0001, 0x1000, 0x2000);
  CompletionQueue& queue = *queues.completion(0);
  for (unsigned i = 0; i < 6; ++i) {
    EXPECT_EQ(queue.phase, i / 2 % 2 == 0) << i;
    EXPECT_EQ(queue.slot(), 0x2000 + 16 * (i % 2)) << i;
    EXPECT_FALSE(queue.full());
    queue.advance();
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queues.ring(4, (i + 1) % 2, 0), DoorbellOutcome::taken);
  }
}

TEST_F(NvmeQueues, AreServedInTurn) {
  for (unsigned id = 1; id <= 3; ++id) {
    queues.create_completion_queue(create(id, 8));
    queues.create_submission_queue(create_for(id, id));
  }
  EXPECT_EQ(queues.next_with_work(), 0u);
  queues.ring(8, 2, 0);
  queues.ring(24, 2, 0);
  EXPECT_EQ(queues.next_with_work(), 1u);
  EXPECT_EQ(queues.next_with_work(), 3u);
  EXPECT_EQ(queues.next_with_work(), 1u);
  queues.submission(1)->under_way = 8;  // as many as it has entries
  EXPECT_EQ(queues.next_with_work(), 3u);
  queues.submission(3)->closing = true;
  EXPECT_EQ(queues.next_with_work(), 0u);
}

}  // namespace
}  // namespace doorbell::pcie::nvme
