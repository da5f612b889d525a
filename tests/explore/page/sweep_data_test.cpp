#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "platforms/explore/page/sweep_page.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

SweepResult small_sweep() {
  SweepResult sweep;
  sweep.version = "1.0";
  sweep.axes = {{"tlb.entries", "entries", SweepAxis::Kind::parameter, true}};
  sweep.points = {{"k0", "w", "", PointStatus::done, "", {{"64", 64.0}}},
                  {"k1", "w", "", PointStatus::done, "", {{"128", 128.0}}},
                  {"k2", "w", "", PointStatus::failed, "killed", {{"many", std::nullopt}}}};
  using Number = Metric::Number;
  sweep.metrics = {
      {"same", "ps", Better::lower, "", {Number{std::uint64_t{5}}, Number{5.0}, Number{}}},
      {"varies", "ps", Better::lower, "", {Number{std::uint64_t{5}}, Number{6.5}, Number{}}}};
  sweep.parameters = {{"cpu", "", "4", {"2"}}, {"tlb.entries", "entries", "64", {"64", "128", ""}}};
  return sweep;
}

TEST(SweepPage, MetricsThatAreTheSameEverywhereAreOnlyCounted) {
  const Json page = sweep_page(small_sweep());
  ASSERT_EQ(page["metrics"].size(), 1u);
  EXPECT_EQ(page["metrics"][0]["name"], "varies");
  EXPECT_EQ(page["metrics"][0]["values"], Json::parse("[5.0, 6.5, null]"));
  EXPECT_EQ(page["constant_metrics"], 1);
}

TEST(SweepPage, PointsTellWhereTheyAreAndWhatBecameOfThem) {
  const Json page = sweep_page(small_sweep());
  EXPECT_EQ(page["points"][0]["coordinates"][0]["number"], 64.0);
  EXPECT_TRUE(page["points"][2]["coordinates"][0]["number"].is_null());
  EXPECT_EQ(page["points"][2]["status"], "failed");
  EXPECT_EQ(page["points"][2]["message"], "killed");
  EXPECT_EQ(page["axes"][0]["logarithmic"], true);
}

TEST(SweepPage, ParametersThatAllPointsShareAreTold) {
  EXPECT_EQ(sweep_page(small_sweep())["parameters"][0]["values"], Json::parse(R"(["2"])"));
}

}  // namespace
}  // namespace doorbell::explore
