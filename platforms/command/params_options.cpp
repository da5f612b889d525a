#include "platforms/command/params_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::App* declare(CLI::App& app, ParamsOptions& options) {
  CLI::App* params = app.add_subcommand("params", "List the platform's parameters");
  auto* pattern = params->add_option(
      "pattern", options.pattern,
      "Only those whose path has this part, or is fitted by this glob (with *, ? or [)");
  params->add_flag("--workload", options.workload, "Those of a workload without a recording");
  auto* yaml = params->add_flag("--yaml", options.yaml,
                                "As a platform description with all defaults and comments");
  yaml->excludes(pattern);
  params->add_flag("--json", options.json, "As a JSON list")->excludes(yaml);
  return params;
}

}  // namespace doorbell
