#include "platforms/command/stop_request.h"

#include <array>
#include <csignal>

namespace doorbell {
namespace {

constexpr std::array<int, 2> signals{SIGINT, SIGTERM};
volatile std::sig_atomic_t stop_asked = 0;

}  // namespace

StopRequest::StopRequest() {
  stop_asked = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { stop_asked = 1; };
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int signal : signals)
    sigaction(signal, &action, nullptr);
}

StopRequest::~StopRequest() {
  for (const int signal : signals)
    std::signal(signal, SIG_DFL);
}

bool StopRequest::asked() {
  return stop_asked != 0;
}

}  // namespace doorbell
