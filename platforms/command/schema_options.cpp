#include "platforms/command/schema_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::App* declare(CLI::App& app, SchemaOptions&) {
  return app.add_subcommand(
      "schema", "Print a JSON Schema of platform descriptions, with which editors check them");
}

}  // namespace doorbell
