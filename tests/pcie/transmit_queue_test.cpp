// A port's queue in front of its credits: exact limits, odd counts, and who may go first.
#include "doorbell/pcie/transmit_queue.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/simulation.h"

namespace doorbell::pcie::test {
namespace {

class TransmitQueueTest : public ::testing::Test {
 protected:
  /// Credits of a class of TLPs: headers and data.
  void give(TlpClass kind, std::uint64_t headers, std::uint64_t data) {
    credits[header_credits(kind)].give(headers);
    credits[data_credits(kind)].give(data);
  }
  std::uint64_t headers(TlpClass kind) { return credits[header_credits(kind)].available(); }
  std::uint64_t data(TlpClass kind) { return credits[data_credits(kind)].available(); }

  static Tlp write(unsigned length, std::uint64_t address = 0x1000) {
    Tlp tlp;
    tlp.type = pcie_tlp::Type::memory_write;
    tlp.address = address;
    tlp.length = length;
    return tlp;
  }
  static Tlp read() {
    Tlp tlp = write(64);
    tlp.type = pcie_tlp::Type::memory_read;
    return tlp;
  }
  static Tlp completion() {
    Tlp tlp = write(64);
    tlp.type = pcie_tlp::Type::completion_with_data;
    tlp.byte_count = 64;
    return tlp;
  }
  Task<void> send(Tlp tlp) { co_await queue.send(tlp); }
  Task<void> give_later(std::uint64_t headers, std::uint64_t data) {
    co_await Delay{scheduler, 100 * nanosecond};
    give(TlpClass::posted, headers, data);
  }
  void start(const Tlp& tlp) { tasks.spawn(send(tlp)); }
  static void run() { sc_core::sc_start(1, sc_core::SC_US); }

  struct Owner : Module {
    Owner() : Module("owner") {}
  };
  Owner owner;
  Scheduler& scheduler = owner.scheduler();
  TaskGroup tasks{scheduler};
  Credits none() { return {scheduler, 0}; }
  std::array<Credits, PcieTlp::credit_classes> credits{none(), none(), none(),
                                                       none(), none(), none()};
  std::vector<pcie_tlp::Type> left;
  TransmitQueue queue{
      scheduler,
      owner.statistics(),
      {{&credits[0], &credits[1], &credits[2], &credits[3], &credits[4], &credits[5]},
       [this](const Tlp& tlp) { left.push_back(tlp.type); },
       tasks}};
};

constexpr auto MWr = pcie_tlp::Type::memory_write;
constexpr auto MRd = pcie_tlp::Type::memory_read;
constexpr auto CplD = pcie_tlp::Type::completion_with_data;
using Types = std::vector<pcie_tlp::Type>;

TEST_F(TransmitQueueTest, ExactlyEnoughCreditsAreEnough) {
  give(TlpClass::posted, 1, 16);
  EXPECT_TRUE(queue.try_send(write(256)));
  EXPECT_EQ(headers(TlpClass::posted), 0u);
  EXPECT_EQ(data(TlpClass::posted), 0u);
}

TEST_F(TransmitQueueTest, OneDataCreditTooFewIsTooFewAndTakesNoHeader) {
  give(TlpClass::posted, 1, 15);
  EXPECT_FALSE(queue.try_send(write(256)));
  EXPECT_EQ(headers(TlpClass::posted), 1u);
  EXPECT_EQ(data(TlpClass::posted), 15u);
  EXPECT_TRUE(queue.try_send(write(240)));
}

TEST_F(TransmitQueueTest, OddLengthsTakeTheDoubleWordsThatTheyTouch) {
  give(TlpClass::posted, 3, 5);
  EXPECT_TRUE(queue.try_send(write(17)));
  EXPECT_EQ(data(TlpClass::posted), 3u);
  EXPECT_TRUE(queue.try_send(write(14, 0x1003)));  // five double words
  EXPECT_EQ(data(TlpClass::posted), 1u);
  EXPECT_TRUE(queue.try_send(write(13, 0x1003)));  // four
  EXPECT_EQ(data(TlpClass::posted), 0u);
}

TEST_F(TransmitQueueTest, ClassesHaveCreditsOfTheirOwn) {
  give(TlpClass::non_posted, 1, 0);
  give(TlpClass::completion, 1, 4);
  EXPECT_FALSE(queue.try_send(write(4)));
  EXPECT_TRUE(queue.try_send(read()));
  EXPECT_TRUE(queue.try_send(completion()));
  EXPECT_EQ(left, (Types{MRd, CplD}));
}

TEST_F(TransmitQueueTest, AWaitingWriteHoldsReadsAndCompletionsBack) {
  give(TlpClass::non_posted, 1, 0);
  give(TlpClass::completion, 1, 4);
  start(write(64));
  start(read());
  start(completion());
  run();
  EXPECT_EQ(left, Types{});
  give(TlpClass::posted, 1, 4);
  run();
  EXPECT_EQ(left, (Types{MWr, MRd, CplD}));
}

TEST_F(TransmitQueueTest, AWritePassesReadsAndCompletionsThatWait) {
  give(TlpClass::posted, 1, 4);
  start(read());
  start(completion());
  start(write(64));
  run();
  EXPECT_EQ(left, (Types{MWr}));
  give(TlpClass::completion, 1, 4);
  run();
  EXPECT_EQ(left, (Types{MWr, CplD})) << "a completion passes a read that waits";
}

TEST_F(TransmitQueueTest, OnesOfAKindLeaveInOrderAsCreditsCome) {
  for (unsigned length : {64u, 16u, 16u})
    start(write(length));
  give(TlpClass::posted, 3, 3);
  run();
  EXPECT_EQ(left, Types{}) << "later ones would have credits, but don't pass";
  give(TlpClass::posted, 0, 1);
  run();
  EXPECT_EQ(left, (Types{MWr}));
  give(TlpClass::posted, 0, 2);
  run();
  EXPECT_EQ(left, (Types{MWr, MWr, MWr}));
}

TEST_F(TransmitQueueTest, AnMsiSaysWhichCreditsItWaitsFor) {
  JourneyLog& journeys = owner.simulation().journeys();
  journeys.keep_spans(0, never);
  const StageId stage = owner.simulation().stages().add({"endpoint", 10, "", ""});
  for (const bool headers_alone : {false, true}) {
    const JourneyHandle journey = journeys.start({1, 1, 0}, stage, scheduler.now());
    Tlp message = write(4);
    message.journey = journey;
    if (headers_alone) give(TlpClass::posted, 1, 0);
    start(message);
    tasks.spawn(give_later(headers_alone ? 0 : 1, 1));
    run();
    ASSERT_FALSE(journey->spans().empty());
    EXPECT_STREQ(journey->spans().front().resource,
                 headers_alone ? "posted data credits" : "posted header credits");
    journeys.finish(journey, Outcome::acknowledged, scheduler.now());
  }
}

}  // namespace
}  // namespace doorbell::pcie::test
