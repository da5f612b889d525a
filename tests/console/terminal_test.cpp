// Consoles that the host is at, on pseudo terminals.
#include "platforms/console/terminal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>
#include <termios.h>

#include <array>
#include <csignal>
#include <functional>
#include <thread>

#include "doorbell/core/arch/error.h"
#include "platforms/console/pseudo_terminal.h"
#include "tests/console/screen.h"

namespace doorbell::console {
namespace {

using std::chrono::milliseconds;

/// A terminal and who sits at it.
class Desk {
 public:
  Desk() : keys_(posix_openpt(O_RDWR | O_NOCTTY)) {
    grantpt(keys_);
    unlockpt(keys_);
    terminal_ = open(ptsname(keys_), O_RDWR | O_NOCTTY);
  }
  ~Desk() {
    close(terminal_);
    close(keys_);
  }
  int terminal() const { return terminal_; }
  void press(const std::string& keys) const {
    EXPECT_EQ(write(keys_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// What is on the screen by now.
  std::string screen() const {
    std::array<char, 4096> bytes{};
    pollfd waiting{.fd = keys_, .events = POLLIN, .revents = 0};
    std::string text;
    while (::poll(&waiting, 1, 20) > 0) {
      const ssize_t count = read(keys_, bytes.data(), bytes.size());
      if (count <= 0) break;
      text.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  bool is_raw() const {
    termios attributes{};
    tcgetattr(terminal_, &attributes);
    return (attributes.c_lflag & (ICANON | ECHO | ISIG)) == 0;
  }
  bool becomes(bool raw) const {
    for (int i = 0; i < 500 && is_raw() != raw; ++i)
      std::this_thread::sleep_for(milliseconds(10));
    return is_raw() == raw;
  }

 private:
  int keys_;
  int terminal_ = -1;
};

TEST(Terminal, GivesKeysAsTheyArePressedAndEchoesNone) {
  const Desk desk;
  Terminal terminal(desk.terminal(), desk.terminal());
  EXPECT_TRUE(terminal.is_interactive());
  bool told = false;
  terminal.on_input([&] { told = true; });
  desk.press("l\x03");
  terminal.poll();
  EXPECT_TRUE(told);
  EXPECT_EQ(take(terminal, 0), "@0:l\x03") << "Ctrl-C is the guest's";
  EXPECT_EQ(terminal.next_input(), never);
  EXPECT_EQ(desk.screen(), "");
}

TEST(Terminal, ShowsBytesAsTheyAre) {
  const Desk desk;
  Terminal terminal(desk.terminal(), desk.terminal());
  put(terminal, "a\nb\r\n", 0);
  EXPECT_EQ(desk.screen(), "a\nb\r\n");
  put(terminal, "$ ", 0);
  terminal.poll();
  EXPECT_EQ(desk.screen(), "$ ") << "a prompt without a line's end";
}

TEST(Terminal, CtrlAXEndsAndCtrlAHHelps) {
  const Desk desk;
  Terminal terminal(desk.terminal(), desk.terminal());
  desk.press("\x01h");
  terminal.poll();
  EXPECT_THAT(desk.screen(), testing::HasSubstr("Ctrl-A x    end the run"));
  EXPECT_FALSE(terminal.end_requested());
  desk.press("\x01x");
  terminal.poll();
  EXPECT_TRUE(terminal.end_requested());
  EXPECT_EQ(terminal.next_input(), never);
}

TEST(Terminal, IsNoPlaceForWhatCannotBeWritten) {
  const int full = open("/dev/full", O_WRONLY);
  {
    Terminal terminal(-1, full);
    put(terminal, "lost", 0);
    EXPECT_THROW(terminal.flush(), InputError);
  }
  close(full);
}

TEST(Terminal, WaitsForAKey) {
  const Desk desk;
  Terminal terminal(desk.terminal(), desk.terminal());
  std::thread typist([&] {
    std::this_thread::sleep_for(milliseconds(20));
    desk.press("x");
  });
  terminal.wait(milliseconds(60'000));
  terminal.poll();
  typist.join();
  EXPECT_EQ(take(terminal, 0), "@0:x");
}

TEST(Terminal, TypesAPipeAsItIsToItsEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  Terminal terminal(ends[0], STDOUT_FILENO);
  EXPECT_FALSE(terminal.is_interactive());
  ASSERT_EQ(write(ends[1], "\x01x", 2), 2);
  close(ends[1]);
  terminal.poll();
  terminal.poll();
  EXPECT_EQ(take(terminal, 0), "@0:\x01x");
  EXPECT_FALSE(terminal.end_requested());
  close(ends[0]);
}

TEST(RawTerminal, IsSetBackByItsDestructor) {
  const Desk desk;
  {
    const RawTerminal raw(desk.terminal());
    EXPECT_TRUE(desk.is_raw());
  }
  EXPECT_FALSE(desk.is_raw());
}

/// A process with a raw terminal, that does `what` once everybody has seen it so.
pid_t process_with_raw_terminal(const Desk& desk, const std::function<void()>& what) {
  const pid_t child = fork();
  if (child != 0) return child;
  const RawTerminal raw(desk.terminal());
  what();
  _exit(1);
}

[[noreturn]] void sleep_for_ever() {
  for (;;)
    pause();
}

class RawTerminalAfter : public testing::TestWithParam<int> {};

TEST_P(RawTerminalAfter, IsSetBack) {
  const Desk desk;
  const pid_t child = process_with_raw_terminal(desk, sleep_for_ever);
  EXPECT_TRUE(desk.becomes(true));
  kill(child, GetParam());
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(desk.becomes(false));
}

INSTANTIATE_TEST_SUITE_P(Signals, RawTerminalAfter,
                         testing::Values(SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV,
                                         SIGKILL),
                         [](const auto& test) {
                           return std::string("SIG") + sigabbrev_np(test.param);
                         });

TEST(RawTerminal, IsSetBackAfterExitWithoutDestructors) {
  const Desk desk;
  const pid_t child = process_with_raw_terminal(desk, [] { _exit(0); });
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(desk.becomes(false));
}

TEST(RawTerminal, IsAsItWasWhileTheProcessIsStopped) {
  const Desk desk;
  const pid_t child = process_with_raw_terminal(desk, sleep_for_ever);
  EXPECT_TRUE(desk.becomes(true));
  kill(child, SIGTSTP);
  int status = 0;
  waitpid(child, &status, WUNTRACED);
  EXPECT_TRUE(WIFSTOPPED(status));
  EXPECT_FALSE(desk.is_raw());
  kill(child, SIGCONT);
  EXPECT_TRUE(desk.becomes(true));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(desk.becomes(false));
}

TEST(RawTerminal, DoesNothingWithoutATerminal) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const RawTerminal raw(ends[0]);
  EXPECT_FALSE(raw.is_raw());
  close(ends[0]);
  close(ends[1]);
}

TEST(PseudoTerminal, CarriesBytesBothWaysAsTheyAre) {
  PseudoTerminal terminal;
  const int other = open(terminal.path().c_str(), O_RDWR | O_NOCTTY);
  ASSERT_GE(other, 0);
  put(terminal, "login: ", 0);
  terminal.poll();
  std::array<char, 16> bytes{};
  ASSERT_EQ(read(other, bytes.data(), bytes.size()), 7);
  EXPECT_EQ(std::string(bytes.data(), 7), "login: ");
  ASSERT_EQ(write(other, "\x01x\r\n", 4), 4);
  terminal.wait(milliseconds(10'000));
  terminal.poll();
  EXPECT_EQ(take(terminal, 0), "@0:\x01x\r\n");
  EXPECT_FALSE(terminal.end_requested());
  close(other);
}

TEST(PseudoTerminal, KeepsAMebibyteForWhoeverComesLate) {
  PseudoTerminal terminal;
  const std::string line(127, 'x');
  for (int i = 0; i < 10'000; ++i)
    put(terminal, line + "\n", 0);
  EXPECT_GT(terminal.dropped(), 0u);
  const int other = open(terminal.path().c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK);
  std::size_t received = 0;
  std::array<char, 4096> bytes{};
  for (int i = 0; i < 2000; ++i) {
    terminal.poll();
    const ssize_t count = read(other, bytes.data(), bytes.size());
    if (count > 0) received += static_cast<std::size_t>(count);
  }
  EXPECT_EQ(received + terminal.dropped(), 1'280'000u);
  EXPECT_GE(received, std::size_t{1} << 20);
  close(other);
}

}  // namespace
}  // namespace doorbell::console
