#include "platforms/command/explain_options.h"

#include <CLI/CLI.hpp>

#include "platforms/command/whole_number.h"

namespace doorbell {

CLI::App* declare(CLI::App& app, ExplainOptions& options) {
  CLI::App* explain = app.add_subcommand(
      "explain", "Say why the slowest MSIs of a run were slow, from its statistics");
  explain
      ->add_option("subject", options.subject,
                   "What `doorbell run --slowest N --stats FILE` wrote, or the folder of a sweep")
      ->required();
  explain->add_option("--point", options.point, "Which point of the sweep, by its number")
      ->check(whole_number(1, 1'000'000'000));
  return explain;
}

}  // namespace doorbell
