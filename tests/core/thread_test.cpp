#include "doorbell/core/thread.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

/// A task of our side, and where it was when.
class Clockwork : public Module {
 public:
  explicit Clockwork(const sc_core::sc_module_name& name) : Module(name) {}
  Task<int> add(int a, int b, Time duration) {
    in_scheduler = scheduler().running();
    co_await Delay{scheduler(), duration};
    ++ended;
    co_return a + b;
  }
  /// Acts in the call, as what needs not wait does.
  Task<int> at_once(int value) {
    in_scheduler = scheduler().running();
    called_at = now();
    return Task<int>::ready(value);
  }
  Task<void> fail() {
    co_await Delay{scheduler(), 10};
    throw InputError("no such file");
  }
  bool in_scheduler = false;
  Time called_at = 0;
  int ended = 0;
};

class Thread : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Thread);
  Thread(const sc_core::sc_module_name& name, std::function<void()> body)
      : sc_module(name), body_(std::move(body)) {
    SC_THREAD(run);
  }

 private:
  void run() { body_(); }
  std::function<void()> body_;
};

Time time() {
  return sc_core::sc_time_stamp().value();
}

TEST(WaitFor, GivesTheResultWhenTheTaskHasEnded) {
  Clockwork clockwork("clockwork");
  Time ended = 0;
  Thread thread("thread", [&] {
    sc_core::wait(100, sc_core::SC_PS);
    EXPECT_EQ(wait_for([&] { return clockwork.add(2, 3, 40); }), 5);
    ended = time();
  });
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(ended, 140u);
  EXPECT_TRUE(clockwork.in_scheduler);
}

TEST(WaitFor, WaitsForWhatLooseTimingWentAhead) {
  Simulation::current().scheduler().set_timing(Timing::loose);
  Clockwork clockwork("clockwork");
  Time ended = 0;
  Thread thread("thread", [&] {
    EXPECT_EQ(wait_for([&] { return clockwork.add(2, 3, 40); }), 5);
    ended = time();
  });
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(ended, 40u);
}

TEST(WaitFor, ATaskThatActsInTheCallActsAtTheThreadsTime) {
  Clockwork clockwork("clockwork");
  bool done = false;
  Thread thread("thread", [&] {
    sc_core::wait(70, sc_core::SC_PS);
    EXPECT_EQ(wait_for([&] { return clockwork.at_once(9); }), 9);
    EXPECT_TRUE(clockwork.in_scheduler);
    EXPECT_EQ(clockwork.called_at, 70u);
    EXPECT_EQ(time(), 70u);
    done = true;
  });
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_TRUE(done);
}

TEST(WaitFor, ThrowsWhatTheTaskThrew) {
  Clockwork clockwork("clockwork");
  std::string message;
  Thread thread("thread", [&] {
    try {
      wait_for([&] { return clockwork.fail(); });
    } catch (const InputError& error) {
      message = error.what();
    }
  });
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(message, "no such file");
}

TEST(WaitFor, ThreadsThatWaitAtTheSameTimeDoNotMindEachOtherAtAnyLookahead) {
  Simulation::current().kernel().set_lookahead(10 * nanosecond);
  Clockwork clockwork("clockwork");
  std::vector<std::string> log;
  const auto body = [&](const char* name, Time step) {
    return [&log, &clockwork, name, step] {
      for (int i = 0; i < 3; ++i) {
        wait_for([&] { return clockwork.add(i, 1, step); });
        log.push_back(name + std::to_string(time()));
      }
    };
  };
  Thread slow("slow", body("slow", 50));
  Thread fast("fast", body("fast", 30));
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(log, (std::vector<std::string>{"fast30", "slow50", "fast60", "fast90", "slow100",
                                           "slow150"}));
}

TEST(WaitFor, AThreadThatIsKilledTakesItsTaskAlong) {
  Clockwork clockwork("clockwork");
  sc_core::sc_process_handle waiting;
  Thread thread("thread", [&] {
    waiting = sc_core::sc_get_current_process_handle();
    wait_for([&] { return clockwork.add(1, 1, 500); });
  });
  Thread killer("killer", [&] {
    sc_core::wait(100, sc_core::SC_PS);
    waiting.kill();
  });
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(clockwork.ended, 0);
}

}  // namespace
}  // namespace doorbell
