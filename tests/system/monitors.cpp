#include "tests/system/monitors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "platforms/virt/address_space.h"
#include "sw/include/access.h"

namespace doorbell::testing {
namespace {

// IHI 0070, 10.5. Page 0 has the controls, page 1 the counters.
constexpr std::uint64_t EVCNTR = 0x0, EVTYPER = 0x400, SMR = 0xa00, CNTENSET0 = 0xc00, CR = 0xe04;
constexpr std::uint32_t FILTER_SID_SPAN = 1u << 29, all_streams = 0xffff'ffff;
constexpr unsigned of_tcu = 0, of_first_tbu = 1;
constexpr unsigned transactions = 1, tlb_misses = 2;  // 10.4

/// The counter of an event: the last ones, which tests of the monitors leave alone.
unsigned counter_of(const virt::Platform& platform, unsigned event) {
  return platform.parameters().smmu.performance_counters - event;
}

void start(const virt::Platform& platform, unsigned group, unsigned event) {
  const std::uint64_t page = virt::counter_group_page(group, 0).base;
  const unsigned n = counter_of(platform, event);
  mmio_write32(page + EVTYPER + 4 * n, event | FILTER_SID_SPAN);
  mmio_write32(page + SMR + 4 * n, all_streams);
  mmio_write64(page + CNTENSET0, 1ULL << n);
  mmio_write32(page + CR, 1);
}

std::uint64_t counted(const virt::Platform& platform, unsigned group, unsigned event) {
  const unsigned n = counter_of(platform, event);
  return mmio_read64(virt::counter_group_page(group, 1).base + EVCNTR + 8 * n);
}

bool is_busy(const sc_core::sc_object& object) {
  const auto* const module = dynamic_cast<const Module*>(&object);
  if (module != nullptr && !module->busy().empty()) return true;
  const auto& children = object.get_child_objects();
  return std::any_of(children.begin(), children.end(),
                     [](const sc_core::sc_object* child) { return is_busy(*child); });
}

}  // namespace

bool Monitors::are_there() const {
  return platform_.parameters().smmu.performance_counters >= tlb_misses;
}

void Monitors::start() {
  if (!are_there()) return;
  doorbell::testing::start(platform_, of_tcu, transactions);
  for (unsigned tbu = 0; tbu < platform_.smmu().tbu_count(); ++tbu) {
    for (const unsigned event : {transactions, tlb_misses})
      doorbell::testing::start(platform_, of_first_tbu + tbu, event);
  }
}

void Monitors::expect_statistics() {
  if (!are_there() || is_busy(platform_.smmu())) return;
  const auto statistic = [this](const std::string& path) {
    return platform_.simulation().statistics().find(path);
  };
  const auto count = [&](const std::string& path) {
    const auto* const counter = dynamic_cast<const Counter*>(statistic(path));
    return counter == nullptr ? 0 : counter->value();
  };
  const std::string tcu = platform_.smmu().tcu.name();
  std::uint64_t requests = count(tcu + ".ats_requests");
  for (const char* const end :
       {".translated", ".terminated_recorded", ".terminated_suppressed", ".terminated_lost"})
    requests += count(tcu + end);
  EXPECT_EQ(counted(platform_, of_tcu, transactions), requests);
  for (unsigned n = 0; n < platform_.smmu().tbu_count(); ++n) {
    const std::string tbu = platform_.smmu().tbu(n).name();
    EXPECT_EQ(counted(platform_, of_first_tbu + n, transactions), count(tbu + ".transactions"));
    EXPECT_EQ(counted(platform_, of_first_tbu + n, tlb_misses),
              dynamic_cast<const CacheStatistics&>(*statistic(tbu + ".main_tlb")).misses());
  }
}

}  // namespace doorbell::testing
