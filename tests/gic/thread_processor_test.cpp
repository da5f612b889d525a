#include "doorbell/gic/thread_processor.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/thread.h"
#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t timer = 27;  // a PPI
constexpr Time register_access = 20 * nanosecond;
constexpr Time line_latency = 2 * nanosecond;  // of two cycles at 1 GHz

Time time() {
  return sc_core::sc_time_stamp().value();
}

/// A GIC with one processor, whose software is an SC_THREAD.
class System : public Module {
 public:
  SC_HAS_PROCESS(System);
  explicit System(const sc_core::sc_module_name& name = "system")
      : Module(name), gic("gic", {}, affinities_of_virt(1)) {
    gic.its().memory.bind(memory.its);
    gic.lpi_memory.bind(memory.lpis);
    gicd.bind(gic.distributor().registers);
    gicr.bind(gic.redistributor(0).registers);
    gits.bind(gic.its().control);
    device.bind(gic.its().translater);
    processor.gic.bind(gic.cpu_interface(0).socket);
    ppi.bind(gic.redistributor(0).ppi(timer));
    SC_THREAD(run);
    SC_METHOD(watch);
    sensitive << processor.irq;
    dont_initialize();
  }
  void start(std::function<void()> software) {
    software_ = std::move(software);
    sc_core::sc_start(1, sc_core::SC_MS);
    EXPECT_TRUE(ended_);
  }
  void write(InitiatorSocket& socket, std::uint64_t offset, unsigned size, std::uint64_t value) {
    PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, offset, size);
    store_little_endian(payload->data().first(size), value);
    wait_for([&] { return transport(socket, *payload); });
    EXPECT_TRUE(payload->is_response_ok());
  }
  /// Group 1 and the timer's PPI, as level-sensitive.
  void bring_up() {
    write(gicd, 0x0000, 4, 0x12);  // GICD_CTLR: ARE_NS, EnableGrp1
    write(gicr, 0x0014, 4, 0);     // GICR_WAKER
    write(gicr, 0x10080, 4, ~0u);  // GICR_IGROUPR0
    write(gicr, 0x10100, 4, 1u << timer);
    processor.write(ICC_PMR_EL1, 0xf0);
    processor.write(ICC_IGRPEN1_EL1, 1);
  }

  Memory memory{"memory"};
  Gic gic;
  ThreadProcessor processor{"processor"};
  InitiatorSocket gicd{"gicd"}, gicr{"gicr"}, gits{"gits"}, device{"device"};
  WireOut ppi{"ppi"};
  std::vector<std::pair<Time, bool>> changes;  ///< of the IRQ line, as SystemC sees them

 private:
  static Task<void> transport(InitiatorSocket& socket, Payload& payload) {
    co_await socket.transport(payload);
  }
  void run() {
    software_();
    ended_ = true;
  }
  void watch() { changes.emplace_back(time(), processor.irq.read()); }
  std::function<void()> software_;
  bool ended_ = false;
};

TEST(ThreadProcessor, RegistersAreReadAndWrittenAndTakeTheirTime) {
  System system;
  system.start([&] {
    const Time begin = time();
    EXPECT_EQ(system.processor.write(ICC_PMR_EL1, 0xa0), SystemAccess::done);
    EXPECT_EQ(time(), begin + register_access);
    const ThreadProcessor::Value value = system.processor.read(ICC_PMR_EL1);
    EXPECT_EQ(time(), begin + 2 * register_access);
    EXPECT_TRUE(value.done());
    EXPECT_EQ(value.value, 0xa0u);
  });
}

TEST(ThreadProcessor, AnUnknownRegisterIsUndefined) {
  constexpr std::uint32_t SCTLR_EL1 = system_register(3, 0, 1, 0, 0);
  System system;
  system.start([&] {
    EXPECT_EQ(system.processor.read(SCTLR_EL1).outcome, SystemAccess::undefined);
    EXPECT_EQ(system.processor.write(SCTLR_EL1, 1), SystemAccess::undefined);
  });
}

TEST(ThreadProcessor, TheIrqLineRisesAtTheAnnouncedTimeAndNotBefore) {
  System system;
  Time raised = 0;
  system.start([&] {
    system.bring_up();
    EXPECT_FALSE(system.processor.irq.read());
    raised = time();
    system.ppi.drive(true);
    sc_core::wait(system.processor.irq.posedge_event());
    EXPECT_EQ(time(), raised + line_latency);
    EXPECT_EQ(system.processor.read(ICC_IAR1_EL1).value, timer);
  });
  ASSERT_FALSE(system.changes.empty());
  EXPECT_EQ(system.changes[0], (std::pair<Time, bool>{raised + line_latency, true}));
}

