#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "platforms/explore/page/html.h"
#include "platforms/explore/page/run_page.h"
#include "platforms/explore/page/run_parts.h"
#include "tests/explore/results/small_run.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;

Json metric(const std::string& path, const std::string& kind, const Json& values,
            const std::string& better = "neither", const std::string& unit = "walks",
            const std::string& help = "Of this length: 1") {
  return {{"path", path},     {"kind", kind}, {"unit", unit},
          {"better", better}, {"help", help}, {"values", values}};
}

Json server(const std::string& path, double utilisation, const std::string& better = "neither") {
  return metric(path, "server",
                {{"capacity", 1},
                 {"completions", 5},
                 {"busy_highest", 1},
                 {"utilisation", utilisation},
                 {"mean_service", 2.0}},
                better);
}

std::vector<std::string> paths_of(const Json& part) {
  std::vector<std::string> paths;
  for (const Json& one : part)
    paths.push_back(one.at("path"));
  return paths;
}

TEST(ServersPart, TheBottleneckIsTheBusiestOfThoseThatHoldThingsUp) {
  const Json servers =
      servers_part({server("a", 0.25), server("idle", 0.9, "higher"), server("b", 0.5)});
  EXPECT_THAT(paths_of(servers), ::testing::ElementsAre("idle", "b", "a"));
  const Json bottleneck = bottleneck_part(servers, {{"msis", 100.0}, {"bytes", 7.0}});
  EXPECT_EQ(bottleneck["path"], "b");
  EXPECT_EQ(bottleneck["bound"], 200.0);
  EXPECT_EQ(bottleneck["unit"], "MSI/s");
}

// Entries that are full before a slower server; each key is the file's.
TEST(ServersPart, TheBottleneckIsBehindPlacesThatFillUp) {
  Json entries = server("entries", 0.99);
  entries["values"].update({{"capacity", 64}, {"busy_highest", 64}, {"mean_service", 900.0}});
  Json slots = server("slots", 0.9);
  slots["values"].update({{"capacity", 4}, {"busy_highest", 4}});
  const Json rates{{"msis", 90.0}, {"bytes", 7.0}};
  const Json bottleneck = bottleneck_part(servers_part(Json::array({entries, slots})), rates);
  EXPECT_EQ(bottleneck["path"], "slots");
  EXPECT_EQ(bottleneck["bound"], 100.0);
  slots["values"]["busy_highest"] = 3;
  EXPECT_EQ(bottleneck_part(servers_part(Json::array({entries, slots})), rates)["path"], "entries");
}

TEST(ServersPart, WithoutMsisTheBottleneckBoundsDma) {
  const Json servers = servers_part(Json::array({server("a", 0.25)}));
  const Json bottleneck = bottleneck_part(servers, {{"msis", 0.0}, {"bytes", 1000.0}});
  EXPECT_EQ(bottleneck["bound"], 4000.0);
  EXPECT_EQ(bottleneck["unit"], "bytes/s");
}

TEST(ServersPart, NothingBusyIsNoBottleneck) {
  const Json rates{{"msis", 100.0}, {"bytes", 7.0}};
  EXPECT_TRUE(bottleneck_part(servers_part(Json::array()), rates).is_null());
  EXPECT_TRUE(bottleneck_part(servers_part(Json::array({server("a", 0.0)})), rates).is_null());
}

TEST(RunPage, NamesAModelOnTheLibraryAndNoHash) {
  Json run = testing::small_run();
  EXPECT_TRUE(run_page(run)["model"].is_null());
  run["model"] = "0123456789abcdef0123456789abcdef";
  EXPECT_TRUE(run_page(run)["model"].is_null());
  run["model"] = "my accelerator";
  EXPECT_EQ(run_page(run)["model"], "my accelerator");
}

TEST(ShapesPart, CountersWhoseNamesEndInNumbersAreOneDistribution) {
  const Json shapes = shapes_part({metric("x.walks_of_1", "counter", {{"value", 7}}),
                                   metric("x.walks_of_2", "counter", {{"value", 0}}),
                                   metric("x.walks_of_10", "counter", {{"value", 2}}),
                                   metric("x.level_3", "counter", {{"value", 2}}),
                                   metric("x.level0", "counter", {{"value", 2}})});
  ASSERT_EQ(shapes.size(), 1u);
  EXPECT_EQ(shapes[0]["path"], "x.walks_of");
  EXPECT_EQ(shapes[0]["help"], "Of this length");
  EXPECT_EQ(shapes[0]["bars"], Json::parse("[[1, 7], [2, 0], [10, 2]]"));
}

TEST(ShapesPart, AHistogramIsItsBuckets) {
  const Json shapes = shapes_part(Json::array({metric("x.reads", "histogram",
                                                      {{"count", 5},
                                                       {"mean", 2.0},
                                                       {"p50", 1},
                                                       {"p99", 4},
                                                       {"max", 4},
                                                       {"buckets", {1, 3, 4, 2}}})}));
  EXPECT_EQ(shapes[0]["bars"], Json::parse("[[1, 3], [4, 2]]"));
}

