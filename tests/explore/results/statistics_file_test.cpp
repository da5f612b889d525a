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

}  // namespace
}  // namespace doorbell::explore
