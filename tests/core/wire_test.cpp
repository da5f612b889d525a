#include "doorbell/core/protocols/wire.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

class Driver : public Module {
 public:
  explicit Driver(const sc_core::sc_module_name& name) : Module(name), wire("wire") {
    tasks_.spawn(run());
  }
  WireOut wire;

 private:
  Task<void> run() {
    co_await Delay{scheduler(), 100};
    wire.drive(true, 20);
    wire.drive(true, 30);  // no change
    co_await Delay{scheduler(), 100};
    wire.drive(false);
    co_await Delay{scheduler(), 100};
    wire.pulse();
  }
  TaskGroup tasks_{scheduler()};
};

using Changes = std::vector<std::pair<Time, bool>>;

class Listener : public Module {
 public:
  explicit Listener(const sc_core::sc_module_name& name)
      : Module(name), wire("wire", [this](bool level) { changes.emplace_back(now(), level); }) {}
  WireIn wire;
  Changes changes;
};

TEST(Wire, ChangesArriveAtTheirTime) {
  Driver driver{"driver"};
  Listener listener{"listener"};
  driver.wire.bind(listener.wire);
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(listener.changes, (Changes{{120, true}, {200, false}, {300, true}, {300, false}}));
}

/// Under loose timing one task runs ahead of the other, and drives first.
class TwoDrivers : public Module {
 public:
  explicit TwoDrivers(const sc_core::sc_module_name& name) : Module(name), wire("wire") {
    scheduler().set_timing(Timing::loose);
    tasks_.start_at(0, run_ahead());
    tasks_.start_at(500, drive_again());
  }
  WireOut wire;

 private:
  Task<void> run_ahead() {
    wire.drive(true);
    co_await Delay{scheduler(), 900};
    wire.drive(false);
  }
  Task<void> drive_again() {
    wire.drive(true);
    co_return;
  }
  TaskGroup tasks_{scheduler()};
};

TEST(Wire, ChangesKeepTheOrderInWhichTheyWereDriven) {
  TwoDrivers driver{"driver"};
  Listener listener{"listener"};
  driver.wire.bind(listener.wire);
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(listener.changes, (Changes{{0, true}, {900, false}, {900, true}}));
  EXPECT_TRUE(listener.wire.level()) << "as it was driven last";
}

TEST(Wire, AllWhoListenHearIt) {
  Driver driver{"driver"};
  Listener first{"first"};
  Listener second{"second"};
  driver.wire.bind(first.wire);
  driver.wire.bind(second.wire);
  sc_core::sc_start(150, sc_core::SC_PS);
  EXPECT_EQ(first.changes, (Changes{{120, true}}));
  EXPECT_EQ(second.changes, (Changes{{120, true}}));
}

TEST(Wire, SignalsAreDrivenAtTheSameTimeForEveryLookahead) {
  Driver driver{"driver"};
  driver.simulation().kernel().set_lookahead(microsecond);
  WireToSignal to_signal{"to_signal"};
  sc_core::sc_signal<bool> signal{"signal"};
  SignalToWire back{"back"};
  driver.wire.bind(to_signal.in);
  to_signal.out.bind(signal);
  back.in.bind(signal);
  Listener listener{"listener"};
  back.out.bind(listener.wire);
  sc_core::sc_start(250, sc_core::SC_PS);
  EXPECT_EQ(listener.changes, (Changes{{120, true}, {200, false}}));
}

}  // namespace
}  // namespace doorbell
