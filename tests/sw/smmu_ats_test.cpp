// The driver's ATS and PRI: what it sends to caches of devices, and how it takes their page
// requests.
#include "sw/drivers/smmu/ats.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "tests/sw/smmu_driver.h"

namespace doorbell::sw {
namespace {

class AtsDriver : public SmmuDriver {
 protected:
  void start() {
    fake_[SMMU_IDR0] |= IDR0_ATS | IDR0_PRI;
    fake_[SMMU_IDR1] |= 8 << 11 | 8 << 6;
    initialise();
  }
  void push(std::uint64_t word0, std::uint64_t word1) {
    std::uint64_t& producer = fake_[SMMU_PRIQ_PROD];
    const std::uint64_t entry = queue_.base + 16 * (producer & 3);
    hardware_.store(entry, 8, word0);
    hardware_.store(entry + 8, 8, word1);
    producer = (producer & PRIQ_OVERFLOW) | ((producer + 1) & 7);
  }
  Command only_command() {
    const auto commands = fake_.take_commands();
    EXPECT_EQ(commands.size(), 1u);
    return commands.empty() ? Command{} : commands[0];
  }
  bool next(smmu_page_request* request) {
    return smmu_next_page_request(&smmu_, &queue_, request, &overflowed_);
  }
  std::uint64_t eats(std::uint32_t stream_id) {
    return field_get(STE1_EATS, hardware_.load(smmu_.stream_table + 64 * stream_id + 8, 8));
  }
  void attach(std::uint32_t stream_id) {
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &domain_, 5, 48), STATUS_OK);
    ASSERT_EQ(smmu_attach(&smmu_, stream_id, &domain_), STATUS_OK);
  }
  /// The opcode of the command that is being carried out.
  std::uint64_t opcode() {
    const std::uint64_t place = (fake_[SMMU_CMDQ_CONS] - 1) & (BIT(smmu_.log2_commands) - 1);
    return hardware_.load(smmu_.commands.base + 16 * place, 8) & 0xff;
  }
  smmu_queue queue_{};
  smmu_domain domain_{};
  bool overflowed_ = false;
};

TEST_F(AtsDriver, IsOffUnlessItIsStarted) {
  start();
  EXPECT_EQ(fake_[SMMU_CR0], CR0_SMMUEN | CR0_EVENTQEN | CR0_CMDQEN);
  ASSERT_EQ(smmu_start_ats(&smmu_), STATUS_OK);
  EXPECT_EQ(fake_[SMMU_CR0], CR0_SMMUEN | CR0_EVENTQEN | CR0_CMDQEN | CR0_ATSCHK);
  fake_[SMMU_IDR0] &= ~(IDR0_ATS | IDR0_PRI);
  EXPECT_EQ(smmu_start_ats(&smmu_), STATUS_UNSUPPORTED);
  EXPECT_EQ(smmu_start_page_requests(&smmu_, &queue_, 2), STATUS_UNSUPPORTED);
}

TEST_F(AtsDriver, AStreamHasItByItsEntry) {
  start();
  ASSERT_EQ(smmu_bypass(&smmu_, 3), STATUS_OK);
  EXPECT_EQ(smmu_allow_ats(&smmu_, 3, true), STATUS_BAD_ARGUMENT);
  attach(3);
  fake_.take_commands();
  ASSERT_EQ(smmu_allow_ats(&smmu_, 3, true), STATUS_OK);
  EXPECT_EQ(eats(3), EATS_FULL);
  for (const Command& command : fake_.take_commands())
    EXPECT_NE(command[0] & 0xff, CMD_ATC_INV);
  ASSERT_EQ(smmu_allow_ats(&smmu_, 3, false), STATUS_OK);
  EXPECT_EQ(eats(3), EATS_NONE);
  const Command last = fake_.take_commands().back();
  EXPECT_EQ(last, (Command{3ULL << 32 | CMD_ATC_INV, ATC_SIZE_ALL}));
}

