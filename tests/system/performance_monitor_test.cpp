// Counters of the SMMU's performance monitors, which count apart from the statistics, equal them.
#include <gtest/gtest.h>

#include "platforms/virt/address_space.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

using cpu::NativeProcessor;

// As Linux's drivers/perf/arm_smmuv3_pmu.c names them.
constexpr std::uint64_t EVCNTR = 0x0, EVTYPER = 0x400, SMR = 0xa00, CNTENSET0 = 0xc00, CR = 0xe04;
constexpr std::uint64_t FILTER_SID_SPAN = 1ULL << 29;
constexpr unsigned of_tcu = 0, of_tbu = 1;
enum Event : unsigned {
  transaction = 1,
  tlb_miss = 2,
  configuration_miss = 3,
  table_access = 4,
  configuration_access = 5
};

void store(unsigned group, std::uint64_t offset, std::uint64_t value, unsigned size = 4) {
  NativeProcessor::current().store(virt::counter_group_page(group, 0).base + offset, size, value,
                                   NativeProcessor::MemoryType::device);
}

/// Counter `n` of a group counts `event`, of one stream or of all.
void count(unsigned group, unsigned n, unsigned event,
           std::optional<std::uint32_t> stream = std::nullopt) {
  store(group, EVTYPER + 4 * n, event | (stream ? 0 : FILTER_SID_SPAN));
  store(group, SMR + 4 * n, stream.value_or(0xffff'ffff));
  store(group, CNTENSET0, 1ULL << n, 8);
  store(group, CR, 1);
}

std::uint64_t counter(unsigned group, unsigned n) {
  return NativeProcessor::current().load(virt::counter_group_page(group, 1).base + EVCNTR + 8 * n,
                                         8, NativeProcessor::MemoryType::device);
}

Task<void> traffic(pcie::TrafficPort& port, unsigned messages) {
  for (unsigned i = 0; i < messages; ++i) {
    co_await port.write(Machine::data_iova + 64 * i, 64, {});
    co_await port.read(Machine::data_iova + 64 * i, 64, {});
    co_await port.signal(0);
  }
}

class PerformanceMonitors : public ::testing::Test {
 protected:
  static virt::VirtParameters parameters() {
    virt::VirtParameters parameters;
    parameters.check_protocol = true;
    parameters.endpoints.resize(2);
    parameters.root_complex.ports.clear();
    for (std::uint32_t i = 0; i < 2; ++i)
      parameters.root_complex.ports.push_back({.device = i + 1});
    return parameters;
  }
  const Statistic& statistic(const std::string& name) {
    const Statistic* const found =
        machine_.platform().simulation().statistics().find("virt.smmu." + name);
    if (found == nullptr) throw std::out_of_range(name);
    return *found;
  }
  std::uint64_t value(const std::string& name) {
    return dynamic_cast<const Counter&>(statistic(name)).value();
  }
  std::uint64_t misses(const std::string& name) {
    return dynamic_cast<const CacheStatistics&>(statistic(name)).misses();
  }
  std::uint64_t walk_reads() {
    std::uint64_t reads = 0;
    for (unsigned n = 1; n <= 4; ++n)
      reads += n * value("tcu.walks_of_" + std::to_string(n));
    return reads;
  }

  Machine machine_{parameters()};
};

TEST_F(PerformanceMonitors, CountWhatTheStatisticsCount) {
  std::array<std::uint64_t, 5> tcu{};
  std::array<std::uint64_t, 5> tbu{};
  machine_.run([&] {
    for (unsigned event = transaction; event <= configuration_access; ++event)
      count(of_tcu, event - 1, event);
    for (unsigned i = 0; i < 2; ++i)
      machine_.add_device(i, 1);
    count(of_tbu, 0, transaction);
    count(of_tbu, 1, tlb_miss);
    const std::array streams{machine_.requester_id(0), machine_.requester_id(1)};
    count(of_tbu, 2, transaction, streams[0]);
    count(of_tbu, 3, transaction, streams[1]);
    machine_.start(traffic(machine_.traffic(0), 10));
    machine_.start(traffic(machine_.traffic(1), 20));
    ASSERT_TRUE(machine_.wait_for_interrupts(30));
    machine_.pass(20 * microsecond);
    for (unsigned n = 0; n < 5; ++n) {
      tcu[n] = counter(of_tcu, n);
      tbu[n] = counter(of_tbu, n);
    }
  });
  EXPECT_EQ(tbu[0], value("tbu.transactions"));
  EXPECT_EQ(tbu[1], misses("tbu.main_tlb"));
  EXPECT_EQ(tbu[2], 30u) << "a write, a read and a message, ten times";
  EXPECT_EQ(tbu[3], 60u);
  EXPECT_EQ(tcu[0], value("tcu.translated"));
  EXPECT_EQ(tcu[1], value("tcu.merged_walks") + value("tcu.walks_of_1") + value("tcu.walks_of_2") +
                        value("tcu.walks_of_3") + value("tcu.walks_of_4"));
  EXPECT_EQ(tcu[2], 0u) << "the driver had them fetched, which is no request";
  EXPECT_EQ(tcu[3], walk_reads());
  EXPECT_GT(tcu[3], 0u);
  EXPECT_EQ(tcu[4], 2 * 2 + value("tcu.level_1_descriptor_reads")) << "an STE and a CD of each";
}

}  // namespace
}  // namespace doorbell::testing
