#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "platforms/replay/engine.h"
#include "platforms/replay/processors.h"
#include "platforms/replay/sides.h"
#include "platforms/replay/software.h"
#include "traces/format/workload.h"

namespace doorbell::replay {

/// One copy of a workload: its engine, and the platform's functions and processors as its two
/// sides.
class Copy : private DeviceSide, private ProcessorSide {
 public:
  /// All references outlive it. Throws InputError as Engine and Software do.
  Copy(Firmware& firmware, Processors& processors, const ReplayParameters& parameters,
       const trace::Workload& workload, Place place);

  Software& software() { return software_; }
  const Software& software() const { return software_; }
  Engine& engine() { return engine_; }
  const Engine& engine() const { return engine_; }

 private:
  Task<bool> read(const trace::Access& access) override;
  Task<bool> write(const trace::Access& access) override;
  Task<Signalled> signal(const trace::Msi& msi) override;
  Task<bool> perform(const trace::Record& record) override;
  Task<bool> flush(unsigned cpu, trace::Stream stream) override;

  Task<void> open(const trace::Msi& msi);

  Processors& processors_;
  Software software_;
  Engine engine_;
  std::set<std::pair<trace::Stream, std::uint32_t>> opening_;  ///< vectors, for their first message
  Condition opened_;
};

}  // namespace doorbell::replay
