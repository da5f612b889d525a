#include "doorbell/smmu/arch/counter_group.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/random.h"
#include "doorbell/core/arch/state.h"
#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {
namespace {

// As Linux's drivers/perf/arm_smmuv3_pmu.c names them; page 1 is behind page 0.
constexpr std::uint64_t page_1 = 0x1000;
constexpr std::uint64_t EVCNTR = page_1 + 0x0;
constexpr std::uint64_t EVTYPER = 0x400;
constexpr std::uint64_t SVR = page_1 + 0x600;
constexpr std::uint64_t SMR = 0xa00;
constexpr std::uint64_t CNTENSET0 = 0xc00;
constexpr std::uint64_t CNTENCLR0 = 0xc20;
constexpr std::uint64_t INTENSET0 = 0xc40;
constexpr std::uint64_t INTENCLR0 = 0xc60;
constexpr std::uint64_t OVSCLR0 = page_1 + 0xc80;
constexpr std::uint64_t OVSSET0 = page_1 + 0xcc0;
constexpr std::uint64_t CAPR = page_1 + 0xd88;
constexpr std::uint64_t CFGR = 0xe00;
constexpr std::uint64_t CR = 0xe04;
constexpr std::uint64_t CEID0 = 0xe20;
constexpr std::uint64_t CEID1 = 0xe28;
constexpr std::uint64_t IRQ_CTRL = 0xe50;
constexpr std::uint64_t IRQ_CTRLACK = 0xe54;
constexpr std::uint64_t IRQ_CFG0 = 0xe58;
constexpr std::uint64_t IRQ_CFG1 = 0xe60;
constexpr std::uint64_t IRQ_CFG2 = 0xe64;
constexpr std::uint64_t IRQ_STATUS = 0xe68;
constexpr std::uint64_t AIDR = 0xe70;
constexpr std::uint64_t FILTER_SID_SPAN = 1ULL << 29;
constexpr std::uint64_t OVFCAP = 1ULL << 31;

constexpr auto transaction = MonitorEvent::transaction;
constexpr auto tlb_miss = MonitorEvent::tlb_miss;

class CounterGroupTest : public testing::Test {
 protected:
  void SetUp() override {
    group_.observe(events_);
    group_.on_interrupt([this] { ++interrupts_; });
  }
  std::uint64_t read(std::uint64_t offset, unsigned size = 8) {
    std::uint64_t data = 0;
    EXPECT_EQ(group_.registers().read(offset, size, data), RegisterResult::ok);
    return data;
  }
  void write(std::uint64_t offset, std::uint64_t data, unsigned size = 8) {
    EXPECT_EQ(group_.registers().write(offset, size, data), RegisterResult::ok);
  }
  std::uint64_t counter(unsigned n) { return read(EVCNTR + 8 * n); }
  std::uint64_t shadow(unsigned n) { return read(SVR + 8 * n); }
  /// Counter n counts an event of all streams unless it is told else.
  void count(unsigned n, unsigned event, std::uint64_t type = FILTER_SID_SPAN,
             std::uint64_t filter = 0xffff'ffff) {
    write(EVTYPER + 4 * n, event | type, 4);
    write(SMR + 4 * n, filter, 4);
    write(CNTENSET0, 1ULL << n);
    write(CR, 1, 4);
  }

