#include <gtest/gtest.h>

#include "doorbell/cpu/event_broadcast.h"
#include "tests/cpu/test_bench.h"

namespace doorbell::cpu {
namespace {

NativeProcessor& here() {
  return NativeProcessor::current();
}
void run() {
  sc_core::sc_start(100, sc_core::SC_US);
}

/// 1 GHz: a cycle is a nanosecond.
CpuParameters costs() {
  CpuParameters parameters = free_of_cost();
  parameters.exception_entry = 30;
  parameters.exception_return = 20;
  parameters.handler = 50;
  parameters.wfi_wake = 5;
  return parameters;
}

void take_one(void* seen) {
  const std::uint64_t intid = here().read_system_register(ICC_IAR1_EL1);
  static_cast<std::vector<std::uint64_t>*>(seen)->push_back(intid);
  if (intid < 1020 || intid > 1023) here().write_system_register(ICC_EOIR1_EL1, intid);
}

class Interrupt : public testing::Test {
 protected:
  /// Sets the handler up, unmasks, and idles until `count` interrupts were seen.
  void idle_until(std::size_t count) {
    bench_.processor.set_firmware([this, count] {
      here().set_interrupt_handler(take_one, &seen_);
      here().mask_interrupts(false);
      while (seen_.size() < count)
        here().wait_for_interrupt();
      finished_ = here().time();
    });
  }
  Bench bench_{costs()};
  std::vector<std::uint64_t> seen_;
  Time finished_ = 0;
};

TEST_F(Interrupt, FromWfiItTakesExactlyTheConfiguredParts) {
  idle_until(1);
  bench_.interface.raise_at(1000 * nanosecond, 8192);
  run();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{8192}));
  // WFI 5, entry 30, the read of ICC_IAR1_EL1 20.
  ASSERT_EQ(bench_.interface.acknowledged.size(), 1u);
  EXPECT_EQ(bench_.interface.acknowledged[0], 1055 * nanosecond);
  // The handler 50, the write of ICC_EOIR1_EL1 20.
  EXPECT_EQ(bench_.interface.ended[0], 1125 * nanosecond);
  EXPECT_EQ(finished_, 1145 * nanosecond);
  EXPECT_EQ(bench_.counter("interrupts"), 1u);
  EXPECT_EQ(bench_.counter("spurious"), 0u);
}

// Times of changes may cross on their way, the changes don't.
TEST(InterruptLine, AChangeIsNeverBeforeTheOneAheadOfIt) {
  Scheduler scheduler;
  InterruptLine line(scheduler);
  line.set(true, 900);
  line.set(false, 800);
  line.set(true, 850);
  EXPECT_FALSE(line.high(899));
  EXPECT_TRUE(line.high(900));
  EXPECT_EQ(line.high_since(), 900u);
}

TEST(InterruptLine, ItIsHighSinceItRose) {
  Scheduler scheduler;
  InterruptLine line(scheduler);
  line.set(true, 100);
  line.set(true, 150);
  EXPECT_TRUE(line.high(200));
  EXPECT_EQ(line.high_since(), 100u);
}

TEST_F(Interrupt, TheWaitAndTheHandlerAreMeasured) {
  idle_until(1);
  bench_.interface.raise_at(1000 * nanosecond, 8192);
  run();
  Statistics& statistics = bench_.processor.simulation().statistics();
  const auto& wait = dynamic_cast<const HistogramStatistics&>(*statistics.find("cpu0.wait"));
  EXPECT_EQ(wait.histogram().sum(), 5 * nanosecond);
  const auto& handler = dynamic_cast<const ServerStatistics&>(*statistics.find("cpu0.in_handler"));
  EXPECT_EQ(handler.busy_time(), 140 * nanosecond);
}

/// The first one lets others in, waits for two of them, and goes on.
void take_nested(void* argument) {
  auto& seen = *static_cast<std::vector<std::uint64_t>*>(argument);
  const std::uint64_t intid = here().read_system_register(ICC_IAR1_EL1);
  seen.push_back(intid);
  if (seen.size() == 1) {
    here().mask_interrupts(false);
    while (seen.size() < 3)
      here().spin();
    here().mask_interrupts(true);
    seen.push_back(intid);
  }
  here().write_system_register(ICC_EOIR1_EL1, intid);
}

