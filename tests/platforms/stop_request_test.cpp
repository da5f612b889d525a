// Ctrl-C and SIGTERM end a run, whether it notices or not.
#include "platforms/command/stop_request.h"

#include <gtest/gtest.h>

#include <csignal>

namespace doorbell {
namespace {

[[noreturn]] void ask_and_never_look(int signal) {
  const StopRequest request(1);
  raise(signal);
  for (;;) {
  }
}

TEST(StopRequestDeathTest, EndsWhoeverNeverLooks) {
  for (const int signal : {SIGINT, SIGTERM})
    EXPECT_EXIT(ask_and_never_look(signal), testing::ExitedWithCode(130), "ended without results");
}

TEST(StopRequestDeathTest, GivesWhoeverHasNoticedItsTime) {
  const auto notice = [] {
    const StopRequest request(1);
    raise(SIGTERM);
    if (!StopRequest::asked()) _exit(1);
    for (unsigned left = 2; left > 0;)
      left = sleep(left);
    _exit(0);
  };
  EXPECT_EXIT(notice(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace doorbell
