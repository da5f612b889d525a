#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/dma_engine.h"
#include "doorbell/pcie/traffic_port.h"

namespace doorbell::pcie {

/// The DMA engine of a function: fetches descriptors from a ring in memory and carries them out one
/// after the other through the function's TrafficPort (arch/dma_engine.h has its registers and
/// descriptors).
class DmaEngine {
 public:
  DmaEngine(Simulation& simulation, const StatisticsGroup& group, TrafficPort& port,
            std::uint32_t local_bytes);

  /// Accesses to the registers; `offset` is from the start of BAR 0.
  std::uint32_t read(std::uint64_t offset, unsigned size);
  void write(std::uint64_t offset, unsigned size, std::uint32_t value);

  /// The engine's task: waits for work for ever.
  Task<void> run();

  /// Something outside the registers has changed: bus master enable.
  void wake() { work_.notify_all(); }
  /// Descriptors are being carried out, or are to be.
  bool busy() const { return has_work(); }

  /// The engine's own memory, made when first used.
  std::vector<std::uint8_t>& local_memory();

  // For a checkpoint: registers and local memory.
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  bool has_work() const;
  Task<bool> fetch(dma::Descriptor& descriptor, bool& valid);
  Task<dma::Result> execute(dma::Descriptor descriptor);
  Task<dma::Result> copy(dma::Descriptor descriptor);
  Task<void> finish(dma::Descriptor descriptor, dma::Result result);

  Simulation& simulation_;
  TrafficPort& port_;
  std::uint32_t local_bytes_;
  std::vector<std::uint8_t> local_;
  RegisterBank registers_;
  RegisterBank::Handle control_;
  RegisterBank::Handle status_;
  RegisterBank::Handle ring_base_;
  RegisterBank::Handle ring_entries_;
  RegisterBank::Handle head_;
  RegisterBank::Handle tail_;
  RegisterBank::Handle errors_;
  Condition work_;
  Counter descriptors_;
};

}  // namespace doorbell::pcie
