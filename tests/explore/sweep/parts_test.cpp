// Folders, outcomes and progress: what a sweep is put together from.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/sweep/files.h"
#include "platforms/explore/sweep/key.h"
#include "platforms/explore/sweep/outcome.h"
#include "platforms/explore/sweep/parameter_columns.h"
#include "platforms/explore/sweep/point_folder.h"
#include "platforms/explore/sweep/sweep_progress.h"
#include "tests/explore/sweep/example_platform.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::sweep {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class Parts : public ::testing::Test {
 protected:
  test::TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path();
};

TEST_F(Parts, AnOutcomeIsReadBackAsItWasRecorded) {
  EXPECT_FALSE(read_outcome(folder_));
  record_outcome(folder_, {PointStatus::failed, "status 2: \"so\"\\ \xff"});
  ASSERT_TRUE(read_outcome(folder_));
  EXPECT_EQ(read_outcome(folder_)->status, PointStatus::failed);
  EXPECT_THAT(read_outcome(folder_)->message, HasSubstr("status 2: \"so\"\\ "));
  record_outcome(folder_, {PointStatus::done, ""});
  EXPECT_FALSE(read_outcome(folder_)) << "there are no statistics";
  std::ofstream(folder_ / point_file::statistics) << "{}";
  EXPECT_EQ(read_outcome(folder_)->status, PointStatus::done);
  forget_outcome(folder_);
  EXPECT_FALSE(read_outcome(folder_));
}

TEST_F(Parts, AnOutcomeThatMakesNoSenseIsNone) {
  for (const char* text : {"", "{", "[]", "{\"status\": 3}", "{\"status\": \"missing\"}",
                           "{\"status\": \"failed\", \"message\": 5}"}) {
    std::ofstream(folder_ / "outcome.json") << text;
    EXPECT_FALSE(read_outcome(folder_)) << text;
  }
}

TEST_F(Parts, APreparedPointIsLeftAloneAndAnotherOnesFolderRefused) {
  const PointOrder order{.model = "m", .workload_name = "w", .workload = "/w", .timeout = 9};
  prepare_point(folder_ / "p", {"description\n", ""}, order);
  EXPECT_EQ(read_order(folder_ / "p"), order);
  const auto written = fs::last_write_time(folder_ / "p" / "point.json");
  prepare_point(folder_ / "p", {"description\n", ""}, order);
  EXPECT_EQ(fs::last_write_time(folder_ / "p" / "point.json"), written);
  PointOrder later = order;
  later.timeout = 10;
  prepare_point(folder_ / "p", {"description\n", ""}, later);
  EXPECT_EQ(read_order(folder_ / "p"), later) << "a plan may give it more time";
  EXPECT_THROW(prepare_point(folder_ / "p", {"another\n", ""}, order), InputError);
  EXPECT_THROW(read_order(folder_), InputError);
}

TEST_F(Parts, AWorkloadWhosePathIsNoTextIsRefused) {
  const PointOrder order{.model = "m", .workload_name = "w", .workload = "/l\xe4rm/w"};
  EXPECT_THROW(prepare_point(folder_ / "p", {"description\n", ""}, order), InputError);
}

TEST_F(Parts, AFileIsWrittenWholeOrNotAtAll) {
  write_whole(folder_ / "file", "one");
  EXPECT_EQ(fs::status(folder_ / "file").permissions(), fs::perms(0644)) << "others may read it";
  fs::create_directory(folder_ / "taken");
  EXPECT_THROW(write_whole(folder_ / "taken", "two"), InputError);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2) << "something is left";
  std::ofstream(folder_ / "file.part-abcdef") << "of somebody who was killed";
  remove_unfinished(folder_);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("file", "taken"));
}

TEST_F(Parts, ALockIsHeldOnce) {
  {
    const FileLock lock(folder_ / "lock");
    EXPECT_THROW(FileLock(folder_ / "lock"), InputError);
  }
  EXPECT_NO_THROW(FileLock(folder_ / "lock"));
}

// A process that was being started when its sweep was killed has the lock for a moment.
TEST_F(Parts, ALockThatIsAboutToBeFreeIsWaitedFor) {
  auto held = std::make_unique<FileLock>(folder_ / "lock");
  std::thread dying([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    held.reset();
  });
  EXPECT_NO_THROW(FileLock(folder_ / "lock"));
  dying.join();
}

TEST_F(Parts, KeysTellTheirTextsApart) {
  EXPECT_EQ(key_of({"a", "b"}).size(), 32u);
  EXPECT_EQ(key_of({"a", "b"}), key_of({"a", "b"}));
  EXPECT_NE(key_of({"a", "b"}), key_of({"ab", ""}));
  EXPECT_NE(key_of({"a", "b"}), key_of({"b", "a"}));
}

/// Of a platform with this many drives.
void add_point(ParameterColumns& columns, std::size_t drives, std::uint32_t lanes) {
  ExamplePlatform platform;
  platform.drives.assign(drives, {.lanes = lanes});
  columns.add_point(ParameterTree(platform));
}

TEST(Parameters, OfAPlatformThatOthersDoNotHaveAreEmptyThere) {
  ParameterColumns columns;
  for (const std::size_t drives : {1, 2, 2, 1})
    add_point(columns, drives, 3);
  ParameterColumns late;
  for (const std::size_t drives : {1, 1, 2})
    add_point(late, drives, 3);
  ParameterColumns gap;
  for (const std::size_t drives : {2, 2, 1, 1, 2})
    add_point(gap, drives, 3);
  ParameterColumns early;
  for (const std::size_t drives : {2, 2, 1})
    add_point(early, drives, 3);
  const auto values = [](ParameterColumns& of, const std::string& name) {
    for (const explore::SweepParameter& parameter : of.take()) {
      if (parameter.name == name) return parameter.values;
    }
    return std::vector<std::string>{"none"};
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(values(columns, "drives.1.lanes"), ElementsAre("", "3", "3", ""));
  EXPECT_THAT(values(late, "drives.1.lanes"), ElementsAre("", "", "3"));
  EXPECT_THAT(values(early, "drives.1.lanes"), ElementsAre("3", "3", ""));
  EXPECT_THAT(values(gap, "drives.1.lanes"), ElementsAre("3", "3", "", "", "3"));
}

TEST(SweepProgressText, SaysHowFarItIsAndHowLongItTakes) {
  SweepPosition position{.points = 40, .done = 18, .failed = 2, .running = 3, .ended_now = 10};
  EXPECT_EQ(progress_text(position, std::chrono::seconds(60)),
            "[##########----------] 18 of 40 done, 2 failed, 3 running, 2:00 left");
  position.ended_now = 0;
  EXPECT_EQ(progress_text(position, std::chrono::seconds(60)),
            "[##########----------] 18 of 40 done, 2 failed, 3 running");
  position.ended_now = 1;
  EXPECT_THAT(progress_text(position, std::chrono::seconds(367)), HasSubstr(", 2:02:20 left"));
}

}  // namespace
}  // namespace doorbell::sweep