TEST_F(Interrupt, AHandlerIsPreemptedAndTheTimeInHandlersIsCountedOnce) {
  bench_.processor.set_firmware([this] {
    here().set_interrupt_handler(take_nested, &seen_);
    here().mask_interrupts(false);
    while (seen_.size() < 4)
      here().wait_for_interrupt();
    finished_ = here().time();
  });
  bench_.interface.raise_at(1000 * nanosecond, 100);
  bench_.interface.raise_at(2000 * nanosecond, 200);
  bench_.interface.raise_at(3000 * nanosecond, 300);
  run();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{100, 200, 300, 100}));
  const Statistics& statistics = bench_.processor.simulation().statistics();
  const auto& handler = dynamic_cast<const ServerStatistics&>(*statistics.find("cpu0.in_handler"));
  EXPECT_EQ(handler.completions(), 1u);
  EXPECT_LE(handler.busy_time(), finished_ - 1000 * nanosecond);
  EXPECT_EQ(handler.busy(), 0u);
}

TEST_F(Interrupt, OneThatComesDuringAnAccessIsTakenAfterIt) {
  bench_.processor.set_firmware([this] {
    here().set_interrupt_handler(take_one, &seen_);
    here().mask_interrupts(false);
    here().load(0, 4, device);
    finished_ = here().time();
  });
  bench_.interface.raise_at(40 * nanosecond, 33);
  run();
  EXPECT_EQ(bench_.interface.acknowledged, (std::vector<Time>{150 * nanosecond}));
  EXPECT_EQ(finished_, 240 * nanosecond);
}

TEST_F(Interrupt, OneThatComesDuringInstructionsIsTakenBeforeTheNextAccess) {
  bench_.processor.set_firmware([this] {
    here().set_interrupt_handler(take_one, &seen_);
    here().mask_interrupts(false);
    here().work(200);
    here().load(0, 4, device);
  });
  bench_.interface.raise_at(40 * nanosecond, 33);
  run();
  EXPECT_EQ(bench_.interface.acknowledged, (std::vector<Time>{250 * nanosecond}));
  EXPECT_EQ(bench_.memory.arrivals, (std::vector<Time>{340 * nanosecond}));
}

// DDI 0487, D1.3: an access to a system register is no exception to that.
TEST_F(Interrupt, OneThatComesDuringInstructionsIsTakenBeforeTheNextRegisterAccess) {
  bench_.processor.set_firmware([this] {
    here().set_interrupt_handler(take_one, &seen_);
    here().mask_interrupts(false);
    here().work(200);
    here().write_system_register(ICC_EOIR1_EL1, 40);
  });
  bench_.interface.raise_at(40 * nanosecond, 33);
  run();
  EXPECT_EQ(bench_.interface.acknowledged, (std::vector<Time>{250 * nanosecond}));
  EXPECT_EQ(bench_.interface.ended, (std::vector<Time>{320 * nanosecond, 360 * nanosecond}));
}

TEST_F(Interrupt, OneThatComesJustBeforeWfiEndsTheWait) {
  bench_.processor.set_firmware([this] {
    here().set_interrupt_handler(take_one, &seen_);
    here().mask_interrupts(false);
    here().work(200);
    while (seen_.empty())
      here().wait_for_interrupt();
  });
  bench_.interface.raise_at(40 * nanosecond, 33);
  run();
  EXPECT_TRUE(bench_.processor.halted());
}

TEST(InterruptAndPostedWrite, WfiBeginsWhenTheWritesBeforeItAreAnswered) {
  CpuParameters parameters = costs();
  parameters.posted_writes = true;
  Bench bench(parameters);
  Time woken = 0;
  bench.processor.set_firmware([&] {
    here().store(0, 4, 1, device);
    here().wait_for_interrupt();
    woken = here().time();
  });
  bench.interface.raise_at(40 * nanosecond, 33);
  run();
  EXPECT_EQ(woken, 105 * nanosecond);
}

