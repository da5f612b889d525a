// Stalled transactions as the driver of the SMMU answers them (IHI 0070 3.12.2, 4.7.1, 4.7.2).
#include "sw/drivers/smmu/contexts.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/stage2.h"
#include "sw/drivers/smmu/stalls.h"
#include "sw/drivers/smmu/structures.h"
#include "tests/sw/smmu_driver.h"

namespace doorbell::sw {
namespace {

class SmmuStalls : public SmmuDriver {
 protected:
  void offer(unsigned model) {
    fake_[SMMU_IDR0] = (fake_[SMMU_IDR0] & ~IDR0_STALL_MODEL) | field_put(IDR0_STALL_MODEL, model);
    initialise();
  }
  /// One more record in the queue.
  void record(const smmu_event& event) {
    std::uint64_t& producer = fake_[SMMU_EVENTQ_PROD];
    const std::uint64_t at = smmu_.events.base + 32 * (producer % 8);
    for (unsigned i = 0; i < 4; ++i)
      hardware_.store(at + 8 * i, 8, event.words[i]);
    producer = (producer + 1) % 16;
  }
  std::uint64_t word_of_stream(std::uint32_t stream, unsigned word) {
    return hardware_.load(smmu_.stream_table + 64 * stream + 8 * word, 8);
  }
};

constexpr std::uint64_t stall_bit = 1ull << 31, read_bit = 1ull << 35;

// Layout of 7.3.13, written out.
TEST_F(SmmuStalls, AStallIsReadFromItsRecord) {
  smmu_event event{{0x10 | 1u << 11 | 0x345ull << 12 | 0x42ull << 32, 0x9abc | stall_bit | read_bit,
                    0x1234'5678, 0}};
  smmu_stall stall{};
  ASSERT_TRUE(smmu_stall_of(&event, &stall));
  EXPECT_EQ(stall.stream_id, 0x42u);
  EXPECT_EQ(stall.tag, 0x9abcu);
  EXPECT_TRUE(stall.has_substream);
  EXPECT_EQ(stall.substream, 0x345u);
  EXPECT_EQ(stall.address, 0x1234'5678u);
  EXPECT_FALSE(stall.write);
  EXPECT_FALSE(stall.stage_2);
  event.words[0] &= ~(1ull << 11);
  event.words[1] = (event.words[1] & ~read_bit) | 1ull << 39;
  event.words[3] = 0xabc'd000;
  ASSERT_TRUE(smmu_stall_of(&event, &stall));
  EXPECT_FALSE(stall.has_substream);
  EXPECT_EQ(stall.substream, 0u);
  EXPECT_TRUE(stall.write);
  EXPECT_TRUE(stall.stage_2);
  EXPECT_EQ(stall.ipa, 0xabc'd000u);
}

// Bit 31 of other records is something else, and of one that was terminated 0.
TEST_F(SmmuStalls, NobodyWaitsBehindOtherRecords) {
  smmu_stall stall{};
  smmu_event event{{0x10 | 0x42ull << 32, 0, 0, 0}};
  EXPECT_FALSE(smmu_stall_of(&event, &stall));
  for (const std::uint64_t number : {0x01u, 0x0bu, 0x0fu, 0x14u, 0x20u, 0x24u}) {
    event = {{number | 0x42ull << 32, stall_bit, 0, 0}};
    EXPECT_FALSE(smmu_stall_of(&event, &stall)) << number;
  }
  for (const std::uint64_t number : {0x10u, 0x11u, 0x12u, 0x13u}) {
    event.words[0] = number | 0x42ull << 32;
    EXPECT_TRUE(smmu_stall_of(&event, &stall)) << number;
  }
}

struct Heard {
  std::vector<smmu_stall> stalls;
  std::vector<std::uint64_t> others;
};
smmu_answer answer(void* context, const smmu_stall* stall) {
  auto& heard = *static_cast<Heard*>(context);
  heard.stalls.push_back(*stall);
  return static_cast<smmu_answer>(stall->tag % 3);
}
void hear(void* context, const smmu_event* event) {
  static_cast<Heard*>(context)->others.push_back(event->words[0]);
}

TEST_F(SmmuStalls, EachIsAnsweredAndTheOthersAreTold) {
  offer(STALL_MODEL_BOTH);
  for (std::uint64_t tag = 0; tag < 3; ++tag)
    record({{0x10 | (0x40 + tag) << 32, tag | stall_bit, 0, 0}});
  record({{0x02 | 0x50ull << 32, 0, 0, 0}});
  Heard heard;
  const smmu_event_handler handler{answer, hear, &heard};
  EXPECT_EQ(smmu_handle_events(&smmu_, &handler), STATUS_OK);
  EXPECT_EQ(heard.stalls.size(), 3u);
  EXPECT_EQ(heard.others, (std::vector<std::uint64_t>{0x02 | 0x50ull << 32}));
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0], (Command{0x44 | 1u << 12 | 0x40ull << 32, 0}));  // retry
  EXPECT_EQ(commands[1], (Command{0x44 | 1u << 13 | 0x41ull << 32, 1}));  // abort
  EXPECT_EQ(commands[2], (Command{0x44 | 0x42ull << 32, 2}));             // RAZ/WI
  EXPECT_EQ(fake_.syncs, 0u);
  record({{0x02 | 0x51ull << 32, 0, 0, 0}});
  const smmu_event_handler deaf{answer, nullptr, &heard};
  EXPECT_EQ(smmu_handle_events(&smmu_, &deaf), STATUS_OK);
  EXPECT_TRUE(fake_.take_commands().empty());
}

TEST_F(SmmuStalls, AStreamThatIsGivenUpIsTerminated) {
  offer(STALL_MODEL_BOTH);
  EXPECT_EQ(smmu_terminate_stalls(&smmu_, 0x42), STATUS_OK);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0], (Command{0x45 | 0x42ull << 32, 0}));
}

// Without the stall model both commands are CERROR_ILL.
TEST_F(SmmuStalls, WithoutTheModelNoCommandIsSent) {
  offer(STALL_MODEL_TERMINATE);
  const smmu_stall stall{.stream_id = 1, .tag = 1};
  EXPECT_EQ(smmu_resume(&smmu_, &stall, SMMU_RETRY), STATUS_UNSUPPORTED);
  EXPECT_EQ(smmu_terminate_stalls(&smmu_, 1), STATUS_UNSUPPORTED);
  EXPECT_TRUE(fake_.take_commands().empty());
}

// 5.5: S1STALLD and CD.S exclude each other; both are ILLEGAL without the model, and a forced one
// wants CD.S.
TEST_F(SmmuStalls, ADomainSaysWhetherItsFaultsStall) {
  struct {
    unsigned model;
    bool wanted, S, S1STALLD;
  } const cases[] = {{STALL_MODEL_BOTH, false, false, true},
                     {STALL_MODEL_BOTH, true, true, false},
                     {STALL_MODEL_TERMINATE, false, false, false},
                     {STALL_MODEL_TERMINATE, true, false, false},
                     {2, false, true, false},
                     {2, true, true, false}};
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.model << c.wanted);
    offer(c.model);
    smmu_domain domain{};
    domain.stalls = c.wanted;
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &domain, 5, 48), STATUS_OK);
    ASSERT_EQ(smmu_attach(&smmu_, 0x42, &domain), STATUS_OK);
    EXPECT_EQ((hardware_.load(domain.context_descriptor, 8) >> 44 & 1) != 0, c.S);
    EXPECT_EQ((word_of_stream(0x42, 1) >> 27 & 1) != 0, c.S1STALLD);
  }
}

