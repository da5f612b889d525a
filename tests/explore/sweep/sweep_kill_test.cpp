// A sweep that is killed again and again gives what it would have given undisturbed.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "doorbell/core/arch/random.h"
#include "tests/explore/sweep/sweep_command.h"

namespace doorbell::testing {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kills = 50;
constexpr const char* points =
    "axes: {smmu.tlb.entries: [64, 128, 256, 512], fabric.target_reads: [8, 16, 32]}\n";

/// Starts a sweep in a process of its own.
pid_t start_sweep(const std::string& plan, const std::string& directory) {
  std::fflush(nullptr);  // or the child prints it once more
  const pid_t process = fork();
  if (process == 0) {
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    execl(DOORBELL_COMMAND, DOORBELL_COMMAND, "sweep", plan.c_str(), "-o", directory.c_str(), "-j",
          "2", static_cast<char*>(nullptr));
    _exit(127);
  }
  return process;
}

TEST_F(SweepCommand, KilledFiftyTimesAtRandomMomentsItGivesTheSameDatabase) {
  ASSERT_EQ(sweep(points).status, 0);
  const std::string undisturbed = database();
  const std::size_t all = runs();
  fs::remove_all(directory());

  Random random(2026);
  unsigned killed = 0;
  unsigned finished = 0;
  for (unsigned tries = 0; killed < kills && tries < 500; ++tries) {
    const pid_t process = start_sweep(scratch_.path("plan.yaml"), directory());
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(150'000)));
    kill(process, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(process, &status, 0), process);
    if (WIFSIGNALED(status)) {
      ++killed;
      continue;
    }
    // It was faster: what it has made must be right, and another one begins.
    ASSERT_EQ(WEXITSTATUS(status), 0);
    ASSERT_EQ(database(), undisturbed);
    fs::remove_all(directory());
    ++finished;
  }
  EXPECT_EQ(killed, kills);
  const CommandResult resumed = sweep(points);
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(database(), undisturbed);
  EXPECT_LE(runs(), all) << "a point that was done has run again";
  EXPECT_EQ(run_command("find " + directory() + " -name 'attempt-*' -o -name '*.part-*'").output,
            "")
      << "something is left lying about";
  RecordProperty("sweeps_finished_between", static_cast<int>(finished));
}

}  // namespace
}  // namespace doorbell::testing
