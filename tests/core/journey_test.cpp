#include "doorbell/core/arch/journey.h"

#include <gtest/gtest.h>

namespace doorbell {
namespace {

class JourneyTest : public ::testing::Test {
 protected:
  StageGraph graph;
  StageStatistics statistics{graph};
  JourneyLog log{statistics};
  StageId link = graph.add({"link", 20, "its", ""});
  StageId its = graph.add({"its", 80, "", ""});
};

TEST_F(JourneyTest, StagesAddUpToTheEndToEndLatency) {
  JourneyHandle journey = log.start({8, 8, 3}, link, 100);
  journey.wait(110, "credits");
  journey.serve(150);
  journey.enter(its, 200);
  journey.wait(205, "pipeline");
  log.finish(journey, Outcome::acknowledged, 230);
  const auto total = statistics.total();
  EXPECT_EQ(total.end_to_end.sum(), 130u);
  const auto& at_link = total.stages[static_cast<std::size_t>(link)];
  const auto& at_its = total.stages[static_cast<std::size_t>(its)];
  EXPECT_EQ(at_link.waiting.sum(), 40u);
  EXPECT_EQ(at_link.service.sum(), 60u);
  EXPECT_EQ(at_its.waiting.sum(), 25u);
  EXPECT_EQ(at_its.service.sum(), 5u);
}

TEST_F(JourneyTest, EachEndsAsOneOutcome) {
  log.finish(log.start({8, 8, 0}, link, 0), Outcome::acknowledged, 10);
  log.finish(log.start({8, 8, 0}, link, 0), Outcome::coalesced, 10);
  JourneyHandle in_flight = log.start({8, 8, 0}, link, 0);
  EXPECT_EQ(log.started(), 3u);
  EXPECT_EQ(log.finished(Outcome::acknowledged), 1u);
  EXPECT_EQ(log.finished(Outcome::coalesced), 1u);
  EXPECT_EQ(log.in_flight(), 1u);
  EXPECT_EQ(statistics.total().end_to_end.count(), 1u);
  log.finish(in_flight, Outcome::dropped_by_its, 20);
  EXPECT_EQ(log.in_flight(), 0u);
}

TEST_F(JourneyTest, KeepsSpansOfTheChosenOnesOnly) {
  log.keep_spans(1, 1);
  std::vector<std::size_t> spans;
  log.on_finish([&](const Journey& journey, Outcome) { spans.push_back(journey.spans().size()); });
  for (int i = 0; i < 3; ++i) {
    JourneyHandle journey = log.start({8, 8, 0}, link, 0);
    journey.enter(its, 10);
    log.finish(journey, Outcome::acknowledged, 20);
  }
  EXPECT_EQ(spans, (std::vector<std::size_t>{0, 2, 0}));
}

TEST_F(JourneyTest, AStageEnteredAgainIsOneStretch) {
  JourneyHandle journey = log.start({8, 8, 3}, link, 100);
  journey.enter(link, 110);
  journey.enter(its, 120);
  log.finish(journey, Outcome::acknowledged, 150);
  const auto total = statistics.total();
  const auto& at_link = total.stages[static_cast<std::size_t>(link)];
  EXPECT_EQ(at_link.service.count(), 1u);
  EXPECT_EQ(at_link.service.sum(), 20u);
}

TEST_F(JourneyTest, TheStagesOfARoadWithoutEndStillAddUp) {
  JourneyHandle journey = log.start({8, 8, 3}, link, 0);
  for (Time now = 10; now <= 400; now += 10)
    journey.enter(now % 20 == 0 ? link : its, now);
  log.finish(journey, Outcome::acknowledged, 410);
  Time sum = 0;
  for (const StageHistograms& stage : statistics.total().stages)
    sum += stage.waiting.sum() + stage.service.sum();
  EXPECT_EQ(sum, 410u);
}

}  // namespace
}  // namespace doorbell
