#include "platforms/command/sweep_options.h"

#include <CLI/CLI.hpp>

#include "platforms/command/whole_number.h"

namespace doorbell {

CLI::App* declare(CLI::App& app, SweepOptions& options) {
  CLI::App* sweep =
      app.add_subcommand("sweep", "Run the points of a plan and gather their results");
  sweep
      ->add_option("plan", options.plan,
                   "YAML plan of the points; or the folder of a sweep, to see what is in it")
      ->required();
  sweep->add_option("-o,--output", options.directory, "Folder of the results, made when missing");
  sweep->add_option("-j,--jobs", options.processes, "Runs at a time; as many as cores without it")
      ->check(whole_number(1, 4096));
  sweep->add_option("--engine", options.engine, "Where points run: here, or on a Slurm cluster")
      ->check(CLI::IsMember({"local", "slurm"}))
      ->capture_default_str();
  add_slurm_options(*sweep, options.slurm);
  sweep->add_flag("--retry-failed", options.retry_failed, "Run points again that failed");
  sweep
      ->add_option(
          "--slowest", options.slowest,
          "Each point explains this many of its slowest MSIs: doorbell explain DIR --point")
      ->check(whole_number(1, 10'000))
      ->type_name("COUNT");
  sweep->add_flag("--check", options.check, "Check the plan and count its points; run nothing");
  sweep->add_flag("--yes", options.any_size, "Run the plan however many points it has");
  sweep->add_option("--csv", options.csv,
                    "Write the results to this file, one line a point; - is standard output");
  return sweep;
}

}  // namespace doorbell
