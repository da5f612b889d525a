#include "platforms/report/chrome_trace.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace doorbell {
namespace {

class ChromeTraceTest : public testing::Test {
 protected:
  /// Two MSIs of which the log keeps the spans of the second.
  void run() {
    log_.keep_spans(1, 1);
    log_.on_finish(
        [this](const Journey& journey, Outcome outcome) { trace_.write(journey, outcome); });
    for (const Time start : {Time{1'000}, Time{2'000'001}}) {
      JourneyHandle journey = log_.start({.stream = 8, .device = 8, .event = 3}, link_, start);
      journey.wait(start + 10, "wire", {"transfer", 7});
      journey.serve(start + 30);
      journey.enter(its_, start + 100);
      log_.finish(journey, Outcome::acknowledged, start + 150);
    }
    trace_.finish();
  }

  StageGraph stages_;
  StageId link_ = stages_.add({.name = "link", .order = 1, .successor = "its", .help = ""});
  StageId its_ = stages_.add({.name = "its", .order = 2, .successor = "", .help = ""});
  StageStatistics statistics_{stages_};
  JourneyLog log_{statistics_};
  std::string out_;
  ChromeTrace trace_{[this](std::string_view text) { out_ += text; }, stages_};
};

TEST_F(ChromeTraceTest, HoldsTheWholeRoadOfTheMsisAskedFor) {
  run();
  const auto events = nlohmann::json::parse(out_)["traceEvents"];
  std::vector<std::string> names;
  for (const auto& event : events) {
    if (event["ph"] == "b") names.push_back(event["name"]);
    if (event["ph"] != "M") {
      EXPECT_EQ(event["id"], 1);
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"MSI 1: device 0x8, event 3", "link", "link, waiting",
                                             "link", "its"}));
  EXPECT_EQ(events[0]["args"]["name"], "stream 0x8");
}

TEST_F(ChromeTraceTest, SaysWhatWasWaitedForAndWhoHeldIt) {
  run();
  const auto events = nlohmann::json::parse(out_)["traceEvents"];
  for (const auto& event : events) {
    if (event["ph"] == "b" && event["name"] == "link, waiting") {
      EXPECT_EQ(event["args"]["waits for"], "wire");
      EXPECT_EQ(event["args"]["held by"], "transfer 0x7");
      return;
    }
  }
  FAIL() << "no waiting span";
}

TEST_F(ChromeTraceTest, KeepsEveryPicosecond) {
  run();
  EXPECT_NE(out_.find("\"ts\":2.000001,"), std::string::npos) << out_;
  EXPECT_NE(out_.find("\"ts\":2.000151,"), std::string::npos) << out_;
}

TEST_F(ChromeTraceTest, IsJsonWhenNothingWasTraced) {
  trace_.finish();
  EXPECT_TRUE(nlohmann::json::parse(out_)["traceEvents"].empty());
}

TEST_F(ChromeTraceTest, OfARunThatWasEndedEarlySaysSo) {
  trace_.finish(true);
  EXPECT_TRUE(nlohmann::json::parse(out_)["otherData"]["partial"]);
}

}  // namespace
}  // namespace doorbell
