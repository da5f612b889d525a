#include "doorbell/core/statistics_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/simulation.h"

namespace doorbell {
namespace {

using Json = nlohmann::json;

struct Parameters {
  std::uint32_t depth = 4;
  void describe(ParameterGroup& group) {
    group.add("depth", depth, {.unit = "entries", .source = "nobody", .help = "Of a queue"});
  }
};

/// A model of one stage that takes its MSIs at the times it is given.
class Model : public Module {
 public:
  explicit Model(const sc_core::sc_module_name& name)
      : Module(name),
        stage_(simulation().stages().add({"desk", 10, "", "One at a time"})),
        messages_(statistics(), "messages", {.unit = "MSIs", .help = "Seen"}) {}

  /// An MSI of `event` that waits, is served, and ends as `outcome`, from now on.
  void send(std::uint32_t event, Time waiting, Time service,
            Outcome outcome = Outcome::acknowledged) {
    tasks_.spawn(carry(event, waiting, service, outcome));
  }

 private:
  Task<void> carry(std::uint32_t event, Time waiting, Time service, Outcome outcome) {
    messages_.add();
    const JourneyHandle journey = simulation().journeys().start({7, 8, event}, stage_, now());
    journey.wait(now(), "desk");
    co_await Delay{scheduler(), waiting};
    journey.serve(now());
    co_await Delay{scheduler(), service};
    simulation().journeys().finish(journey, outcome, now());
  }
  StageId stage_;
  Counter messages_;
  TaskGroup tasks_{scheduler()};
};

class StatisticsFileTest : public ::testing::Test {
 protected:
  ~StatisticsFileTest() override { std::filesystem::remove(path_); }
  static void advance(Time time) { sc_core::sc_start(sc_core::sc_time::from_value(time)); }
  Json written(const ModelReport& report = {}) const {
    write_statistics(path_, report);
    return Json::parse(std::ifstream(path_));
  }
  static std::uint64_t counter(const Json& json, const std::string& path) {
    for (const Json& metric : json.at("statistics").at("metrics")) {
      if (metric.at("path") == path) return metric.at("values").at("value");
    }
    ADD_FAILURE() << "no " << path;
    return 0;
  }
  std::string path_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".json");
  Model model_{"model"};
};

TEST_F(StatisticsFileTest, HasTheModelsNameItsStagesAndItsStatistics) {
  model_.send(1, 30, 70);
  model_.send(2, 0, 100, Outcome::misdirected);
  advance(1000);
  Parameters parameters{.depth = 5};
  const ParameterTree tree(parameters);
  const Json json =
      written({.model = "desk of mine", .parameters = &tree, .transactions = 3, .bytes = 192});
  EXPECT_EQ(json.at("format"), 1);
  EXPECT_EQ(json.at("model"), "desk of mine");
  EXPECT_EQ(json.at("partial"), false);
  EXPECT_EQ(json.at("parameters").at(0).at("value"), "5");
  EXPECT_EQ(json.at("totals").at("measured"), 1000);
  EXPECT_EQ(json.at("totals").at("sent"), 2);
  EXPECT_EQ(json.at("totals").at("acknowledged"), 1);
  EXPECT_EQ(json.at("totals").at("transactions"), 3);
  EXPECT_EQ(json.at("totals").at("bytes"), 192);
  EXPECT_EQ(json.at("latency").at("graph").at(0).at("name"), "desk");
  EXPECT_EQ(json.at("latency").at("total").at("stages").at("desk").at("waiting").at("max"), 30);
  EXPECT_EQ(json.at("latency").at("total").at("end_to_end").at("max"), 100);
  EXPECT_EQ(counter(json, "model.messages"), 2u);
  EXPECT_FALSE(json.contains("explain")) << "nobody asked for it";
}

TEST_F(StatisticsFileTest, EveryMsiIsAccountedForByItsJourney) {
  model_.send(1, 0, 10);
  model_.send(2, 0, 10, Outcome::dropped_by_its);
  model_.send(3, 0, 5000);
  advance(1000);
  const Json conservation = written().at("conservation");
  EXPECT_EQ(conservation.at("sent"), 3);
  EXPECT_EQ(conservation.at("balanced"), true);
  EXPECT_EQ(conservation.at("outcomes").at(to_string(Outcome::dropped_by_its)), 1);
  EXPECT_EQ(conservation.at("outcomes").at("on the road at the end"), 1);
}

TEST_F(StatisticsFileTest, CountsFromTheBeginningOfTheMeasuredRegion) {
  explain_slowest(3);
  model_.send(1, 900, 0);
  advance(1000);
  begin_measuring();
  model_.send(2, 30, 70);
  advance(500);
  const Json json = written();
  EXPECT_EQ(json.at("statistics").at("window").at("start"), 1000);
  EXPECT_EQ(json.at("statistics").at("window").at("end"), 1500);
  EXPECT_EQ(json.at("totals").at("measured"), 500);
  EXPECT_EQ(counter(json, "model.messages"), 1u);
  EXPECT_EQ(json.at("latency").at("total").at("end_to_end").at("count"), 1);
  ASSERT_EQ(json.at("explain").at("slowest").size(), 1u) << "the one before was set-up";
  EXPECT_EQ(json.at("explain").at("slowest").at(0).at("event"), 2);
}

TEST_F(StatisticsFileTest, ExplainsTheSlowest) {
  explain_slowest(2);
  for (std::uint32_t i = 0; i < 5; ++i)
    model_.send(i, 10 * i, 5);
  advance(1000);
  const Json explain = written().at("explain");
  ASSERT_EQ(explain.at("slowest").size(), 2u);
  EXPECT_EQ(explain.at("slowest").at(0).at("end_to_end"), 45);
  EXPECT_EQ(explain.at("slowest").at(0).at("spans").at(0).at("resource"), "desk");
  EXPECT_EQ(explain.at("slowest").at(1).at("end_to_end"), 35);
}

TEST_F(StatisticsFileTest, AnAccountOfTheModelsOwnStandsInItsPlace) {
  const Json json = written({.faults = {.events_recorded = 6},
                             .conservation = Conservation{.sent = 2, .outcomes = {{"lost", 1}}},
                             .partial = true});
  EXPECT_EQ(json.at("conservation").at("balanced"), false);
  EXPECT_EQ(json.at("totals").at("events_recorded"), 6);
  EXPECT_EQ(json.at("partial"), true);
}

TEST_F(StatisticsFileTest, WorkloadsAreToldApartByWhatTheyAreCalled) {
  const auto hash = [&](const char* workload) {
    return written({.workload = workload}).at("workload").at("fnv1a64").get<std::string>();
  };
  EXPECT_EQ(hash("a"), "af63dc4c8601ec8c") << "FNV-1a as its authors give it";
  EXPECT_NE(hash("b"), hash("a"));
}

TEST_F(StatisticsFileTest, APathThatCannotBeWrittenIsAnInputError) {
  EXPECT_THROW(write_statistics("/no/such/folder/statistics.json"), InputError);
}

}  // namespace
}  // namespace doorbell
