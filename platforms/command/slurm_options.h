#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// What `doorbell sweep --engine slurm` wants to know (docs/slurm.md).
struct SlurmOptions {
  std::string partition;          ///< Empty: the cluster's default.
  std::uint64_t max_running = 0;  ///< Points at a time; 0: as many as the cluster lets run.
  bool detach = false;            ///< Submit and return.
  bool resume = false;            ///< Wait for what was submitted before.

  /// Whether any of them was given, which only makes sense with that engine.
  bool any() const { return !partition.empty() || max_running > 0 || detach || resume; }
};

/// Adds the options to those of a subcommand.
void add_slurm_options(CLI::App& app, SlurmOptions& options);

}  // namespace doorbell