TEST_F(Interrupt, AMaskedOneWaitsForUnmaskingButWakesWfi) {
  Time woken = 0;
  bench_.processor.set_firmware([&] {
    here().set_interrupt_handler(take_one, &seen_);
    here().wait_for_interrupt();
    woken = here().time();
    EXPECT_TRUE(seen_.empty());
    EXPECT_TRUE(here().mask_interrupts(false));
    EXPECT_EQ(seen_.size(), 1u);
  });
  bench_.interface.raise_at(1000 * nanosecond, 40);
  run();
  EXPECT_EQ(woken, 1005 * nanosecond);
  EXPECT_EQ(bench_.interface.acknowledged, (std::vector<Time>{1055 * nanosecond}));
}

TEST_F(Interrupt, AsManyAsAreRaisedAreTakenOneAfterTheOther) {
  idle_until(100);
  for (unsigned i = 0; i < 100; ++i)
    bench_.interface.raise_at((1000 + 7 * i) * nanosecond, 8192 + i);
  run();
  ASSERT_EQ(seen_.size(), 100u);
  for (unsigned i = 0; i < 100; ++i)
    EXPECT_EQ(seen_[i], 8192 + i);
  // Back to back: entry 30, IAR 20, handler 50, EOIR 20, return 20.
  EXPECT_EQ(finished_, (1005 + 100 * 140) * nanosecond);
}

TEST_F(Interrupt, ASpuriousAcknowledgeIsCountedAndCostsNoHandler) {
  bench_.processor.set_firmware([&] {
    EXPECT_EQ(here().read_system_register(ICC_IAR1_EL1), 1023u);
    finished_ = here().time();
  });
  run();
  EXPECT_EQ(bench_.counter("spurious"), 1u);
  EXPECT_EQ(finished_, 20 * nanosecond);
}

TEST_F(Interrupt, LooseTimingTakesTheSameInterrupts) {
  bench_.processor.scheduler().set_timing(Timing::loose);
  idle_until(3);
  for (unsigned i = 0; i < 3; ++i)
    bench_.interface.raise_at((1000 + 2000 * i) * nanosecond, 8192 + i);
  run();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{8192, 8193, 8194}));
}

/// Sends an event to a processor at a time.
class Messenger : public Module {
 public:
  Messenger(const sc_core::sc_module_name& name, NativeProcessor& to, Time at) : Module(name) {
    tasks_.start(send(to, at));
  }

 private:
  Task<void> send(NativeProcessor& to, Time at) {
    co_await Until{scheduler(), at};
    to.send_event();
  }
  TaskGroup tasks_{scheduler()};
};

TEST_F(Interrupt, AnEventWakesWfeAndIsRememberedUntilThen) {
  Messenger early{"early", bench_.processor, 10 * nanosecond};
  Messenger late{"late", bench_.processor, 500 * nanosecond};
  std::vector<Time> woken;
  bench_.processor.set_firmware([&] {
    here().work(100);
    here().wait_for_event();
    woken.push_back(here().time());
    here().wait_for_event();
    woken.push_back(here().time());
  });
  run();
  EXPECT_EQ(woken, (std::vector<Time>{105 * nanosecond, 505 * nanosecond}));
}

/// An event while the line's next change is already on its way.
TEST_F(Interrupt, AnEventWakesWfeAtOnce) {
  Messenger messenger{"messenger", bench_.processor, 500 * nanosecond};
  Time woken = 0;
  bench_.processor.set_firmware([&] {
    bench_.interface.socket->set_line(CpuInterfaceBackward::Line::irq, true, 900 * nanosecond);
    here().wait_for_event();
    woken = here().time();
  });
  run();
  EXPECT_EQ(woken, 505 * nanosecond);
}

TEST_F(Interrupt, WfeEndsWithTheEventStream) {
  Time woken = 0;
  bench_.processor.set_firmware([&] {
    here().wait_for_event(700 * nanosecond);
    woken = here().time();
  });
  run();
  EXPECT_EQ(woken, 705 * nanosecond);
}