TEST(ThreadProcessor, AChangeThatIsAnnouncedBeforeTheOneBeforeHasTakenPlaceComesAtItsOwnTime) {
  System system;
  Time raised = 0;
  system.start([&] {
    system.bring_up();
    raised = time();
    system.ppi.drive(true);
    sc_core::wait(1, sc_core::SC_NS);
    system.ppi.drive(false);
    sc_core::wait(10, sc_core::SC_NS);
  });
  const std::vector<std::pair<Time, bool>> expected{{raised + line_latency, true},
                                                    {raised + nanosecond + line_latency, false}};
  EXPECT_EQ(system.changes, expected);
}

/// From the driver of the line to the threads that wait for it, in a process of its own: nothing
/// may depend on how far ahead the scheduler is when it announces a change.
std::vector<std::pair<Time, bool>> changes_at(Time lookahead) {
  System system;
  system.simulation().kernel().set_lookahead(lookahead);
  std::vector<Time> taken;
  system.start([&] {
    system.bring_up();
    for (int i = 0; i < 3; ++i) {
      system.ppi.drive(true, 100 * nanosecond);
      sc_core::wait(system.processor.irq.posedge_event());
      const std::uint64_t INTID = system.processor.read(ICC_IAR1_EL1).value;
      system.ppi.drive(false);
      system.processor.write(ICC_EOIR1_EL1, INTID);
      EXPECT_EQ(INTID, timer);
    }
    taken.push_back(time());
  });
  system.changes.emplace_back(taken.at(0), true);
  return system.changes;
}

// Of three interrupts the line rises and falls three times: after 100 ns of the driver's and 2 of
// the line's, and 2 ns after the read of ICC_IAR1_EL1 that took 20.
void expect_three_interrupts(const std::vector<std::pair<Time, bool>>& changes) {
  ASSERT_EQ(changes.size(), 7u);
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(changes[i].second, i % 2 == 0) << i;
  for (std::size_t i = 0; i < 6; i += 2)
    EXPECT_EQ(changes[i + 1].first - changes[i].first, register_access + line_latency) << i;
  for (std::size_t i = 2; i < 6; i += 2)
    EXPECT_EQ(changes[i].first - changes[i - 2].first, 102 * nanosecond + 2 * register_access);
}

TEST(ThreadProcessor, TheLineFollowsThreeInterrupts) {
  expect_three_interrupts(changes_at(0));
}

TEST(ThreadProcessor, TheLineChangesAtTheSameTimesWithALookahead) {
  expect_three_interrupts(changes_at(20 * microsecond));
}

TEST(ThreadProcessor, NothingThatIsDueLaterComesBeforeTheThreadSeesTheLine) {
  System system;
  system.simulation().kernel().set_lookahead(20 * microsecond);
  system.start([&] {
    system.bring_up();
    system.ppi.drive(true, 100 * nanosecond);
    system.ppi.drive(false, 200 * nanosecond);
    sc_core::wait(system.processor.irq.posedge_event());
    EXPECT_EQ(system.processor.read(ICC_IAR1_EL1).value, timer) << "it is withdrawn later";
  });
}

TEST(ThreadProcessor, AnSgiIsSentAndTaken) {
  System system;
  system.start([&] {
    system.write(system.gicr, 0x10100, 4, 1u << 5);
    system.bring_up();
    EXPECT_EQ(system.processor.write(ICC_SGI1R_EL1, 5u << 24 | 1), SystemAccess::done);
    while (!system.processor.irq.read())
      sc_core::wait(system.processor.irq.posedge_event());
    EXPECT_EQ(system.processor.read(ICC_IAR1_EL1).value, 5u);
    system.processor.write(ICC_EOIR1_EL1, 5);
    EXPECT_EQ(system.processor.read(ICC_IAR1_EL1).value, 1023u) << "none is left";
  });
}

TEST(ThreadProcessor, Group0RaisesTheFiq) {
  System system;
  system.start([&] {
    system.bring_up();
    system.write(system.gicd, 0x0000, 4, 0x13);
    system.write(system.gicr, 0x10080, 4, 0);  // GICR_IGROUPR0: all are Group 0
    system.processor.write(ICC_IGRPEN0_EL1, 1);
    system.ppi.drive(true);
    sc_core::wait(system.processor.fiq.posedge_event());
    EXPECT_FALSE(system.processor.irq.read());
    EXPECT_EQ(system.processor.read(ICC_IAR0_EL1).value, timer);
  });
}

}  // namespace
}  // namespace doorbell::gic::test
