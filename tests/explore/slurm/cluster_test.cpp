#include "tests/explore/slurm/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "tests/explore/slurm/sweep_on_cluster.h"

namespace doorbell::testing {
namespace {

using namespace std::chrono_literals;
using std::filesystem::exists;
using ::testing::ElementsAre;
namespace fs = std::filesystem;

/// Local addresses that a port of TCP listens on, as /proc/net/tcp writes them.
std::vector<std::string> listeners(int port) {
  std::vector<std::string> found;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(table);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string number, local, remote, state;
      words >> number >> local >> remote >> state;
      const auto colon = local.find(':');
      if (state != "0A" || colon == std::string::npos) continue;
      if (std::stoi(local.substr(colon + 1), nullptr, 16) == port) {
        found.push_back(local.substr(0, colon));
      }
    }
  }
  return found;
}

/// Nothing of it is left but, perhaps, its exit status.
bool is_gone(const std::string& process) {
  std::ifstream in("/proc/" + std::to_string(std::stoi(process)) + "/status");
  const std::string status{std::istreambuf_iterator<char>(in), {}};
  return status.empty() || status.find("State:\tZ") != std::string::npos;
}

TEST(SlurmCluster, RunsAnArrayOfTwentyTasks) {
  const ScratchDirectory scratch;
  const Cluster cluster;
  const auto submitted =
      run_command("sbatch --parsable --array=0-19 --output=/dev/null --wrap='touch " +
                  scratch.path("$SLURM_ARRAY_TASK_ID") + "'");
  ASSERT_EQ(submitted.status, 0) << submitted.errors;
  EXPECT_TRUE(comes_true(30s, [] { return in_queue().empty(); }));
  for (int i = 0; i < 20; ++i)
    EXPECT_NO_THROW(read_file(scratch.path(std::to_string(i)))) << i;
}

TEST(SlurmCluster, ListensOnLoopbackOnly) {
  const Cluster cluster;
  for (const char* name : {"SlurmctldPort", "SlurmdPort"}) {
    const std::string port =
        run_command(std::string("sed -n 's/^") + name + "=//p' $SLURM_CONF").output;
    EXPECT_THAT(listeners(std::stoi(port)), ElementsAre("0100007F")) << name;
  }
}

TEST(SlurmCluster, RequeuesWhatACrashOfTheNodeEnds) {
  Cluster cluster("--cpus 2");
  run_command("sbatch --requeue --array=0-1 --output=/dev/null --wrap='sleep 300'");
  ASSERT_TRUE(comes_true(10s, [] { return in_queue() == "RUNNING\nRUNNING\n"; }));
  std::this_thread::sleep_for(4s);  // Slurm doesn't miss a task that it has just sent.
  cluster.crash();
  cluster.start("slurmd");
  EXPECT_TRUE(comes_true(20s, [] {
    return run_command("squeue --noheader --array --Format=RestartCnt:1").output == "1\n1\n";
  }));
}

TEST(SlurmCluster, EndsWithItsTestHoweverThatEnds) {
  const ScratchDirectory scratch;
  const pid_t test = fork();
  if (test == 0) {
    const Cluster cluster;
    run_command("sbatch --output=/dev/null --wrap='sleep 300'");
    comes_true(10s, [] { return in_queue() == "RUNNING\n"; });
    run_command("echo \"$SLURM_CONF\" > " + scratch.path("new") + " && mv " + scratch.path("new") +
                " " + scratch.path("configuration"));
    pause();
  }
  ASSERT_TRUE(comes_true(40s, [&] { return exists(scratch.path("configuration")); }));
  const fs::path folder = fs::path(read_file(scratch.path("configuration"))).parent_path();
  std::vector<std::string> processes;
  for (const char* daemon : {"munged", "slurmctld", "slurmd"}) {
    processes.push_back(read_file(folder / (std::string(daemon) + ".pid")));
    EXPECT_FALSE(is_gone(processes.back())) << daemon;
  }
  ::kill(test, SIGKILL);
  waitpid(test, nullptr, 0);
  EXPECT_TRUE(
      comes_true(10s, [&] { return std::all_of(processes.begin(), processes.end(), is_gone); }));
  fs::remove_all(folder.parent_path());
}

}  // namespace
}  // namespace doorbell::testing
