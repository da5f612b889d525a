#include "platforms/explore/compare/subject.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"

namespace doorbell::explore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using Json = nlohmann::ordered_json;

Json statistics() {
  return Json::parse(R"({"format": 1, "version": "0.1.0", "partial": false,
    "workload": {"fnv1a64": "0123456789abcdef"},
    "parameters": [{"path": "smmu.tlb.entries", "value": "64"}],
    "totals": {"measured": 5, "transactions": 1, "bytes": 1, "sent": 1, "acknowledged": 1},
    "conservation": {"outcomes": {}},
    "latency": {"total": {"end_to_end": {"p99": 7}, "stages": {}}, "streams": []},
    "statistics": {"metrics": []}})");
}

TEST(Subject, OfARunHasItsWorkloadVersionParametersAndMetrics) {
  const Subject subject = subject_of("a.json", statistics());
  EXPECT_EQ(subject.version, "0.1.0");
  EXPECT_FALSE(subject.sweep);
  ASSERT_EQ(subject.samples.size(), 1u);
  EXPECT_EQ(subject.samples[0].workload, "0123456789abcdef");
  EXPECT_THAT(subject.samples[0].parameters, ElementsAre(Pair("smmu.tlb.entries", "64")));
  EXPECT_NE(find(subject.samples[0].metrics, "latency.end_to_end.p99"), nullptr);
}

std::string refusal(const Json& json) {
  try {
    subject_of("a.json", json);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Subject, ARunThatWasEndedBeforeItsWorkloadIsRefused) {
  Json partial = statistics();
  partial["partial"] = true;
  EXPECT_THAT(refusal(partial), HasSubstr("a.json: expected a whole run"));
}

TEST(Subject, StatisticsOfAnotherShapeAreRefusedWithTheirName) {
  Json without_hash = statistics();
  without_hash["workload"] = Json::object();
  EXPECT_THAT(refusal(without_hash), HasSubstr("a.json: "));
  Json without_total = statistics();
  without_total["latency"] = Json::object();
  EXPECT_THAT(refusal(without_total), HasSubstr("a.json: "));
  Json bad_parameter = statistics();
  bad_parameter["parameters"][0]["value"] = 64;
  EXPECT_THAT(refusal(bad_parameter), HasSubstr("a.json: "));
}

SweepResult sweep() {
  SweepResult result{.version = "0.1.0"};
  result.axes = {{.name = "tlb.entries"}, {.name = "latency", .unit = "ps"}};
  for (const char* text : {"64", "32", "16"})
    result.points.push_back({.workload_hash = "aa",
                             .status = PointStatus::done,
                             .coordinates = {{text, std::nullopt}, {"170ns", 170'000.0}}});
  result.points[1].status = PointStatus::failed;
  result.points[1].message = "no room";
  result.points[2].status = PointStatus::missing;
  result.metrics = {{.name = "m", .unit = "ps", .values = {std::uint64_t{7}, {}, {}}}};
  result.parameters = {{.name = "tlb.entries", .values = {"64", "32", "16"}},
                       {.name = "walkers", .values = {"4"}}};
  return result;
}

TEST(Subject, OfASweepHasThePointsThatEnded) {
  const Subject subject = subject_of("dir", sweep());
  EXPECT_TRUE(subject.sweep);
  ASSERT_EQ(subject.samples.size(), 2u);
  EXPECT_EQ(subject.samples[0].point, "tlb.entries=64, latency=170ns");
  EXPECT_EQ(subject.samples[0].workload, "aa");
  EXPECT_EQ(subject.samples[0].metrics.at(0).value(), 7);
  EXPECT_THAT(subject.samples[0].parameters,
              ElementsAre(Pair("tlb.entries", "64"), Pair("walkers", "4")));
  EXPECT_EQ(subject.samples[1].failure, "no room");
}

TEST(Subject, TheSamePlaceMayBeWrittenOtherwise) {
  SweepResult other = sweep();
  other.points[0].coordinates[1].text = "0.17us";
  EXPECT_EQ(subject_of("a", sweep()).samples[0].coordinates,
            subject_of("b", other).samples[0].coordinates);
}

}  // namespace
}  // namespace doorbell::explore
