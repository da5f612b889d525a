#pragma once

#include <array>

#include "doorbell/smmu/performance_monitor.h"
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {

// As Linux's drivers/perf/arm_smmuv3_pmu.c names them; page 1 is behind page 0.
inline constexpr std::uint64_t EVCNTR = 0x1000;
inline constexpr std::uint64_t EVTYPER = 0x400;
inline constexpr std::uint64_t SMR = 0xa00;
inline constexpr std::uint64_t CNTENSET0 = 0xc00;
inline constexpr std::uint64_t INTENSET0 = 0xc40;
inline constexpr std::uint64_t OVSSET0 = 0x1cc0;
inline constexpr std::uint64_t CEID0 = 0xe20;
inline constexpr std::uint64_t CR = 0xe04;
inline constexpr std::uint64_t IRQ_CTRL = 0xe50;
inline constexpr std::uint64_t IRQ_CTRLACK = 0xe54;
inline constexpr std::uint64_t IRQ_CFG0 = 0xe58;
inline constexpr std::uint64_t IRQ_CFG1 = 0xe60;
inline constexpr std::uint64_t IRQ_STATUS = 0xe68;
inline constexpr std::uint64_t FILTER_SID_SPAN = 1ULL << 29;
inline constexpr std::uint64_t all_streams = 0xffff'ffff;

/// A monitor and who programs it.
struct Monitored : Module {
  template <class Part>
  Monitored(const sc_core::sc_module_name& module_name, const SmmuParameters& smmu_parameters,
            Part& part)
      : Module(module_name), monitor("monitor", smmu_parameters, part) {
    software.bind(checker.upstream);
    checker.downstream.bind(monitor.registers);
    monitor.overflow.bind(interrupt);
  }
  Task<std::uint64_t> read(std::uint64_t offset, unsigned size = 8) {
    std::array<std::uint8_t, 8> bytes{};
    const bool ok = co_await port_.read({}, offset, std::span(bytes).first(size));
    EXPECT_TRUE(ok);
    co_return load_little_endian<std::uint64_t>(std::span(bytes).first(size));
  }
  Task<void> write(std::uint64_t offset, std::uint64_t value, unsigned size = 8) {
    std::array<std::uint8_t, 8> bytes{};
    store_little_endian(bytes, value);
    const bool ok = co_await port_.write({}, offset, std::span(bytes).first(size));
    EXPECT_TRUE(ok);
  }
  Task<std::uint64_t> counter(unsigned n) { return read(EVCNTR + 8 * n); }
  /// Counter n counts `event` from now on.
  Task<void> count(unsigned n, MonitorEvent event, std::uint64_t filter = all_streams) {
    const std::uint64_t span = filter == all_streams ? FILTER_SID_SPAN : 0;
    co_await write(EVTYPER + 4 * n, static_cast<unsigned>(event) | span, 4);
    co_await write(SMR + 4 * n, filter, 4);
    co_await write(CNTENSET0, 1ULL << n);
    co_await write(CR, 1, 4);
  }

  PerformanceMonitor monitor;
  InitiatorSocket software{"software"};
  ProtocolChecker checker{"checker"};
  std::vector<Time> edges;
  WireIn interrupt{"interrupt", [this](bool level) {
                     if (level) edges.push_back(now());
                   }};

 private:
  PhysicalMemoryPort port_{software};
};

}  // namespace doorbell::smmu::test
