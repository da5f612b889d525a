#include "platforms/command/stop_request.h"

#include <unistd.h>

#include <array>
#include <csignal>
#include <string_view>

#include "platforms/exit_status.h"

namespace doorbell {
namespace {

constexpr std::array<int, 2> signals{SIGINT, SIGTERM};
volatile std::sig_atomic_t stop_asked = 0;
volatile unsigned seconds_to_notice = 0;

void ask(int /*signal*/) {
  stop_asked = 1;
  alarm(seconds_to_notice);
}

/// Nobody has noticed: an end without results is better than none. Only what a signal handler may.
void end_at_once(int /*signal*/) {
  constexpr std::string_view words = "doorbell: ended without results: it did not come to a stop\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, words.data(), words.size());
  _exit(exit_status::interrupted);
}

void set_handler(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

}  // namespace

StopRequest::StopRequest(unsigned patience) {
  seconds_to_notice = patience;
  stop_asked = 0;
  set_handler(SIGALRM, end_at_once, 0);
  for (const int signal : signals)
    set_handler(signal, ask, SA_RESTART | static_cast<int>(SA_RESETHAND));
}

StopRequest::~StopRequest() {
  alarm(0);
  std::signal(SIGALRM, SIG_DFL);
  for (const int signal : signals)
    std::signal(signal, SIG_DFL);
}

bool StopRequest::asked() {
  if (stop_asked == 0) return false;
  alarm(0);  // noticed
  return true;
}

}  // namespace doorbell
