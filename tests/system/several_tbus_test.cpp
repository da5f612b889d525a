// Two TBUs on the platform: each endpoint's functions pass theirs, and all they have is a TCU.
#include <gtest/gtest.h>

#include <map>

#include "platforms/virt/accounts.h"
#include "platforms/virt/address_space.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

using cpu::NativeProcessor;

/// The first endpoint is 00:01.0, StreamID 8; the second 00:02.0, 16.
virt::VirtParameters two_tbus() {
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  parameters.smmu.tbus = {{.first_stream_id = 0, .last_stream_id = 15},
                          {.first_stream_id = 16, .last_stream_id = 0xffff}};
  parameters.root_complex.ports[1].tbu = 1;
  return parameters;
}

Task<void> traffic(pcie::TrafficPort& port, unsigned messages, unsigned vectors,
                   std::uint64_t iova = Machine::data_iova) {
  for (unsigned i = 0; i < messages; ++i) {
    co_await port.write(iova + 64 * i, 64, {});
    co_await port.read(iova + 64 * i, 64, {});
    co_await port.signal(i % vectors);
  }
}

class SeveralTbusTest : public ::testing::TestWithParam<Timing> {
 protected:
  std::uint64_t value(const std::string& name) {
    return dynamic_cast<const Counter&>(statistic(name)).value();
  }
  std::uint64_t misses(const std::string& name) {
    return dynamic_cast<const CacheStatistics&>(statistic(name)).misses();
  }
  const Statistic& statistic(const std::string& name) {
    const Statistic* const found =
        machine_.platform().simulation().statistics().find("virt.smmu." + name);
    if (found == nullptr) throw std::out_of_range(name);
    return *found;
  }
  Machine machine_{two_tbus()};
};
INSTANTIATE_TEST_SUITE_P(Timings, SeveralTbusTest,
                         ::testing::Values(Timing::approximate, Timing::loose),
                         [](const auto& timing) {
                           return timing.param == Timing::loose ? "Loose" : "Approximate";
                         });

// An LPI for each vector, whichever way it came; and each TBU saw what is below its port alone.
TEST_P(SeveralTbusTest, MessagesArriveByTheTbuOfTheirPort) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, unsigned> taken;
  machine_.on_interrupt([&](const msi_vector& vector) {
    ++taken[{vector.device_id, vector.event_id}];
  });
  machine_.run(
      [&] {
        machine_.add_device(0, 4);
        machine_.add_device(1, 4);
        machine_.start(traffic(machine_.traffic(0), 8, 4));
        machine_.start(traffic(machine_.traffic(1), 16, 4));
        EXPECT_TRUE(machine_.wait_for_interrupts(24));
      },
      GetParam());
  for (std::uint32_t event = 0; event < 4; ++event) {
    const std::pair of_first{machine_.requester_id(0), event},
        of_second{machine_.requester_id(1), event};
    EXPECT_EQ(taken[of_first], 2u) << event;
    EXPECT_EQ(taken[of_second], 4u) << event;
  }
  EXPECT_EQ(value("tbu0.transactions"), 24u);
  EXPECT_EQ(value("tbu1.transactions"), 48u);
  EXPECT_EQ(value("tbu0.terminated") + value("tbu1.terminated"), 0u);
  const Conservation account = virt::conservation_of(machine_.platform());
  EXPECT_EQ(account.sent, 24u);
  EXPECT_TRUE(account.balanced());
  EXPECT_EQ(machine_.platform().protocol_violations(), 0u);
}

// What ends at either TBU is in one account, with its event.
TEST_P(SeveralTbusTest, TerminatedMessagesOfBothAreAccountedFor) {
  machine_.run(
      [&] {
        machine_.add_device(0, 3);
        machine_.add_device(1, 3);
        machine_.start(traffic(machine_.traffic(0), 3, 3));
        machine_.start(traffic(machine_.traffic(1), 3, 3, Machine::data_iova + 0x10'0000));
        EXPECT_TRUE(machine_.wait_for_interrupts(6));
        machine_.pass(10 * microsecond);
      },
      GetParam());
  EXPECT_EQ(value("tbu0.terminated"), 0u);
  EXPECT_EQ(value("tbu1.terminated"), 6u) << "a write and a read, three times";
  EXPECT_EQ(value("tcu.terminated_recorded"), 6u);
  EXPECT_TRUE(virt::conservation_of(machine_.platform()).balanced());
}

// As Linux's drivers/perf/arm_smmuv3_pmu.c names them.
constexpr std::uint64_t EVTYPER = 0x400, SMR = 0xa00, CNTENSET0 = 0xc00, CR = 0xe04;
constexpr std::uint64_t FILTER_SID_SPAN = 1ULL << 29;

void store(unsigned group, std::uint64_t offset, std::uint64_t value, unsigned size = 4) {
  NativeProcessor::current().store(virt::counter_group_page(group, 0).base + offset, size, value,
                                   NativeProcessor::MemoryType::device);
}
void count(unsigned group, unsigned n, unsigned event) {
  store(group, EVTYPER + 4 * n, event | FILTER_SID_SPAN);
  store(group, SMR + 4 * n, 0xffff'ffff);
  store(group, CNTENSET0, 1ULL << n, 8);
  store(group, CR, 1);
}
std::uint64_t counter(unsigned group, unsigned n) {
  return NativeProcessor::current().load(virt::counter_group_page(group, 1).base + 8 * n, 8,
                                         NativeProcessor::MemoryType::device);
}

// Group 0 is the TCU's, then come those of the TBUs.
TEST_P(SeveralTbusTest, EachHasAGroupOfCounters) {
  ASSERT_EQ(machine_.platform().performance_monitor_count(), 3u);
  std::array<std::uint64_t, 3> transactions{}, tlb_misses{};
  machine_.run(
      [&] {
        for (unsigned group = 0; group < 3; ++group) {
          count(group, 0, 1);
          count(group, 1, 2);
        }
        machine_.add_device(0, 1);
        machine_.add_device(1, 1);
        machine_.start(traffic(machine_.traffic(0), 5, 1));
        machine_.start(traffic(machine_.traffic(1), 9, 1));
        machine_.pass(100 * microsecond);
        for (unsigned group = 0; group < 3; ++group) {
          transactions[group] = counter(group, 0);
          tlb_misses[group] = counter(group, 1);
        }
      },
      GetParam());
  EXPECT_EQ(transactions[0], value("tcu.translated"));
  EXPECT_EQ(transactions[1], 15u);
  EXPECT_EQ(transactions[2], 27u);
  EXPECT_EQ(tlb_misses[1], misses("tbu0.main_tlb"));
  EXPECT_EQ(tlb_misses[2], misses("tbu1.main_tlb"));
}

}  // namespace
}  // namespace doorbell::testing