  CounterGroup group_{
      {.counters = 4, .stream_id_bits = 16, .events = 0x07, .output_address_bits = 44}};
  MonitoredEvents events_;
  unsigned interrupts_ = 0;
};

TEST_F(CounterGroupTest, SaysWhatItIs) {
  EXPECT_EQ(read(CFGR, 4), 3u | 63u << 8 | 1u << 20 | 1u << 21 | 1u << 22);
  EXPECT_EQ(read(CEID0), 0x7u);
  EXPECT_EQ(read(CEID1), 0u);
  EXPECT_EQ(read(AIDR, 4), 2u);
  EXPECT_EQ(read(CR, 4), 0u);
}

TEST_F(CounterGroupTest, CountsItsEventWhileGroupAndCounterAreEnabled) {
  events_.count(transaction, 1);
  count(1, 1);
  events_.count(transaction, 1);
  events_.count(transaction, 2);
  events_.count(tlb_miss, 1);
  EXPECT_EQ(counter(1), 2u);
  EXPECT_EQ(counter(0), 0u);
  write(CR, 0, 4);
  events_.count(transaction, 1);
  EXPECT_EQ(counter(1), 2u) << "CR.E takes precedence";
  write(CR, 1, 4);
  write(CNTENCLR0, 1u << 1);
  events_.count(transaction, 1);
  EXPECT_EQ(counter(1), 2u);
}

TEST_F(CounterGroupTest, CountsOneEventInAsManyCountersAsAskForIt) {
  count(0, 1);
  count(2, 1);
  count(3, 2);
  events_.count(transaction, 7);
  EXPECT_EQ(counter(0), 1u);
  EXPECT_EQ(counter(2), 1u);
  EXPECT_EQ(counter(3), 0u);
}

TEST_F(CounterGroupTest, CountsNothingThatItDoesNotOffer) {
  count(0, 4);
  count(1, 0x81);
  events_.count(MonitorEvent::table_access, 7);
  events_.count(transaction, 7);
  EXPECT_EQ(counter(0), 0u);
  EXPECT_EQ(counter(1), 0u);
}

/// IHI 0070 10.4: the filter, and which StreamIDs it lets pass.
struct Filter {
  std::uint64_t type;
  std::uint64_t filter;
  std::uint32_t first, last;
};

TEST_F(CounterGroupTest, FiltersStreamsExactlyPartlyOrNotAtAll) {
  const Filter filters[] = {
      {0, 0x42, 0x42, 0x42},
      {0, 0xffff, 0xffff, 0xffff},  // exact, though all ones
      {0, 0, 0, 0},
      {FILTER_SID_SPAN, 0x42, 0x42, 0x43},  // Linux's documentation
      {FILTER_SID_SPAN, 0xf7f7, 0xf7f0, 0xf7ff},
      {FILTER_SID_SPAN, 0xf7f6, 0xf7f6, 0xf7f7},
      {FILTER_SID_SPAN, 0xf5ff, 0xf400, 0xf7ff},
      {FILTER_SID_SPAN, 0x7fff, 0, 0xffff},       // all, with the top bit clear
      {FILTER_SID_SPAN, 0xffff'ffff, 0, 0xffff},  // all, the size unknown
  };
  for (const Filter& filter : filters) {
    SCOPED_TRACE(filter.filter);
    count(0, 1, filter.type, filter.filter);
    for (const std::uint32_t stream : {filter.first, filter.last}) {
      write(EVCNTR, 0);
      events_.count(transaction, stream);
      EXPECT_EQ(counter(0), 1u) << stream;
    }
    write(EVCNTR, 0);
    for (const std::uint32_t stream : {filter.first - 1, filter.last + 1}) {
      if (stream <= 0xffff) events_.count(transaction, stream);
    }
    EXPECT_EQ(counter(0), 0u);
  }
}

TEST_F(CounterGroupTest, StreamIdsBeyondItsSizeAreNotImplemented) {
  write(SMR, 0xffff'ffff, 4);
  EXPECT_EQ(read(SMR, 4), 0xffffu);
}

TEST_F(CounterGroupTest, CountersThatThereAreNotReadAsZero) {
  for (const unsigned n : {4u, 63u}) {
    write(EVCNTR + 8 * n, ~0ULL);
    write(EVTYPER + 4 * n, 1, 4);
    write(SMR + 4 * n, 1, 4);
    EXPECT_EQ(counter(n), 0u);
    EXPECT_EQ(read(EVTYPER + 4 * n, 4), 0u);
    EXPECT_EQ(read(SMR + 4 * n, 4), 0u);
  }
  for (const std::uint64_t bitmap : {CNTENSET0, INTENSET0, OVSSET0}) {
    write(bitmap, ~0ULL);
    EXPECT_EQ(read(bitmap), 0xfu);
  }
}

TEST_F(CounterGroupTest, ABitmapIsSetAndClearedByOnesAndReadTwice) {
  const std::pair<std::uint64_t, std::uint64_t> bitmaps[] = {
      {CNTENSET0, CNTENCLR0}, {INTENSET0, INTENCLR0}, {OVSSET0, OVSCLR0}};
  for (const auto& [set, clear] : bitmaps) {
    write(set, 0x3);
    write(set, 0x8);
    EXPECT_EQ(read(set), 0xbu);
    EXPECT_EQ(read(clear), 0xbu);
    write(clear, 0x2);
    EXPECT_EQ(read(set), 0x9u);
    write(set + 4, 0xffff'ffff, 4);
    EXPECT_EQ(read(set), 0x9u) << "half of it is written";
    write(clear, 0x8, 4);
    EXPECT_EQ(read(clear, 4), 0x1u);
  }
}

TEST_F(CounterGroupTest, ReservedFieldsStayZero) {
  write(EVTYPER, 0xffff'ffff, 4);
  EXPECT_EQ(read(EVTYPER, 4), 0xa000'ffffu) << "no FILTER_SEC_SID, no MPAM";
  write(CR, 0xffff'fffe, 4);
  EXPECT_EQ(read(CR, 4), 0u);
  write(IRQ_CFG2, 0xffff'ffff, 4);
  EXPECT_EQ(read(IRQ_CFG2, 4), 0x3fu);
  write(IRQ_CFG0, ~0ULL);
  EXPECT_EQ(read(IRQ_CFG0), 0xfff'ffff'fffcu) << "OAS";
}

/// Linux starts each counter half-way, so that it overflows long before it has come round.
TEST_F(CounterGroupTest, AnOverflowIsSeenAndDoesNotStopTheCounter) {
  count(0, 1);
  write(EVCNTR, ~0ULL);
  events_.count(transaction, 1);
  EXPECT_EQ(counter(0), 0u);
  EXPECT_EQ(read(OVSSET0), 0x1u);
  events_.count(transaction, 1);
  EXPECT_EQ(counter(0), 1u);
  EXPECT_EQ(interrupts_, 0u) << "neither INTEN nor IRQEN";
  write(EVCNTR, 0);
  write(OVSCLR0, 0x1);
  events_.count(transaction, 1);
  EXPECT_EQ(read(OVSSET0), 0u) << "a write of zero is no overflow";
}

TEST_F(CounterGroupTest, AnInterruptNeedsBothEnablesAtTheTimeOfTheOverflow) {
  for (const bool enabled : {false, true}) {
    for (const bool irqen : {false, true}) {
      interrupts_ = 0;
      count(2, 1);
      write(enabled ? INTENSET0 : INTENCLR0, 1u << 2);
      write(IRQ_CTRL, irqen ? 1 : 0, 4);
      write(EVCNTR + 16, ~0ULL);
      events_.count(transaction, 1);
      EXPECT_EQ(interrupts_, enabled && irqen ? 1u : 0u);
    }
  }
  // Though OVS is set already.
  write(EVCNTR + 16, ~0ULL);
  events_.count(transaction, 1);
  EXPECT_EQ(interrupts_, 2u);
  write(INTENCLR0, 1u << 2);
  write(INTENSET0, 1u << 1);
  write(EVCNTR + 16, ~0ULL);
  events_.count(transaction, 1);
  EXPECT_EQ(interrupts_, 2u) << "another counter's enable";
}

TEST_F(CounterGroupTest, ACaptureIsOfAllCountersAtOnce) {
  count(0, 1);
  count(1, 2);
  events_.count(transaction, 1);
  events_.count(tlb_miss, 1);
  events_.count(tlb_miss, 1);
  EXPECT_EQ(shadow(1), 0u);
  write(CAPR, 0, 4);
  EXPECT_EQ(shadow(1), 0u);
  write(CAPR, 1, 4);
  events_.count(transaction, 1);
  EXPECT_EQ(shadow(0), 1u);
  EXPECT_EQ(shadow(1), 2u);
  EXPECT_EQ(counter(0), 2u);
}

TEST_F(CounterGroupTest, AnOverflowCapturesAfterItself) {
  count(0, 1, FILTER_SID_SPAN | OVFCAP);
  count(1, 1);
  write(INTENSET0, 1);
  write(IRQ_CTRL, 1, 4);
  write(EVCNTR, ~0ULL);
  write(EVCNTR + 8, 41);
  group_.on_interrupt([this] {
    EXPECT_EQ(shadow(1), 42u) << "captured ahead of the interrupt";
    EXPECT_EQ(read(OVSSET0), 1u);
    ++interrupts_;
  });
  events_.count(transaction, 1);
  EXPECT_EQ(interrupts_, 1u);
  EXPECT_EQ(shadow(0), 0u) << "post-overflow";
  write(OVSSET0, 0x2);
  events_.count(transaction, 1);
  EXPECT_EQ(shadow(1), 42u) << "no overflow, no capture";
  write(EVCNTR + 8, ~0ULL);
  events_.count(transaction, 1);
  EXPECT_EQ(shadow(1), 42u) << "that counter's overflow captures nothing";
}

TEST_F(CounterGroupTest, ClockCyclesAreCountedWhileEnabled) {
  group_.advance(100);
  count(0, 0, 0, 0x1234);  // no filter is about it
  group_.advance(150);
  EXPECT_EQ(counter(0), 50u);
  group_.advance(140);
  group_.advance(150);
  EXPECT_EQ(counter(0), 50u) << "time doesn't go back";
  write(CR, 0, 4);
  group_.advance(170);
  write(CR, 1, 4);
  group_.advance(171);
  EXPECT_EQ(counter(0), 51u);
}

TEST_F(CounterGroupTest, TheNextOverflowIsThatOfTheFirstCounterOfCycles) {
  EXPECT_FALSE(group_.next_overflow());
  group_.advance(1000);
  count(0, 0);
  EXPECT_FALSE(group_.next_overflow()) << "beyond the clock's range";
  write(EVCNTR, 0ULL - 70);
  EXPECT_EQ(group_.next_overflow(), 1070u);
  count(1, 0);
  write(EVCNTR + 8, 0ULL - 30);
  EXPECT_EQ(group_.next_overflow(), 1030u);
  count(2, 1);
  write(EVCNTR + 16, ~0ULL);
  EXPECT_EQ(group_.next_overflow(), 1030u) << "that one counts transactions";
  group_.advance(1029);
  EXPECT_EQ(read(OVSSET0), 0u);
  group_.advance(1030);
  EXPECT_EQ(read(OVSSET0), 0x2u);
  EXPECT_EQ(counter(1), 0u);
  EXPECT_EQ(group_.next_overflow(), 1070u);
}

TEST_F(CounterGroupTest, AMessageIsGuardedWhileItMayBeSent) {
  write(IRQ_CFG0, 0x808'0040);
  write(IRQ_CFG1, 17, 4);
  write(IRQ_CTRL, 1, 4);
  EXPECT_TRUE(group_.update_requested());
  write(IRQ_CFG0, 0);
  EXPECT_EQ(group_.message_address(), 0x808'0040u);
  group_.acknowledge();
  EXPECT_EQ(read(IRQ_CTRLACK, 4), 1u);
  write(IRQ_CTRL, 0, 4);
  write(IRQ_CFG1, 18, 4);
  EXPECT_EQ(group_.message_data(), 17u) << "it is being disabled";
  group_.acknowledge();
  write(IRQ_CFG0, 0x40);
  write(IRQ_CFG1, 18, 4);
  EXPECT_EQ(group_.message_address(), 0x40u);
  EXPECT_EQ(group_.message_data(), 18u);
}

TEST_F(CounterGroupTest, AnAbortedMessageIsToldUntilInterruptsAreEnabledAnew) {
  write(IRQ_CTRL, 1, 4);
  group_.acknowledge();
  group_.message_aborted();
  EXPECT_EQ(read(IRQ_STATUS, 4), 1u);
  write(IRQ_CTRL, 0, 4);
  group_.acknowledge();
  EXPECT_EQ(read(IRQ_STATUS, 4), 1u);
  write(IRQ_CTRL, 1, 4);
  group_.acknowledge();
  EXPECT_EQ(read(IRQ_STATUS, 4), 0u);
}

TEST(CounterGroup, WithoutMessagesTheirRegistersAreZero) {
  CounterGroup group({.counters = 1, .events = 1, .msi = false});
  std::uint64_t data = 0;
  group.registers().read(CFGR, 4, data);
  EXPECT_EQ(data & 1u << 21, 0u);
  group.registers().write(IRQ_CFG0, 8, 0x808'0040);
  group.registers().write(IRQ_CFG1, 4, 1);
  group.registers().write(IRQ_CFG2, 4, 1);
  for (const auto& [offset, size] : {std::pair{IRQ_CFG0, 8u}, {IRQ_CFG1, 4u}, {IRQ_CFG2, 4u}}) {
    group.registers().read(offset, size, data);
    EXPECT_EQ(data, 0u);
  }
}

TEST(CounterGroup, HasUpToSixtyFourCounters) {
  CounterGroup group({.counters = 64, .events = 2});
  MonitoredEvents events;
  group.observe(events);
  group.registers().write(EVTYPER + 4 * 63, 4, 1 | FILTER_SID_SPAN);
  group.registers().write(SMR + 4 * 63, 4, 0xffff'ffff);
  group.registers().write(CNTENSET0, 8, 1ULL << 63);
  group.registers().write(CR, 4, 1);
  events.count(MonitorEvent::transaction, 3);
  std::uint64_t data = 0;
  group.registers().read(EVCNTR + 8 * 63, 8, data);
  EXPECT_EQ(data, 1u);
}

TEST_F(CounterGroupTest, ACheckpointGoesOnCounting) {
  group_.advance(500);
  count(0, 0);
  count(1, 1);
  group_.advance(510);
  events_.count(transaction, 1);
  StateWriter writer;
  CounterGroup::describe(group_, writer);
  CounterGroup other({.counters = 4, .stream_id_bits = 16, .events = 0x07});
  MonitoredEvents events;
  other.observe(events);
  StateReader reader("state", writer.json());
  CounterGroup::describe(other, reader);
  other.refresh();
  events.count(transaction, 1);
  other.advance(515);
  std::uint64_t data = 0;
  other.registers().read(EVCNTR, 8, data);
  EXPECT_EQ(data, 15u);
  other.registers().read(EVCNTR + 8, 8, data);
  EXPECT_EQ(data, 2u);
}

}  // namespace
}  // namespace doorbell::smmu