TEST_F(Interrupt, AnEdgeOfTheEventWireWakesWfe) {
  class Device : public Module {
   public:
    explicit Device(const sc_core::sc_module_name& name) : Module(name), out("out") {
      tasks_.spawn(pulse());
    }
    WireOut out;

   private:
    Task<void> pulse() {
      co_await Until{scheduler(), 500 * nanosecond};
      out.pulse();
    }
    TaskGroup tasks_{scheduler()};
  };
  Device device_with_events{"device_with_events"};
  device_with_events.out.bind(bench_.processor.event);
  Time woken = 0;
  bench_.processor.set_firmware([&] {
    here().wait_for_event();
    woken = here().time();
  });
  run();
  EXPECT_EQ(woken, 505 * nanosecond);
}

/// SEV reaches whoever is wired, and waits for the stores before it.
TEST_F(Interrupt, AnEventIsSentToAllProcessors) {
  class Listener : public Module {
   public:
    explicit Listener(const sc_core::sc_module_name& name)
        : Module(name), event("event", [this](bool level) {
            if (level) heard.push_back(now());
          }) {}
    WireIn event;
    std::vector<Time> heard;
  };
  Listener listener{"listener"};
  EventBroadcast events{"events"};
  bench_.processor.event_out.bind(events.in);
  events.out.bind(listener.event);
  events.out.bind(bench_.processor.event);
  Time sent = 0;
  Time woken = 0;
  bench_.processor.set_firmware([&] {
    here().store(0, 4, 1, NativeProcessor::MemoryType::device);
    here().send_event_to_all();
    sent = here().time();
    here().wait_for_event();
    woken = here().time();
  });
  run();
  EXPECT_GT(sent, 0u) << "the store has been answered";
  EXPECT_EQ(listener.heard, (std::vector<Time>{sent}));
  EXPECT_EQ(woken, sent + 5 * nanosecond);
}

TEST(PostedStore, ArrivesBeforeTheEventBehindIt) {
  CpuParameters parameters = free_of_cost();
  parameters.posted_writes = true;
  Bench bench(parameters);
  class Listener : public Module {
   public:
    Listener(const sc_core::sc_module_name& name, const Memory& memory)
        : Module(name), event("event", [this, &memory](bool level) {
            if (level) found.push_back(memory.contents[0]);
          }) {}
    WireIn event;
    std::vector<unsigned> found;
  };
  Listener listener{"listener", bench.memory};
  bench.processor.event_out.bind(listener.event);
  bench.processor.set_firmware([] {
    here().store(0, 4, 7, NativeProcessor::MemoryType::device);
    here().send_event_to_all();
  });
  sc_core::sc_start(10, sc_core::SC_US);
  EXPECT_EQ(listener.found, std::vector<unsigned>{7});
}

TEST_F(Interrupt, AnInterruptWakesWfeToo) {
  bench_.processor.set_firmware([&] {
    here().set_interrupt_handler(take_one, &seen_);
    here().mask_interrupts(false);
    here().wait_for_event();
  });
  bench_.interface.raise_at(1000 * nanosecond, 8192);
  run();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{8192}));
  EXPECT_TRUE(bench_.processor.halted());
}

TEST_F(Interrupt, AnEventDoesNotWakeWfi) {
  Messenger messenger{"messenger", bench_.processor, 10 * nanosecond};
  bench_.processor.set_firmware([&] { here().wait_for_interrupt(); });
  run();
  EXPECT_FALSE(bench_.processor.halted());
}

TEST_F(Interrupt, AWireWithATimeAnnotationDoesTheSame) {
  class Button : public Module {
   public:
    explicit Button(const sc_core::sc_module_name& name) : Module(name), out("out") {
      tasks_.spawn(press());
    }
    WireOut out;

   private:
    Task<void> press() {
      co_await Until{scheduler(), 500 * nanosecond};
      out.drive(true, 100 * nanosecond);
    }
    TaskGroup tasks_{scheduler()};
  };
  Button button{"button"};
  button.out.bind(bench_.processor.irq);
  bench_.processor.set_firmware([&] {
    here().wait_for_interrupt();
    finished_ = here().time();
  });
  run();
  EXPECT_EQ(finished_, 605 * nanosecond);
}

}  // namespace
}  // namespace doorbell::cpu
