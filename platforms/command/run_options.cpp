#include "platforms/command/run_options.h"

#include <CLI/CLI.hpp>

#include "platforms/command/overlay_options.h"

namespace doorbell {

CLI::App* declare(CLI::App& app, RunOptions& options) {
  CLI::App* run =
      app.add_subcommand("run", "Replay a workload on a platform and report what it took");
  add_description_options(*run, options.sources);
  run->add_option("--workload", options.workload,
                  "What to replay: a trace, gzip or plain, or a .yaml that describes a workload")
      ->required();
  run->add_option("--stats", options.statistics, "Write all statistics to this file, as JSON");
  auto* trace =
      run->add_option("--trace", options.trace, "Write a Chrome trace of single MSIs to this file");
  run->add_option("--trace-from", options.trace_from, "First MSI in that trace")
      ->needs(trace)
      ->capture_default_str();
  run->add_option("--trace-count", options.trace_count, "How many MSIs it holds")
      ->needs(trace)
      ->capture_default_str();
  run->add_option("--slowest", options.slowest,
                  "Explain this many of the slowest MSIs, and the time above the median")
      ->check(CLI::Range(1, 10'000))
      ->type_name("COUNT");
  return run;
}

}  // namespace doorbell
