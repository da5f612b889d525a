#include "platforms/command/compare_options.h"

#include <CLI/CLI.hpp>

#include "platforms/command/whole_number.h"

namespace doorbell {

CLI::App* declare(CLI::App& app, CompareOptions& options) {
  CLI::App* compare = app.add_subcommand(
      "compare", "Say what moved between two runs or sweeps, and whether it may (status 0 or 1)");
  compare->add_option("base", options.base, "Statistics of a run, or a sweep's folder")->required();
  compare->add_option("new", options.next, "The same, to be compared with it")->required();
  compare->add_option("--tolerance", options.tolerance,
                      "YAML file that says how far metrics may move; without it not at all");
  compare->add_option("--junit", options.junit, "Write the result to this file, as JUnit XML");
  compare->add_option("--html", options.html, "Write the result to this file, as a page");
  compare->add_option("--rows", options.rows, "Lines of each printed table; 0 for all")
      ->check(whole_number())
      ->capture_default_str();
  return compare;
}

}  // namespace doorbell
