#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::HasSubstr;

class ReportCommand : public ::testing::Test {
 protected:
  /// Ends with status 2, one line that has `words` in it, and no page.
  void expect_refused(const std::string& subject, const std::string& words) {
    const std::string page = scratch_.path("page.html");
    expect_refused("report " + subject + " -o " + page, subject, words);
    EXPECT_EQ(run_command("test -e " + page).status, 1);
  }

  static void expect_refused(const std::string& command, const std::string& subject,
                             const std::string& words) {
    const CommandResult result = run_doorbell(command);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.errors, HasSubstr(words));
    EXPECT_THAT(result.errors, HasSubstr(subject));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }

  ScratchDirectory scratch_;
};

TEST_F(ReportCommand, RefusesWhatIsMissing) {
  expect_refused(scratch_.path("missing.json"), "No such file");
}

TEST_F(ReportCommand, RefusesWhatIsNoStatistics) {
  expect_refused(scratch_.write("text.json", "hello"), "JSON");
  expect_refused(scratch_.write("half.json", R"({"format": 1, "version": "0)"), "JSON");
  expect_refused(scratch_.write("other.json", R"({"format": 99})"), "format");
}

TEST_F(ReportCommand, RefusesAPointOfWhatIsNoSweep) {
  const std::string other = scratch_.write("other.json", R"({"format": 99})");
  for (const char* const command : {"explain ", "report -o page.html "})
    expect_refused(command + other + " --point 1", other,
                   "database: expected one of a sweep, found another file");
}

TEST_F(ReportCommand, RefusesStatisticsOfAnotherShape) {
  const std::string json =
      R"({"format": 1, "version": "1", "partial": false, "workload": {"fnv1a64": "0"}, "parameters": [],)"
      R"( "totals": {"measured": "long"}, "conservation": {}, "latency": {"total": 7}, "statistics": {"metrics": []}})";
  expect_refused(scratch_.write("shape.json", json),
                 ": statistics, \"totals.measured\": expected a number, found string\n");
}

// What only the page asks for, and only when it is made.
TEST_F(ReportCommand, NamesTheFileWhateverIsWrongInIt) {
  const std::string json =
      R"({"format": 1, "version": "1", "partial": false, "workload": {"fnv1a64": "0"}, "parameters": [],)"
      R"( "totals": {"measured": 1, "transactions": 1, "bytes": 1, "sent": 1, "acknowledged": 1},)"
      R"( "conservation": {"outcomes": {}}, "latency": {"total": {"end_to_end": {}, "stages": {}},)"
      R"( "streams": []}, "statistics": {"metrics": []}})";
  expect_refused(
      scratch_.write("shape.json", json),
      "shape.json: statistics: expected what docs/statistics.md describes, found another shape\n");
}

TEST_F(ReportCommand, RefusesAFolderThatIsNoSweepAndACorruptDatabase) {
  const std::string folder = scratch_.path("folder");
  run_command("mkdir " + folder);
  const std::string expected = "expected a file that doorbell run --stats wrote, found ";
  expect_refused(folder, expected + "Is a directory");
  expect_refused("explain " + folder, folder, expected + "Is a directory");
  expect_refused("compare " + folder + " " + folder, folder, expected + "Is a directory");
  expect_refused("explain " + folder + "/none", folder, expected + "No such file");
  run_command("head -c 4096 /dev/urandom | sed '1s/^/SQLite format 3\\x00/' > " + folder +
              "/sweep.sqlite");
  expect_refused(folder, folder);
}

TEST_F(ReportCommand, SaysThatThePageCannotBeWritten) {
  const std::string statistics = scratch_.path("run.json");
  const std::string workload = source_path("traces/workloads/nvme_seqwrite.trace.gz");
  ASSERT_EQ(run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " + workload +
                         " --stats " + statistics)
                .status,
            0);
  const CommandResult result = run_doorbell("report " + statistics + " -o /no/such/folder/p.html");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr("/no/such/folder/p.html"));
}

}  // namespace
}  // namespace doorbell::testing
