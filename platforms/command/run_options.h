#pragma once

#include <cstdint>
#include <string>

#include "platforms/command/description_reader.h"
#include "platforms/software/software_options.h"

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell run DESCRIPTION --workload TRACE ...`, or other software in the workload's place.
struct RunOptions {
  DescriptionSources sources;          ///< Of the platform and of how the workload is replayed.
  bool described = false;              ///< Whether a description was given.
  std::string workload;                ///< A trace in the project's format.
  software::SoftwareOptions software;  ///< Of which there is exactly one kind, or a workload.
  std::string statistics;              ///< Where to write the statistics; empty for nowhere.
  std::string trace;                   ///< Where to write the Chrome trace; empty for nowhere.
  std::uint64_t trace_from =
      0;  ///< The first MSI in the trace, counted in the order of their starts.
  std::uint64_t trace_count = 1000;  ///< How many of them.
  std::uint64_t slowest = 0;         ///< How many of the slowest MSIs are explained; 0: none.
};

CLI::App* declare(CLI::App& app, RunOptions& options);

}  // namespace doorbell
