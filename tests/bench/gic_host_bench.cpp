// What the GIC costs the host: a change of an SPI by the number of processors, and the memory of
// pending LPIs. The doorbells of many processors are msi_bench --processors.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/pending_lpis.h"

namespace {

using namespace doorbell;
using namespace doorbell::gic;

constexpr std::uint32_t last_spi = 255;

/// As software leaves it: an SPI on the last processor, which all others know nothing of.
void set_up(DistributorState& distributor, unsigned processors) {
  RegisterBank& gicd = distributor.registers();
  gicd.write(0, 4, 3, {});
  gicd.write(0x0080 + last_spi / 32 * 4, 4, ~0u, {});
  gicd.write(0x0100 + last_spi / 32 * 4, 4, 1u << last_spi % 32, {});
  gicd.write(0x0400 + last_spi, 1, 0xA0, {});
  const Affinity affinity = affinities_of_virt(processors).back();
  gicd.write(0x6000 + 8 * last_spi, 8, affinity.packed, {});
  for (unsigned i = 0; i < processors; ++i)
    distributor.set_enabled_groups(i, 3);
}

/// A level that rises and falls, and what each processor that is told of it then asks.
void SpiChange(benchmark::State& state) {
  const auto processors = static_cast<unsigned>(state.range(0));
  DistributorState distributor({.processors = affinities_of_virt(processors)});
  set_up(distributor, processors);
  std::uint64_t told = 0;
  distributor.on_change([&](unsigned processor, bool) {
    ++told;
    benchmark::DoNotOptimize(distributor.highest_for(processor));
  });
  bool level = false;
  for (auto _ : state)
    distributor.set_line(last_spi, level = !level);
  state.counters["told"] =
      benchmark::Counter(static_cast<double>(told), benchmark::Counter::kAvgIterations);
}
BENCHMARK(SpiChange)->Arg(4)->Arg(256);

std::size_t allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Of a redistributor with a million LPIs pending.
void PendingLpiMemory(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    const std::size_t before = allocated();
    PendingLpis<void*> pending;
    for (std::uint32_t i = 0; i < count; ++i)
      pending.insert(first_lpi + i, {}, nullptr);
    state.counters["MiB"] = static_cast<double>(allocated() - before) / (1 << 20);
  }
}
BENCHMARK(PendingLpiMemory)->Arg(1 << 20)->Unit(benchmark::kMillisecond);

}  // namespace
