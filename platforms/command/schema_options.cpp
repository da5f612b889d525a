#include "platforms/command/schema_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::App* declare(CLI::App& app, SchemaOptions& options) {
  CLI::App* schema = app.add_subcommand(
      "schema", "Print a JSON Schema of platform descriptions, with which editors check them");
  schema->add_flag("--workload", options.workload,
                   "Of descriptions of workloads without a recording");
  return schema;
}

}  // namespace doorbell