TEST_F(SmmuStalls, SoDoesADomainOfStage2) {
  fake_[SMMU_IDR0] |= IDR0_S2P;
  offer(STALL_MODEL_BOTH);
  for (const bool wanted : {false, true}) {
    smmu_domain domain{};
    domain.stalls = wanted;
    ASSERT_EQ(smmu_domain_initialise_stage_2(&smmu_, &domain, 7, 40, GRANULE_4K), STATUS_OK);
    ASSERT_EQ(smmu_attach(&smmu_, 0x42, &domain), STATUS_OK);
    EXPECT_EQ((word_of_stream(0x42, 2) >> 57 & 1) != 0, wanted);
  }
}

// Of substreams the stream's table has to allow it; a quiet CD ends faults in silence.
TEST_F(SmmuStalls, SubstreamsStallIfTheirTableLetsThem) {
  fake_[SMMU_IDR1] |= field_put(IDR1_SSIDSIZE, 8);
  smmu_.substream_id_bits = 8;
  offer(STALL_MODEL_BOTH);
  smmu_domain domain{};
  domain.stalls = true;
  ASSERT_EQ(smmu_domain_initialise(&smmu_, &domain, 5, 48), STATUS_OK);
  smmu_contexts contexts{};
  ASSERT_EQ(smmu_contexts_initialise(&smmu_, &contexts, 4), STATUS_OK);
  EXPECT_EQ(smmu_set_context(&smmu_, &contexts, 3, &domain), STATUS_BAD_ARGUMENT);
  contexts.stalls = true;
  ASSERT_EQ(smmu_attach_contexts(&smmu_, 0x42, &contexts), STATUS_OK);
  EXPECT_EQ(word_of_stream(0x42, 1) >> 27 & 1, 0u);
  ASSERT_EQ(smmu_set_context(&smmu_, &contexts, 3, &domain), STATUS_OK);
  const std::uint64_t descriptor = contexts.table + 3 * 64;
  EXPECT_EQ(hardware_.load(descriptor, 8) >> 44 & 1, 1u);
  ASSERT_EQ(smmu_quiet_context(&smmu_, &contexts, 3, &domain), STATUS_OK);
  EXPECT_EQ(hardware_.load(descriptor, 8) >> 44 & 3, 0u);  // neither S nor R
}

}  // namespace
}  // namespace doorbell::sw
