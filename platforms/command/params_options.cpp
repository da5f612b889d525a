#include "platforms/command/params_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::App* declare(CLI::App& app, ParamsOptions& options) {
  CLI::App* params = app.add_subcommand("params", "List the parameters of a platform");
  params->add_flag("--yaml", options.yaml, "As a description with all defaults, in YAML");
  return params;
}

}  // namespace doorbell
