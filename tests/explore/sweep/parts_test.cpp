// Folders, outcomes, processes and progress: what a sweep is put together from.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/sweep/child_process.h"
#include "platforms/explore/sweep/files.h"
#include "platforms/explore/sweep/key.h"
#include "platforms/explore/sweep/outcome.h"
#include "platforms/explore/sweep/point_folder.h"
#include "platforms/explore/sweep/sweep_progress.h"

namespace doorbell::sweep {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class Parts : public ::testing::Test {
 protected:
  Parts() {
    std::string name = fs::temp_directory_path() / "doorbell-test-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~Parts() override { fs::remove_all(folder_); }

  /// Runs a shell script in the folder.
  std::optional<ChildEnd> shell(
      const std::string& script, std::uint64_t timeout = 0,
      const std::function<bool()>& stop = [] { return false; }) const {
    return run_child({"/bin/sh", "-c", script}, folder_, timeout, stop);
  }

  fs::path folder_;
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
  prepare_point(folder_ / "p", "description\n", order);
  EXPECT_EQ(read_order(folder_ / "p"), order);
  const auto written = fs::last_write_time(folder_ / "p" / "point.json");
  prepare_point(folder_ / "p", "description\n", order);
  EXPECT_EQ(fs::last_write_time(folder_ / "p" / "point.json"), written);
  EXPECT_THROW(prepare_point(folder_ / "p", "another\n", order), InputError);
  EXPECT_THROW(read_order(folder_), InputError);
}

TEST_F(Parts, AWorkloadWhosePathIsNoTextIsRefused) {
  const PointOrder order{.model = "m", .workload_name = "w", .workload = "/l\xe4rm/w"};
  EXPECT_THROW(prepare_point(folder_ / "p", "description\n", order), InputError);
}

TEST_F(Parts, ALockIsHeldOnce) {
  {
    const FileLock lock(folder_ / "lock");
    EXPECT_THROW(FileLock(folder_ / "lock"), InputError);
  }
  EXPECT_NO_THROW(FileLock(folder_ / "lock"));
}

TEST_F(Parts, KeysTellTheirTextsApart) {
  EXPECT_EQ(key_of({"a", "b"}).size(), 32u);
  EXPECT_EQ(key_of({"a", "b"}), key_of({"a", "b"}));
  EXPECT_NE(key_of({"a", "b"}), key_of({"ab", ""}));
  EXPECT_NE(key_of({"a", "b"}), key_of({"b", "a"}));
}

TEST_F(Parts, AChildGivesItsStatusAndWhatItPrinted) {
  const auto end = shell("echo one; echo two >&2; pwd; exit 3");
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 3);
  EXPECT_EQ(end->signal, 0);
  EXPECT_EQ(end->output, "one\ntwo\n" + folder_.string() + "\n");
}

TEST_F(Parts, AChildThatASignalKilledSaysWhich) {
  EXPECT_EQ(shell("kill -SEGV $$")->signal, SIGSEGV);
}

TEST_F(Parts, OfALongOutputTheEndIsKept) {
  const auto end = shell("yes | head -c 1000000; echo last");
  EXPECT_THAT(end->output, ::testing::EndsWith("last\n"));
  EXPECT_LT(end->output.size(), 200'000u);
}

TEST_F(Parts, AChildWhoseTimeIsUpIsKilled) {
  const auto end = shell("echo began; exec sleep 60", 1);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->timed_out);
}

TEST_F(Parts, AChildIsKilledWhenAskedToStop) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(shell("exec sleep 60", 0, [] { return true; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

// Whoever kills a sweep with SIGKILL leaves no run behind that goes on in secret.
TEST_F(Parts, AChildDiesWithItsParent) {
  const pid_t parent = fork();
  if (parent == 0) {
    shell("echo $$ > pid; exec sleep 60");
    _exit(0);
  }
  std::string pid;
  while (pid.empty() || pid.back() != '\n') {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    pid = read_text(folder_ / "pid").value_or("");
  }
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  const fs::path process = fs::path("/proc") / pid.substr(0, pid.size() - 1);
  const auto running = [&] {
    const std::string stat = read_text(process / "stat").value_or("");
    return !stat.empty() && stat.find(") Z ") == std::string::npos;
  };
  for (int i = 0; i < 500 && running(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(running());
}

TEST(SweepProgressText, SaysHowFarItIsAndHowLongItTakes) {
  SweepPosition position{.points = 40, .done = 18, .failed = 2, .running = 3, .ended_now = 10};
  EXPECT_EQ(progress_text(position, std::chrono::seconds(60)),
            "[##########----------] 18 of 40 done, 2 failed, 3 running, 2:00 left");
  position.ended_now = 0;
  EXPECT_EQ(progress_text(position, std::chrono::seconds(60)),
            "[##########----------] 18 of 40 done, 2 failed, 3 running");
}

}  // namespace
}  // namespace doorbell::sweep
