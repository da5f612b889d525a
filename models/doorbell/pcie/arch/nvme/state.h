#pragma once

#include <string>

#include "doorbell/pcie/arch/nvme/events.h"
#include "doorbell/pcie/arch/nvme/features.h"
#include "doorbell/pcie/arch/nvme/identify.h"
#include "doorbell/pcie/arch/nvme/log_page.h"
#include "doorbell/pcie/arch/nvme/parameters.h"
#include "doorbell/pcie/arch/nvme/queue.h"

namespace doorbell::pcie::nvme {

/// What a controller knows beside its registers.
struct State {
  State(const NvmeParameters& parameters, std::uint64_t drive_bytes, const std::string& name)
      : drive{drive_bytes / parameters.block_size, parameters.block_size},
        queues(parameters.io_queues, parameters.vectors),
        features(parameters.io_queues, parameters.vectors),
        identify(drive, name) {}

  /// A Controller Level Reset (NVMe 1.4 7.3.2).
  void reset() {
    queues.reset();
    features.reset();
    events.reset();
  }

  // For a checkpoint, when no command is under way.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.group("features", [&self](auto& inner) { Features::describe(self.features, inner); });
    state.group("health", [&self](auto& inner) {
      inner.value("bytes_read", self.health.bytes_read);
      inner.value("bytes_written", self.health.bytes_written);
      inner.value("reads", self.health.reads);
      inner.value("writes", self.health.writes);
    });
  }

  Namespace drive;
  Queues queues;
  Features features;
  AsynchronousEvents events;
  Identify identify;
  HealthCounts health;
};

}  // namespace doorbell::pcie::nvme
