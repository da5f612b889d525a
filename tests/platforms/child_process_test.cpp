// Programs that the command runs: points of a sweep, Slurm's commands, Graphviz.
#include "platforms/host/child_process.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace doorbell {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class ChildProcess : public ::testing::Test {
 protected:
  /// Runs a shell script in the folder.
  std::optional<ChildEnd> shell(
      const std::string& script, std::uint64_t timeout = 0,
      const std::function<bool()>& stop = [] { return false; }) const {
    return run_child({"/bin/sh", "-c", script},
                     {.folder = folder_, .timeout = timeout, .stop = stop, .kept = 64 * 1024});
  }

  test::TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path();
};

TEST_F(ChildProcess, ErrorsApartAreNotAmongTheOutput) {
  const auto end =
      run_child({"sh", "-c", "echo one; echo two >&2; echo three"}, {.errors_apart = true});
  ASSERT_TRUE(end);
  EXPECT_EQ(end->output, "one\nthree\n");
  EXPECT_EQ(end->errors, "two\n");
  EXPECT_TRUE(end->succeeded());
}

TEST_F(ChildProcess, WithoutALimitAllIsKept) {
  EXPECT_EQ(run_child({"sh", "-c", "yes | head -c 1000000"}, {})->output.size(), 1'000'000u);
}

TEST_F(ChildProcess, AProgramThatIsMissingIsToldFromOneThatFails) {
  EXPECT_TRUE(run_child({"no-such-program"}, {})->not_found());
  const auto failed = run_child({"false"}, {});
  EXPECT_FALSE(failed->not_found());
  EXPECT_FALSE(failed->succeeded());
  EXPECT_FALSE(shell("kill -KILL $$")->succeeded());
}

TEST_F(ChildProcess, GivesItsStatusAndWhatItPrinted) {
  const auto end = shell("echo one; echo two >&2; pwd; exit 3");
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 3);
  EXPECT_EQ(end->signal, 0);
  EXPECT_EQ(end->output, "one\ntwo\n" + folder_.string() + "\n");
}

TEST_F(ChildProcess, SaysWhichSignalKilledIt) {
  EXPECT_EQ(shell("kill -SEGV $$")->signal, SIGSEGV);
}

// A Ctrl-C at the terminal is for the caller alone, and so is what is typed there.
TEST_F(ChildProcess, IsNotOfTheTerminal) {
  std::array<int, 2> typed{};
  ASSERT_EQ(pipe(typed.data()), 0);
  const int input = dup(STDIN_FILENO);
  dup2(typed[0], STDIN_FILENO);
  const auto end = shell("readlink /proc/$$/fd/0; cut -d ' ' -f 5 /proc/$$/stat; echo $$");
  dup2(input, STDIN_FILENO);
  for (const int descriptor : {typed[0], typed[1], input})
    close(descriptor);
  std::istringstream lines(end->output);
  std::string source, group, process;
  lines >> source >> group >> process;
  EXPECT_EQ(source, "/dev/null");
  EXPECT_EQ(group, process);
}

TEST_F(ChildProcess, OfALongOutputTheEndIsKept) {
  const auto end = shell("yes | head -c 1000000; echo last");
  EXPECT_THAT(end->output, ::testing::EndsWith("last\n"));
  EXPECT_LT(end->output.size(), 200'000u);
}

TEST_F(ChildProcess, IsKilledWhenItsTimeIsUp) {
  const auto end = shell("echo began; exec sleep 60", 1);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->timed_out);
}

// Of a machine that stood still meanwhile, or has too much to do.
TEST_F(ChildProcess, IsNotLateWhenItEndedInTimeAndNobodyLooked) {
  const auto end = shell("echo end; exit 3", 1, [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    return false;
  });
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->timed_out);
  EXPECT_EQ(end->status, 3);
}

TEST_F(ChildProcess, IsKilledWhenAskedToStop) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(shell("exec sleep 60", 0, [] { return true; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

// Whoever kills a sweep with SIGKILL leaves no run behind that goes on in secret.
TEST_F(ChildProcess, DiesWithItsParent) {
  const pid_t parent = fork();
  if (parent == 0) {
    shell("echo $$ > pid; exec sleep 60");
    _exit(0);
  }
  std::string pid;
  while (pid.empty() || pid.back() != '\n') {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    pid = text_of(folder_ / "pid");
  }
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  const fs::path process = fs::path("/proc") / pid.substr(0, pid.size() - 1);
  const auto running = [&] {
    const std::string stat = text_of(process / "stat");
    return !stat.empty() && stat.find(") Z ") == std::string::npos;
  };
  for (int i = 0; i < 500 && running(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(running());
}

}  // namespace
}  // namespace doorbell
