#include "platforms/explore/results/statistics_file.h"

#include <gmock/gmock.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "tests/explore/results/small_run.h"

namespace doorbell::explore {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::small_run;

class StatisticsFile : public ::testing::Test {
 protected:
  ~StatisticsFile() override { std::remove(path_.c_str()); }

  void write(const std::string& content) { std::ofstream(path_) << content; }
  std::string error() const {
    try {
      read_statistics(path_);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }

  std::string path_ = ::testing::TempDir() + "statistics_" + std::to_string(getpid()) + ".json";
};

TEST_F(StatisticsFile, IsReadAsItWasWritten) {
  write(small_run().dump(1));
  EXPECT_EQ(read_statistics(path_), small_run());
}

TEST_F(StatisticsFile, MayBeGzipped) {
  const std::string text = small_run().dump();
  gzFile file = gzopen(path_.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  EXPECT_EQ(read_statistics(path_), small_run());
  // All of the text is there, but not the sum that says so.
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 6);
  EXPECT_THAT(error(), AllOf(HasSubstr(path_ + ": statistics: expected a file"),
                             HasSubstr("found unexpected end of file")));
}

TEST_F(StatisticsFile, ThatIsMissingIsNamed) {
  EXPECT_THAT(error(), HasSubstr(path_));
  EXPECT_THAT(error(), HasSubstr("found No such file"));
}

TEST_F(StatisticsFile, ThatEndsEarlyIsNamedWithTheLine) {
  write("{\n\"format\": 1,\n");
  EXPECT_THAT(error(), HasSubstr(path_ + ":3: "));
  write("");
  EXPECT_THAT(error(), HasSubstr("found an empty file"));
}

TEST_F(StatisticsFile, OfAnotherKindIsRefused) {
  write("[1, 2]");
  EXPECT_THAT(error(), HasSubstr("doorbell run --stats"));
  write(R"({"format": 99})");
  EXPECT_THAT(error(), HasSubstr("expected 1, found 99"));
}

TEST_F(StatisticsFile, WithoutAPartThatEveryRunHasIsRefused) {
  for (const char* part :
       {"workload", "parameters", "totals", "conservation", "latency", "statistics", "partial"}) {
    auto run = small_run();
    run.erase(part);
    write(run.dump());
    EXPECT_THAT(error(), HasSubstr(std::string("\"") + part + "\"")) << part;
    run[part] = 5;
    write(run.dump());
    EXPECT_THAT(error(), HasSubstr("found number")) << part;
  }
}

/// What is expected and found at a place, as the error says it.
std::string at(const std::string& place, const std::string& expected, const std::string& found) {
  return ": statistics, \"" + place + "\": expected " + expected + ", found " + found;
}

TEST_F(StatisticsFile, OfAnotherShapeIsRefusedWithThePlace) {
  const auto refusal = [&](const char* place, nlohmann::ordered_json content) {
    auto run = small_run();
    run[nlohmann::ordered_json::json_pointer(place)] = std::move(content);
    write(run.dump());
    return error();
  };
  const auto empty = nlohmann::ordered_json::object();
  const std::string number = "a number", nothing = "nothing";
  EXPECT_EQ(refusal("/totals", empty), path_ + at("totals.measured", number, nothing));
  EXPECT_EQ(refusal("/conservation", empty),
            path_ + at("conservation.outcomes", "an object", nothing));
  EXPECT_EQ(refusal("/explain", empty), path_ + at("explain.slow_from", number, nothing));
  EXPECT_EQ(refusal("/explain", "why"), path_ + at("explain", "an object", "string"));
  EXPECT_EQ(refusal("/statistics", empty), path_ + at("statistics.metrics", "an array", nothing));
  EXPECT_EQ(refusal("/latency/total", 7), path_ + at("latency.total", "an object", "number"));
  EXPECT_EQ(refusal("/latency/total/stages/link/share", nullptr),
            path_ + at("latency.total.stages.link.share", number, "null"));
  EXPECT_EQ(refusal("/latency/streams/0", 8),
            path_ + at("latency.streams.0", "an object", "number"));
  EXPECT_EQ(refusal("/statistics/metrics/1/values", 3),
            path_ + at("statistics.metrics.1.values", "an object", "number"));
}

}  // namespace
}  // namespace doorbell::explore
