#include "platforms/command/slurm_options.h"

#include <CLI/CLI.hpp>

#include "platforms/command/whole_number.h"

namespace doorbell {

void add_slurm_options(CLI::App& app, SlurmOptions& options) {
  constexpr const char* group = "With --engine slurm";
  app.add_option("--partition", options.partition, "Slurm's partition; its default without")
      ->group(group);
  app.add_option("--max-running", options.max_running, "Points that run at a time; 0 for no bound")
      ->check(whole_number())
      ->group(group);
  app.add_flag("--detach", options.detach, "Return as soon as everything is submitted")
      ->group(group);
  app.add_flag("--resume", options.resume,
               "Wait for what is submitted already, and submit only what isn't")
      ->group(group);
}

}  // namespace doorbell
