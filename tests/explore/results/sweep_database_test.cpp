#include "platforms/explore/results/sweep_database.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/results/sweep_csv.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::explore {
namespace {

using ::testing::HasSubstr;

SweepResult example() {
  SweepResult result;
  result.version = "1.0";
  result.model = "abc";
  result.plan = "def";
  result.axes = {{"cache.entries", "entries", SweepAxis::Kind::parameter, true},
                 {"workload", "", SweepAxis::Kind::workload, false}};
  for (int i = 0; i < 3; ++i) {
    SweepPoint point;
    point.key = "key" + std::to_string(i);
    point.workload = "w\"1\",x";
    point.workload_hash = "0123";
    point.coordinates = {{std::to_string(8 << i), 8.0 * (1 << i)}, {point.workload, std::nullopt}};
    result.points.push_back(point);
  }
  result.points[0].status = PointStatus::done;
  result.points[1].status = PointStatus::failed;
  result.points[1].message = "signal 11 (Segmentation fault)";
  result.metrics = {
      {"a.count", "commands", Better::lower, "how many", {std::uint64_t{7}, {}, {}}},
      {"a.huge", "", Better::higher, "", {std::numeric_limits<std::uint64_t>::max(), {}, {}}},
      {"a.level", "", Better::neither, "", {std::int64_t{-3}, {}, {}}},
      {"a.rate", "", Better::higher, "", {2.0, {}, std::numeric_limits<double>::quiet_NaN()}}};
  result.parameters = {{"cache.entries", "entries", "32", {"8", "16", "32"}},
                       {"cache.ways", "ways", "4", {"4"}}};
  return result;
}

class SweepDatabase : public ::testing::Test {
 protected:
  static std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string refusal() const {
    try {
      read_sweep_database(file_());
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  std::filesystem::path file_() const { return folder_ / sweep_database_name; }

  test::TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

TEST_F(SweepDatabase, GivesBackWhatWasWritten) {
  const SweepResult written = example();
  write_sweep_database(file_(), written);
  const SweepResult read = read_sweep_database(folder_);
  EXPECT_EQ(read.version, "1.0");
  EXPECT_EQ(read.model, "abc");
  EXPECT_EQ(read.plan, "def");
  ASSERT_EQ(read.axes.size(), 2u);
  EXPECT_TRUE(read.axes[0].logarithmic);
  EXPECT_EQ(read.axes[0].unit, "entries");
  EXPECT_EQ(read.axes[1].kind, SweepAxis::Kind::workload);
  ASSERT_EQ(read.points.size(), 3u);
  EXPECT_EQ(read.points[0].status, PointStatus::done);
  EXPECT_EQ(read.points[1].message, "signal 11 (Segmentation fault)");
  EXPECT_EQ(read.points[2].status, PointStatus::missing);
  EXPECT_EQ(read.points[2].coordinates[0].number, 32);
  EXPECT_EQ(read.points[2].coordinates[1].number, std::nullopt);
  EXPECT_EQ(read.points[2].coordinates[1].text, "w\"1\",x");
  EXPECT_TRUE(read.parameters[0].varies());
  EXPECT_EQ(read.parameters[0].at(2), "32");
  EXPECT_FALSE(read.parameters[1].varies());
  EXPECT_EQ(read.parameters[1].at(2), "4");
}

TEST_F(SweepDatabase, KeepsNumbersAsTheyAre) {
  write_sweep_database(file_(), example());
  const SweepResult read = read_sweep_database(file_());
  ASSERT_EQ(read.metrics.size(), 4u);
  EXPECT_EQ(read.metrics[0].values[0], Metric::Number(std::uint64_t{7}));
  EXPECT_EQ(read.metrics[0].at(1), std::nullopt);
  EXPECT_EQ(read.metrics[0].help, "how many");
  EXPECT_EQ(read.metrics[0].better, Better::lower);
  EXPECT_DOUBLE_EQ(*read.metrics[1].at(0), 18446744073709551615.0);
  EXPECT_EQ(read.metrics[2].values[0], Metric::Number(std::int64_t{-3}));
  EXPECT_EQ(read.metrics[3].values[0], Metric::Number(2.0));
  EXPECT_EQ(read.metrics[3].at(2), std::nullopt);
}

TEST_F(SweepDatabase, EqualResultsGiveEqualBytes) {
  write_sweep_database(file_(), example());
  const std::string first = content(file_());
  write_sweep_database(file_(), example());
  write_sweep_database(folder_ / "other", example());
  EXPECT_EQ(content(file_()), first);
  EXPECT_EQ(content(folder_ / "other"), first);
  SweepResult changed = example();
  changed.metrics[0].values[0] = std::uint64_t{8};
  write_sweep_database(file_(), changed);
  EXPECT_NE(content(file_()), first);
}

TEST_F(SweepDatabase, LeavesNothingElseBehind) {
  write_sweep_database(file_(), example());
  const auto entries = std::filesystem::directory_iterator(folder_);
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(SweepDatabase, PointsCanBeReadAlone) {
  write_sweep_database(file_(), example());
  const SweepResult read = read_sweep_points(folder_);
  EXPECT_EQ(read.points.size(), 3u);
  EXPECT_TRUE(read.metrics.empty());
}

TEST_F(SweepDatabase, OneThatIsMissingOrNoneIsRefused) {
  EXPECT_THAT(refusal(), HasSubstr("sweep.sqlite: database"));
  std::ofstream(file_()) << "no database at all, but a text of some length";
  EXPECT_THAT(refusal(), HasSubstr("expected one of a sweep, found another file"));
  EXPECT_FALSE(is_sweep(file_()));
}

TEST_F(SweepDatabase, OneThatIsCorruptIsRefused) {
  write_sweep_database(file_(), example());
  std::string bytes = content(file_());
  std::ofstream(file_(), std::ios::binary) << bytes.substr(0, bytes.size() / 3);
  EXPECT_THAT(refusal(), HasSubstr("corrupt"));
  bytes.replace(4096, bytes.size() - 4096, bytes.size() - 4096, '\x5a');
  std::ofstream(file_(), std::ios::binary) << bytes;
  EXPECT_THAT(refusal(), HasSubstr("corrupt"));
}

TEST_F(SweepDatabase, IsToldFromOtherFiles) {
  EXPECT_FALSE(is_sweep(folder_));
  EXPECT_FALSE(is_sweep(folder_ / "none"));
  write_sweep_database(file_(), example());
  EXPECT_TRUE(is_sweep(folder_));
  EXPECT_TRUE(is_sweep(file_()));
}

TEST_F(SweepDatabase, ThatCannotBeWrittenIsRefused) {
  EXPECT_THROW(write_sweep_database(folder_ / "none" / "sweep.sqlite", example()), InputError);
}

TEST_F(SweepDatabase, WhoseRowsAreOfNothingIsRefused) {
  SweepResult result = example();
  result.points[0].coordinates.push_back({"one too many", std::nullopt});
  write_sweep_database(file_(), result);
  EXPECT_THAT(refusal(), HasSubstr("row 3 of nothing"));
}

TEST_F(SweepDatabase, CanBeReadByOthers) {
  write_sweep_database(file_(), example());
  EXPECT_EQ(std::filesystem::status(file_()).permissions(), std::filesystem::perms(0644));
}

TEST(SweepCsv, QuotesWhatWouldBreakALine) {
  SweepResult result = example();
  result.points.resize(1);
  result.points[0].workload = "a \"b\"";
  result.points[0].message = "two\nlines";
  result.metrics = {{"x,y", "", Better::neither, "", {2.5}}};
  std::string csv;
  write_csv(result, [&](std::string_view text) { csv += text; });
  EXPECT_EQ(csv,
            "point,key,workload,status,message,cache.entries,\"x,y\"\n"
            "1,key0,\"a \"\"b\"\"\",done,\"two\nlines\",8,2.5\n");
}

TEST(SweepCsv, HasALineForEachPointAndAColumnForEachAxisAndMetric) {
  std::string csv;
  write_csv(example(), [&](std::string_view text) { csv += text; });
  EXPECT_EQ(csv,
            "point,key,workload,status,message,cache.entries,a.count,a.huge,a.level,a.rate\n"
            "1,key0,\"w\"\"1\"\",x\",done,,8,7,18446744073709551615,-3,2\n"
            "2,key1,\"w\"\"1\"\",x\",failed,signal 11 (Segmentation fault),16,,,,\n"
            "3,key2,\"w\"\"1\"\",x\",missing,,32,,,,\n");
}

}  // namespace
}  // namespace doorbell::explore
