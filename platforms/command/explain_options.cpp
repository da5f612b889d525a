#include "platforms/command/explain_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::App* declare(CLI::App& app, ExplainOptions& options) {
  CLI::App* explain = app.add_subcommand(
      "explain", "Say why the slowest MSIs of a run were slow, from its statistics");
  explain
      ->add_option("statistics", options.statistics,
                   "What `doorbell run --slowest N --stats FILE` wrote")
      ->required();
  return explain;
}

}  // namespace doorbell