// 3.9.2: what is Translated and under way has arrived before the STE forbids it.
TEST_F(AtsDriver, AStreamLosesItOnlyWhenItsCacheIsEmpty) {
  start();
  attach(3);
  ASSERT_EQ(smmu_allow_ats(&smmu_, 3, true), STATUS_OK);
  using Seen = std::pair<std::uint64_t, std::uint64_t>;
  std::vector<Seen> seen;  // commands, and EATS when they were carried out
  fake_.on_command = [&] {
    if (opcode() != CMD_PREFETCH_CONFIG) seen.emplace_back(opcode(), eats(3));
  };
  ASSERT_EQ(smmu_allow_ats(&smmu_, 3, false), STATUS_OK);
  EXPECT_EQ(seen, (std::vector<Seen>{{CMD_ATC_INV, EATS_FULL},
                                     {CMD_SYNC, EATS_FULL},
                                     {CMD_CFGI_STE, EATS_NONE},
                                     {CMD_SYNC, EATS_NONE},
                                     {CMD_ATC_INV, EATS_NONE},
                                     {CMD_SYNC, EATS_NONE}}));
}

TEST_F(AtsDriver, AStreamWhoseDeviceDoesNotAnswerLosesItAllTheSame) {
  start();
  attach(3);
  ASSERT_EQ(smmu_allow_ats(&smmu_, 3, true), STATUS_OK);
  fake_.unanswered_invalidations = 1;
  EXPECT_EQ(smmu_allow_ats(&smmu_, 3, false), STATUS_TIMEOUT);
  EXPECT_EQ(eats(3), EATS_NONE);
}

// The smallest span that has all of it, as its address is aligned to it (4.5.1).
TEST_F(AtsDriver, AnInvalidationCoversItsRange) {
  start();
  const auto invalidates = [this](std::uint64_t iova, std::uint64_t size) {
    EXPECT_EQ(smmu_invalidate_device(&smmu_, 3, iova, size), STATUS_OK);
    return only_command()[1];
  };
  EXPECT_EQ(invalidates(0x5000, 0x1000), 0x5000u);
  EXPECT_EQ(invalidates(0x5000, 0x1001), 0x4000u | 2) << "5 and 6 aren't a pair";
  EXPECT_EQ(invalidates(0x4000, 0x2000), 0x4000u | 1);
  EXPECT_EQ(invalidates(0x7000, 0x2000), 0x0000u | 4);
  EXPECT_EQ(invalidates(0, UINT64_MAX), ATC_SIZE_ALL);
  EXPECT_EQ(fake_.syncs, 5u);
  EXPECT_EQ(smmu_invalidate_device(&smmu_, 3, 0x5000, 0), STATUS_OK);
  EXPECT_TRUE(fake_.take_commands().empty());
}

