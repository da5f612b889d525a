// The scheduler among the kernel's own ways of ending and pausing.

#include "doorbell/core/kernel.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/simulation.h"

namespace doorbell {
namespace {

/// Ticks every nanosecond; at `call_at` calls a foreign target.
class Ticker : public Module {
 public:
  Ticker(const sc_core::sc_module_name& name, Time call_at)
      : Module(name), socket("socket", ForeignTarget::non_blocking) {
    tasks_.spawn(tick());
    tasks_.spawn(call(call_at));
  }
  InitiatorSocket socket;
  std::vector<Time> ticks;

 private:
  Task<void> tick() {
    for (;;) {
      co_await Delay{scheduler(), nanosecond};
      ticks.push_back(now());
    }
  }
  Task<void> call(Time at) {
    co_await Until{scheduler(), at};
    PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, 0, 4);
    co_await socket.transport(*payload);
  }
  TaskGroup tasks_{scheduler()};
};

/// A foreign target that does `action` when it is called, and completes at once.
class Foreign : public sc_core::sc_module, public tlm::tlm_fw_transport_if<> {
 public:
  Foreign(sc_core::sc_module_name name, void (*action)()) : sc_module(name), action_(action) {
    socket.bind(*this);
  }
  tlm::tlm_target_socket<64> socket{"socket"};

 private:
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase&,
                                     sc_core::sc_time&) override {
    action_();
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return tlm::TLM_COMPLETED;
  }
  void b_transport(Payload&, sc_core::sc_time&) override {}
  unsigned transport_dbg(Payload&) override { return 0; }
  bool get_direct_mem_ptr(Payload&, tlm::tlm_dmi&) override { return false; }
  void (*action_)();
};

TEST(Kernel, WithoutLookaheadEndsWhereTheKernelEnds) {
  Ticker ticker{"ticker", never - 1};
  Foreign foreign{"foreign", [] {}};
  ticker.socket.bind(foreign.socket);
  sc_core::sc_start(5'500, sc_core::SC_PS);
  EXPECT_EQ(ticker.ticks.size(), 5u);
  EXPECT_EQ(ticker.now(), 5 * nanosecond);
  sc_core::sc_start(400, sc_core::SC_PS);
  EXPECT_EQ(ticker.ticks.size(), 5u);
  sc_core::sc_start(200, sc_core::SC_PS);
  EXPECT_EQ(ticker.ticks.size(), 6u);
}

TEST(Kernel, RunsNoFurtherWhenAForeignTargetPauses) {
  Ticker ticker{"ticker", 5 * nanosecond + 1};
  Foreign foreign{"foreign", [] { sc_core::sc_pause(); }};
  ticker.socket.bind(foreign.socket);
  ticker.simulation().kernel().set_lookahead(microsecond);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(sc_core::sc_get_status(), sc_core::SC_PAUSED);
  EXPECT_EQ(ticker.ticks.size(), 5u);
  sc_core::sc_start(20, sc_core::SC_NS);
  EXPECT_GE(ticker.ticks.size(), 20u);
}

TEST(Kernel, RunsNoFurtherWhenAForeignTargetStops) {
  Ticker ticker{"ticker", 5 * nanosecond + 1};
  Foreign foreign{"foreign", [] { sc_core::sc_stop(); }};
  ticker.socket.bind(foreign.socket);
  ticker.simulation().kernel().set_lookahead(microsecond);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(ticker.ticks.size(), 5u);
}

TEST(Kernel, StopsFromWithin) {
  class Stopper : public Module {
   public:
    explicit Stopper(const sc_core::sc_module_name& name) : Module(name) { tasks_.spawn(run()); }
    bool went_on = false;

   private:
    Task<void> run() {
      co_await Delay{scheduler(), nanosecond};
      simulation().kernel().stop();
      co_await Delay{scheduler(), nanosecond};
      went_on = true;
    }
    TaskGroup tasks_{scheduler()};
  };
  Stopper stopper{"stopper"};
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_FALSE(stopper.went_on);
}

}  // namespace
}  // namespace doorbell