TEST(OverTimePart, TheMostActiveComeFirstByTheirShareOfTheirPlaces) {
  const auto busy = [](const std::string& path, int capacity, Json bins) {
    return metric(path, "server",
                  {{"capacity", capacity}, {"bin_width", 10}, {"bins", std::move(bins)}});
  };
  const Json part =
      over_time_part({busy("wide", 64, {40, 40}), busy("narrow", 1, {5, 5}),
                      metric("never", "server", {{"capacity", 1}}),
                      metric("zero", "time_series", {{"bin_width", 10}, {"bins", {0, 0}}})});
  EXPECT_THAT(paths_of(part), ::testing::ElementsAre("narrow", "wide"));
}

TEST(OverTimePart, WhatIsBetterTheBusierItIsComesLast) {
  const auto busy = [](const std::string& path, const std::string& better, int bin) {
    return metric(path, "server", {{"capacity", 1}, {"bin_width", 10}, {"bins", {bin, bin}}},
                  better);
  };
  const Json part = over_time_part({busy("idle", "higher", 9), busy("line", "neither", 2)});
  EXPECT_THAT(paths_of(part), ::testing::ElementsAre("line", "idle"));
}

TEST(ShapesPart, WhatNeverHappenedHasNoShape) {
  EXPECT_TRUE(shapes_part({metric("x.walks_of_1", "counter", {{"value", 0}}),
                           metric("x.walks_of_2", "counter", {{"value", 0}})})
                  .empty());
}

TEST(DistributionsPart, VectorsWithoutBucketsAreLeftOutAndTheSlowestComeFirst) {
  const auto vector = [](int event, Json end_to_end) {
    return Json{{"device", 8}, {"event", event}, {"end_to_end", std::move(end_to_end)}};
  };
  const Json latency{{"graph", Json::array()},
                     {"total",
                      {{"end_to_end", {{"count", 9}, {"p99", 20}, {"buckets", {20, 9}}}},
                       {"stages", Json::object()}}},
                     {"streams", Json::array()},
                     {"vectors",
                      {vector(0, {{"count", 4}, {"p99", 10}, {"buckets", {10, 4}}}),
                       vector(1, {{"count", 4}, {"p99", 20}, {"buckets", {20, 4}}}),
                       vector(2, {{"count", 1}, {"p99", 30}})}}};
  const Json part = distributions_part(latency);
  ASSERT_EQ(part.size(), 3u);
  EXPECT_EQ(part[0]["group"], "all MSIs");
  EXPECT_EQ(part[1]["name"], "device 0x8, event 1");
  EXPECT_EQ(part[2]["name"], "device 0x8, event 0");
  const MessageNames of_spis(
      Json::parse(R"({"parameters": [{"path": "gic.doorbell", "value": "v2m"}]})"));
  EXPECT_EQ(distributions_part(latency, of_spis)[1]["name"], "INTID 1");
}

TEST(StagesPart, ComeInTheOrderOfTheGraphWithoutThoseThatNobodyEntered) {
  const Json latency = Json::parse(R"({
    "graph": [{"name": "link", "help": "a"}, {"name": "tcu", "help": "b"}, {"name": "its", "help": "c"}],
    "total": {"stages": {"its": {"share": 0.25}, "link": {"share": 0.75}}}})");
  const Json part = stages_part(latency);
  ASSERT_EQ(part.size(), 2u);
  EXPECT_EQ(part[0]["name"], "link");
  EXPECT_EQ(part[0]["share"], 0.75);
  EXPECT_EQ(part[1]["help"], "c");
}

TEST(ExplainPart, SharesAreOfTheTimeBeyondWhatAsManyTypicalMsisTake) {
  const Json explain = Json::parse(R"({"explain": {
    "slow_from": 50, "typical": {"count": 4, "time": 80}, "slow": {"count": 2, "time": 140}, "slowest": [],
    "causes": [{"stage": "its", "waiting": true, "resource": "pipeline", "holder": "",
                "typical": {"count": 4, "time": 20}, "slow": {"count": 2, "time": 90}}]}})");
  const Json part = explain_part(explain);
  EXPECT_EQ(part["causes"][0]["share"], (90.0 - 10.0) / (140.0 - 40.0));
  EXPECT_THAT(part["causes"][0]["text"].get<std::string>(), HasSubstr("pipeline"));
  EXPECT_TRUE(explain_part(Json::object()).is_null());
}

TEST(HtmlPage, NoTextOfTheDataCanEndItsElementOrOpenAnother) {
  const Json data{{"text", "</script><!--<script>&"}, {"number", 18'446'744'073'709'551'615u}};
  const std::string json = json_in_html(data);
  EXPECT_THAT(json, Not(HasSubstr("<")));
  EXPECT_EQ(Json::parse(json), data);
}

TEST(HtmlPage, WhatIsNoUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(Json::parse(json_in_html({{"message",
                                       "b\xff"
                                       "d"}}))["message"],
            "b\xef\xbf\xbd"
            "d");
}

TEST(HtmlPage, HasEverythingInItAndAsksForNothing) {
  const std::string page = html_page("A <b> & title", {{"kind", "run"}});
  EXPECT_THAT(page, HasSubstr("<title>A &lt;b&gt; &amp; title</title>"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("Apache"));  // the chart library's licence stays with it
  EXPECT_THAT(page, Not(::testing::ContainsRegex("<script[^>]* src=")));
  EXPECT_THAT(page, Not(::testing::ContainsRegex("<link[^>]* href=\"http")));
  EXPECT_THAT(page, Not(::testing::ContainsRegex("\nimport ")));
}

}  // namespace
}  // namespace doorbell::explore
