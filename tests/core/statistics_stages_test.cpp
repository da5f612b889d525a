#include "doorbell/core/arch/statistics_stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/statistics_json.h"

namespace doorbell {
namespace {

class StageStatisticsTest : public testing::Test {
 protected:
  StageGraph graph_;
  StageId its_ = graph_.add({.name = "its", .order = 20});
  StageId link_ = graph_.add({.name = "link", .order = 10, .successor = "its"});
  StageStatistics stages_{graph_};
};

TEST_F(StageStatisticsTest, StagesAreOrderedByTheirPlaceAndNamedOnce) {
  EXPECT_EQ(graph_.add({.name = "link"}), link_);
  EXPECT_EQ(graph_.size(), 2u);
  EXPECT_THAT(graph_.in_order(), testing::ElementsAre(link_, its_));
  EXPECT_EQ(graph_.find("link")->successor, "its");
}

TEST_F(StageStatisticsTest, KeepsStreamsAndVectorsApartAndTheirTotal) {
  stages_.record({.stream = 8, .device = 8, .event = 0},
                 std::array<StageSample, 2>{{{link_, 10, 100}, {its_, 0, 8}}}, 118);
  stages_.record({.stream = 8, .device = 8, .event = 1},
                 std::array<StageSample, 2>{{{link_, 30, 100}, {its_, 4, 8}}}, 142);
  stages_.record({.stream = 16, .device = 16, .event = 0},
                 std::array<StageSample, 1>{{{link_, 0, 50}}}, 50);
  ASSERT_EQ(stages_.streams().size(), 2u);
  const auto& stream = *stages_.streams().at(8);
  EXPECT_EQ(stream.stages[static_cast<std::size_t>(link_)].waiting.sum(), 40u);
  EXPECT_EQ(stream.stages[static_cast<std::size_t>(link_)].service.sum(), 200u);
  EXPECT_EQ(stream.end_to_end.count(), 2u);
  EXPECT_EQ(stages_.total().stages[static_cast<std::size_t>(link_)].service.sum(), 250u);
  EXPECT_EQ(stages_.total().end_to_end.sum(), 118u + 142u + 50u);
  ASSERT_EQ(stages_.vectors().size(), 3u);
  const StageStatistics::Vector second = stages_.vectors()[1];
  EXPECT_EQ(second.event, 1u);
  EXPECT_EQ(second.stages[static_cast<std::size_t>(link_)].sum, 130u);
  EXPECT_EQ(second.stages[static_cast<std::size_t>(its_)].maximum, 12u);
}

TEST_F(StageStatisticsTest, VectorsComeByDeviceThenEventHoweverManyThereAre) {
  const std::array<StageSample, 1> samples{{{its_, 1, 2}}};
  for (std::uint32_t n = 65'536; n-- > 0;) {
    stages_.record({.stream = n % 16, .device = n % 256, .event = n / 256}, samples, 3);
  }
  const auto vectors = stages_.vectors();
  ASSERT_EQ(vectors.size(), 65'536u);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    ASSERT_EQ(vectors[i].device, i / 256);
    ASSERT_EQ(vectors[i].event, i % 256);
    ASSERT_EQ(vectors[i].end_to_end.count(), 1u);
  }
}

TEST_F(StageStatisticsTest, AVectorMayComeByAnotherStream) {
  const std::array<StageSample, 1> samples{{{its_, 1, 2}}};
  for (int i = 0; i < 4; ++i) {
    stages_.record({.stream = 1, .device = 5, .event = 6}, samples, 3);
    stages_.record({.stream = 2, .device = 5, .event = 6}, samples, 3);
  }
  EXPECT_EQ(stages_.streams().at(1)->end_to_end.count(), 4u);
  EXPECT_EQ(stages_.streams().at(2)->end_to_end.count(), 4u);
  EXPECT_EQ(stages_.vectors().at(0).end_to_end.count(), 8u);
}

TEST_F(StageStatisticsTest, AResetForgetsTheTimesAndNotTheVectors) {
  const std::array<StageSample, 1> samples{{{its_, 1, 2}}};
  stages_.record({1, 2, 3}, samples, 3);
  stages_.reset();
  EXPECT_EQ(stages_.total().end_to_end.count(), 0u);
  EXPECT_EQ(stages_.vectors().at(0).stages[static_cast<std::size_t>(its_)].sum, 0u);
}

TEST_F(StageStatisticsTest, JsonHasWhatCameToItsEndSinceTheReset) {
  stages_.record({1, 2, 3}, std::array<StageSample, 1>{{{its_, 1, 2}}}, 3);
  stages_.reset();
  stages_.record({2, 2, 4}, std::array<StageSample, 1>{{{its_, 1, 2}}}, 3);
  const auto json = to_json(stages_);
  ASSERT_EQ(json["streams"].size(), 1u);
  EXPECT_EQ(json["streams"][0]["stream"], 2);
  ASSERT_EQ(json["vectors"].size(), 1u);
  EXPECT_EQ(json["vectors"][0]["event"], 4);
}

TEST_F(StageStatisticsTest, AStageAddedTooLateIsRefused) {
  stages_.record({1, 2, 3}, std::array<StageSample, 1>{{{its_, 1, 2}}}, 3);
  EXPECT_EQ(graph_.add({.name = "its"}), its_);
  EXPECT_THROW(graph_.add({.name = "cpu"}), std::logic_error);
}

TEST_F(StageStatisticsTest, JsonHasTheGraphAndSharesThatAddUp) {
  stages_.record({8, 8, 0}, std::array<StageSample, 2>{{{link_, 10, 65}, {its_, 5, 20}}}, 100);
  const auto json = to_json(stages_);
  EXPECT_EQ(json["graph"].dump(), R"([{"name":"link","order":10,"successor":"its","help":""},)"
                                  R"({"name":"its","order":20,"successor":null,"help":""}])");
  EXPECT_EQ(json["total"]["stages"]["link"]["share"], 0.75);
  EXPECT_EQ(json["total"]["stages"]["its"]["share"], 0.25);
  EXPECT_EQ(json["streams"][0]["stream"], 8);
  EXPECT_EQ(json["vectors"][0]["stages"].dump(),
            R"({"link":{"count":1,"sum":75,"max":75},"its":{"count":1,"sum":25,"max":25}})");
}

TEST_F(StageStatisticsTest, OfManyVectorsThoseThatTookTheMostTimeHaveTheirDistributionWritten) {
  const std::array<StageSample, 1> samples{{{its_, 1, 2}}};
  const auto vectors = static_cast<std::uint32_t>(vectors_with_buckets + 10);
  for (std::uint32_t n = 0; n < vectors; ++n)
    stages_.record({.stream = 1, .device = 1, .event = n}, samples, n < 10 ? 3 : 100);
  const auto json = to_json(stages_);
  EXPECT_EQ(json["total"]["end_to_end"]["buckets"],
            (std::vector<std::uint64_t>{3, 10, 100, vectors_with_buckets}));
  EXPECT_EQ(json["total"]["stages"]["its"]["service"]["buckets"],
            (std::vector<std::uint64_t>{2, vectors}));
  EXPECT_TRUE(json["streams"][0]["end_to_end"].contains("buckets"));
  EXPECT_FALSE(json["streams"][0]["stages"]["its"]["service"].contains("buckets"));
  EXPECT_FALSE(json["vectors"][9]["end_to_end"].contains("buckets"));
  EXPECT_EQ(json["vectors"][10]["end_to_end"]["buckets"], (std::vector<std::uint64_t>{100, 1}));
}

}  // namespace
}  // namespace doorbell
