#include "platforms/explore/explain/words.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/explanation.h"
#include "doorbell/core/arch/random.h"
#include "tests/core/journeys.h"

namespace doorbell::explore {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

class WordsTest : public ::testing::Test {
 protected:
  WordsTest() {
    link_ = maker_.graph().add({"link", 1, "tcu", ""});
    tcu_ = maker_.graph().add({"tcu", 2, "", ""});
    maker_.log().on_finish(
        [this](const Journey& journey, Outcome outcome) { explanation_.add(journey, outcome); });
  }

  Json statistics() {
    return {{"statistics", {{"window", {{"start", 1000}, {"end", 9000}}}}},
            {"explain", explanation_.to_json()}};
  }
  std::string words() { return explanation_words(statistics()); }

  JourneyMaker maker_;
  Explanation explanation_{maker_.graph(), 2};
  StageId link_, tcu_;
};

TEST_F(WordsTest, NamesTheCauseOfTheTimeAboveTheMedianWithItsShareAndItsHolders) {
  for (unsigned i = 0; i < 10; ++i) {
    maker_.make({{link_, false, "", {}, 100'000},
                 {tcu_, true, "walkers", {"walk of page", 0x77}, i < 6 ? 0 : 300'000u},
                 {tcu_, false, "table read, level 3", {"INV", i}, i < 6 ? 0 : 100'000u}});
  }
  const std::string text = words();
  EXPECT_THAT(text, HasSubstr("4 of 10 MSIs took"));
  EXPECT_THAT(text, HasSubstr("together 1.60 us more than as many of the others, which took\n"
                              "  100 ns on average\n"));
  EXPECT_THAT(text,
              HasSubstr("75.0 %   1.20 us  tcu: waiting for walkers, held by walk of page 0x77\n"));
  EXPECT_THAT(text, HasSubstr("25.0 %    400 ns  tcu: table read, because of INV: "));
}

TEST_F(WordsTest, TellsTheSlowestStageByStage) {
  for (const Time wait : {10'000, 900'000, 500'000}) {
    maker_.make({{link_, false, "", {}, 150'000},
                 {tcu_, true, "walkers", {"walk of page", 0xffffd}, wait},
                 {tcu_, false, "", {}, 50'000}},
                Outcome::acknowledged, {8, 9, 3}, 3'001'000);
  }
  const std::string text = words();
  EXPECT_THAT(text, HasSubstr("The 2 slowest MSIs\n"
                              "   1. 1.10 us: MSI 1, stream 0x8, device 0x9, event 3, sent at "
                              "3.00 us\n"
                              "      link                150 ns\n"
                              "      tcu                 950 ns    900 ns  waiting for walkers, "
                              "held by walk of page 0xffffd\n"
                              "   2. 700 ns: MSI 2,"));
}

// Only an ITS is told by whom and of which event.
TEST_F(WordsTest, NamesTheIntidThatOtherDoorbellsAreWritten) {
  maker_.make({{link_, false, "", {}, 150'000}}, Outcome::acknowledged, {8, 9, 146}, 3'001'000);
  Json run = statistics();
  const auto text_with = [&run](const char* doorbell) {
    run["parameters"] = Json::array({Json{{"path", "gic.lpis"}, {"value", "none"}},
                                     Json{{"path", "gic.doorbell"}, {"value", doorbell}}});
    return explanation_words(run);
  };
  for (const char* const doorbell : {"v2m", "spi", "lpi"}) {
    EXPECT_THAT(text_with(doorbell), HasSubstr("MSI 0, stream 0x8, INTID 146, sent at"));
    EXPECT_THAT(text_with(doorbell), Not(HasSubstr("device")));
  }
  EXPECT_THAT(text_with("its"), HasSubstr("MSI 0, stream 0x8, device 0x9, event 146, sent at"));
}

// Whatever was waited for, and however long its name, shares add up and lines stay readable.
TEST_F(WordsTest, SharesAddUpAndLinesAreShort) {
  Random random(23);
  std::vector<std::string> names;
  for (unsigned i = 0; i < 30; ++i) {
    names.push_back("virt.some.block.with.a.long.name.resource" + std::to_string(i) +
                    " that has an explanation");
  }
  for (unsigned i = 0; i < 500; ++i) {
    std::vector<MadeSpan> spans{{link_, false, "", {}, 1000 + random.below(100'000)}};
    for (unsigned j = 0; j < 6; ++j) {
      spans.push_back({tcu_,
                       random.below(2) != 0,
                       names[random.below(30)].c_str(),
                       {"somebody with a very long description indeed, of page", random.below(90)},
                       random.below(1'000'000)});
    }
    maker_.make(spans);
  }
  std::istringstream lines(words());
  double sum = 0;
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    EXPECT_LE(line.size(), 100u) << line;
    double share = 0;
    char percent = 0;
    std::istringstream fields(line);
    if (fields >> share >> percent && percent == '%') sum += share;
  }
  EXPECT_NEAR(sum, 100, 2) << "each is rounded to a tenth";
}

// The four reads of a walk are one cause: none of them alone would stand before the credits.
TEST_F(WordsTest, AddsUpTheLevelsOfAWalk) {
  for (unsigned i = 0; i < 10; ++i) {
    const Time more = i < 6 ? 0 : 100'000;
    maker_.make({{link_, true, "credits", {}, 50'000 + 2 * more},
                 {tcu_, false, "table read, level 1", {"INV of page", 1}, more},
                 {tcu_, false, "table read, level 2", {"INV of page", 1}, more},
                 {tcu_, false, "table read, level 3", {"INV of page", 2}, more}});
  }
  const std::string text = words();
  const std::size_t walk = text.find(
      "60.0 %   1.20 us  tcu: table read, because of INV of page: 0x1 (66.7 %), 0x2 (33.3 %)");
  const std::size_t credits = text.find("40.0 %    800 ns  link: waiting for credits");
  ASSERT_NE(walk, std::string::npos) << text;
  ASSERT_NE(credits, std::string::npos) << text;
  EXPECT_LT(walk, credits);
}

/// A run of one MSI a microsecond with these servers.
class LimitTest : public WordsTest {
 protected:
  LimitTest() { maker_.make({{link_, false, "", {}, 1000}}); }

  static Json server(const std::string& path, double utilisation, std::uint64_t places,
                     double service) {
    return {{"path", path},
            {"kind", "server"},
            {"better", "neither"},
            {"values",
             {{"capacity", places},
              {"completions", 5},
              {"busy_highest", places},
              {"utilisation", utilisation},
              {"mean_service", service}}}};
  }
  std::string words_of(const Json& servers) {
    Json json = statistics();
    json["statistics"]["metrics"] = servers;
    json["totals"] = {{"measured", 5'000'000}, {"acknowledged", 5}};
    return explanation_words(json);
  }
};

TEST_F(LimitTest, NamesTheServerBehindPlacesThatAreFull) {
  EXPECT_THAT(
      words_of({server("entries", 1, 64, 900), server("slot", 0.9, 1, 40)}),
      ::testing::StartsWith("What bounds the rate\n  slot, busy 90.0 % of the time: this mix "
                            "can't exceed 1.11 M MSI/s\n\nWhat the time above"));
}

TEST_F(LimitTest, SaysThatNothingIsBusyEnough) {
  Json idle = server("idle", 1, 1, 10);
  idle["better"] = "higher";
  EXPECT_THAT(words_of({idle, server("line", 0.44, 1, 40)}),
              HasSubstr("\n  no server: the busiest, line, is busy 44.0 % of the time\n"));
}

TEST_F(LimitTest, PassesOverWhatHasServedNobody) {
  Json full = server("full", 0.95, 4, 0);
  full["values"]["completions"] = 0;
  EXPECT_THAT(words_of({server("entries", 1, 64, 900), full}), HasSubstr("\n  entries, busy"));
}

TEST_F(LimitTest, SaysNothingWithoutServers) {
  EXPECT_THAT(words_of(Json::array()), Not(HasSubstr("bounds")));
  EXPECT_THAT(words(), Not(HasSubstr("bounds")));
}

TEST_F(WordsTest, SaysThatThereIsNothingSlow) {
  for (unsigned i = 0; i < 5; ++i)
    maker_.make({{link_, false, "", {}, 1000}});
  EXPECT_THAT(words(), HasSubstr("no MSI took"));
}

TEST_F(WordsTest, SaysThatThereWasNone) {
  EXPECT_THAT(words(), HasSubstr("No MSI came to its end"));
}

TEST_F(WordsTest, TellsHowToGetAnExplanation) {
  Json json = statistics();
  json.erase("explain");
  try {
    explanation_words(json);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--slowest"));
  }
}

TEST_F(WordsTest, RefusesASectionOfAnotherShape) {
  for (const Time time : {1000, 9000})
    maker_.make({{link_, false, "", {}, time}});
  for (const char* key : {"slow_from", "typical", "slow", "causes", "slowest"}) {
    Json json = statistics();
    json["explain"].erase(key);
    EXPECT_THROW(explanation_words(json), InputError) << key;
  }
}

TEST_F(WordsTest, ComesFromTheFileAloneAndIsTheSameAgain) {
  maker_.make({{link_, true, "line", {"a DLLP", Holder::no_number}, 1000}});
  maker_.make({{link_, true, "line", {"MSI of requester", 0x10}, 99'000}});
  const std::string text = words();
  EXPECT_EQ(explanation_words(Json::parse(statistics().dump(1))), text);
  EXPECT_THAT(text, HasSubstr("held by a DLLP\n"));
  EXPECT_THAT(text, Not(HasSubstr("DLLP 0x")));
}

}  // namespace
}  // namespace doorbell::explore
