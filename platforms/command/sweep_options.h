#pragma once

#include <cstdint>
#include <string>

#include "platforms/command/slurm_options.h"

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell sweep PLAN -o DIR ...`, `doorbell sweep DIR --csv FILE`
struct SweepOptions {
  std::string plan;              ///< A plan; or the folder of a sweep, whose results are shown.
  std::string directory;         ///< DIR: where the results are.
  std::string csv;               ///< Where to write them as CSV; "-" is standard output.
  std::string engine = "local";  ///< Where points run: "local" or "slurm".
  SlurmOptions slurm;
  unsigned processes = 0;     ///< Of the local engine at a time; 0: as many as there are cores.
  bool retry_failed = false;  ///< Run points again that failed.
  std::uint64_t slowest = 0;  ///< How many of the slowest MSIs of each point are explained.
  bool any_size = false;      ///< However many points the plan has.
  bool check = false;         ///< Whether the plan is only checked.
};

CLI::App* declare(CLI::App& app, SweepOptions& options);

}  // namespace doorbell