TEST_F(AtsDriver, PageRequestsAreTakenAndAnswered) {
  start();
  fake_[SMMU_PRIQ_IRQ_CFG2] = 1u << 31;  // LO is UNKNOWN out of reset (6.3.36)
  ASSERT_EQ(smmu_start_page_requests(&smmu_, &queue_, 2), STATUS_OK);
  EXPECT_EQ(fake_[SMMU_PRIQ_BASE], queue_.base | QUEUE_BASE_ALLOCATE | 2);
  EXPECT_EQ(fake_[SMMU_PRIQ_IRQ_CFG2], 0u);
  EXPECT_TRUE(fake_[SMMU_CR0] & CR0_PRIQEN);
  EXPECT_EQ(fake_[SMMU_IRQ_CTRL], IRQ_CTRL_GERROR | IRQ_CTRL_PRIQ | IRQ_CTRL_EVENTQ);
  smmu_page_request request{};
  EXPECT_FALSE(next(&request));
  push(PRI0_SSV | PRI0_Last | PRI0_W | 5ULL << 32 | 3, 0x7000 | 0x1ff);
  push(PRI0_R | PRI0_Priv | PRI0_X | 4, 0xffff'0000'0000'1000);
  ASSERT_TRUE(next(&request));
  EXPECT_EQ(request.stream_id, 3u);
  EXPECT_TRUE(request.has_substream && request.writes && request.last);
  EXPECT_FALSE(request.reads || request.executes || request.privileged);
  EXPECT_EQ(request.substream, 5u);
  EXPECT_EQ(request.iova, 0x7000u);
  EXPECT_EQ(request.group, 0x1ffu);
  EXPECT_EQ(fake_[SMMU_PRIQ_CONS], 1u);
  ASSERT_EQ(smmu_answer_page_request(&smmu_, &request, PAGE_RESPONSE_SUCCESS), STATUS_OK);
  EXPECT_EQ(only_command(),
            (Command{3ULL << 32 | 5 << 12 | CMD0_SSV | CMD_PRI_RESP, 2 << 12 | 0x1ff}));
  ASSERT_TRUE(next(&request));
  EXPECT_TRUE(request.reads && request.executes && request.privileged);
  EXPECT_FALSE(request.has_substream || request.writes || request.last);
  EXPECT_EQ(request.iova, 0xffff'0000'0000'1000u);
  ASSERT_EQ(smmu_answer_page_request(&smmu_, &request, PAGE_RESPONSE_FAILURE), STATUS_OK);
  EXPECT_EQ(only_command(), (Command{4ULL << 32 | CMD_PRI_RESP, 0}));
}

// 8.1: nothing more comes until an overflow is acknowledged, also of a queue that is empty.
TEST_F(AtsDriver, AnOverflowIsAcknowledged) {
  start();
  ASSERT_EQ(smmu_start_page_requests(&smmu_, &queue_, 20), STATUS_OK);
  EXPECT_EQ(queue_.log2_entries, 8u) << "SMMU_IDR1.PRIQS";
  ASSERT_EQ(smmu_start_page_requests(&smmu_, &queue_, 2), STATUS_OK);
  fake_[SMMU_PRIQ_PROD] |= PRIQ_OVERFLOW;
  smmu_page_request request{};
  EXPECT_FALSE(next(&request));
  EXPECT_TRUE(overflowed_);
  EXPECT_EQ(fake_[SMMU_PRIQ_CONS], PRIQ_OVERFLOW);
  push(PRI0_R | 4, 0);
  EXPECT_TRUE(next(&request));
  EXPECT_EQ(fake_[SMMU_PRIQ_CONS], 1 | PRIQ_OVERFLOW);
  EXPECT_FALSE(next(&request));
  EXPECT_FALSE(overflowed_) << "told once";
}

// 8.1.1: requests that came after those which were lost would be taken for the rest of their group.
TEST_F(AtsDriver, AnOverflowIsAcknowledgedOnceTheQueueIsEmpty) {
  start();
  ASSERT_EQ(smmu_start_page_requests(&smmu_, &queue_, 2), STATUS_OK);
  for (const std::uint64_t before : {std::uint64_t{0}, std::uint64_t{PRIQ_OVERFLOW}}) {
    for (unsigned i = 0; i < 4; ++i)
      push(PRI0_R | 4, 0);
    fake_[SMMU_PRIQ_PROD] ^= PRIQ_OVERFLOW;
    smmu_page_request request{};
    for (unsigned i = 0; i < 4; ++i) {
      ASSERT_TRUE(next(&request));
      EXPECT_FALSE(overflowed_);
      EXPECT_EQ(fake_[SMMU_PRIQ_CONS] & PRIQ_OVERFLOW, before) << i;
    }
    EXPECT_FALSE(next(&request));
    EXPECT_TRUE(overflowed_);
    EXPECT_EQ(fake_[SMMU_PRIQ_CONS], fake_[SMMU_PRIQ_PROD]);
  }
}

}  // namespace
}  // namespace doorbell::sw
