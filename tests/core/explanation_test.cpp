#include "doorbell/core/arch/explanation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/random.h"
#include "tests/core/journeys.h"

namespace doorbell {
namespace {

class ExplanationTest : public ::testing::Test {
 protected:
  ExplanationTest() {
    stage_ = maker_.graph().add({"its", 1, "", ""});
    maker_.log().on_finish(
        [this](const Journey& journey, Outcome outcome) { explanation_.add(journey, outcome); });
  }

  void make(Time time, Outcome outcome = Outcome::acknowledged) {
    maker_.make({{stage_, true, "credits", {"redistributor", 1}, time}}, outcome);
  }
  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> numbers;
    const auto json = explanation_.to_json();
    for (const auto& msi : json.at("slowest"))
      numbers.push_back(msi.at("number"));
    return numbers;
  }

  JourneyMaker maker_;
  Explanation explanation_{maker_.graph(), 4};
  StageId stage_;
};

using Numbers = std::vector<std::uint64_t>;

TEST_F(ExplanationTest, KeepsTheSlowestInOrder) {
  for (const Time time : {5, 90, 20, 70, 60, 80, 10})
    make(time);
  EXPECT_EQ(numbers(), (Numbers{1, 5, 3, 4}));
}

TEST_F(ExplanationTest, OfEquallySlowOnesTheEarlierStandsFirst) {
  for (unsigned i = 0; i < 9; ++i)
    make(i == 6 ? 60 : 50);
  EXPECT_EQ(numbers(), (Numbers{6, 0, 1, 2}));
}

TEST_F(ExplanationTest, IsThatOfSortingThemAll) {
  Random random(17);
  std::vector<std::pair<Time, std::uint64_t>> all;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Time time = 1 + random.below(300);
    all.emplace_back(time, i);
    make(time);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  EXPECT_EQ(numbers(), (Numbers{all[0].second, all[1].second, all[2].second, all[3].second}));
}

TEST_F(ExplanationTest, LooksAtAcknowledgedOnesOnly) {
  make(10);
  make(1000, Outcome::coalesced);
  make(1000, Outcome::terminated_by_smmu);
  EXPECT_EQ(numbers(), Numbers{0});
  EXPECT_EQ(explanation_.to_json().at("typical").at("count"), 1u);
}

TEST_F(ExplanationTest, TellsEverySpanFromTheStartOfTheMsi) {
  maker_.make({{stage_, false, "", {}, 30},
               {stage_, true, "credits", {"redistributor", 2}, 500},
               {stage_, false, "table read", {"INVALL", Holder::no_number}, 70}},
              Outcome::acknowledged, {8, 9, 3}, 12345);
  const auto json = explanation_.to_json().at("slowest").at(0);
  EXPECT_EQ(json.at("started"), 12345u);
  EXPECT_EQ(json.at("end_to_end"), 600u);
  EXPECT_EQ(json.at("stream"), 8u);
  EXPECT_EQ(json.at("device"), 9u);
  EXPECT_EQ(json.at("event"), 3u);
  ASSERT_EQ(json.at("spans").size(), 3u);
  EXPECT_TRUE(json.at("spans").at(0).at("holder").is_null());
  EXPECT_EQ(json.at("spans").at(1).at("from"), 30u);
  EXPECT_EQ(json.at("spans").at(1).at("time"), 500u);
  EXPECT_EQ(json.at("spans").at(1).at("holder").at("id"), 2u);
  EXPECT_TRUE(json.at("spans").at(2).at("holder").at("id").is_null());
  EXPECT_EQ(json.at("spans").at(2).at("holder").at("what"), "INVALL");
}

}  // namespace
}  // namespace doorbell
