#include "platforms/command/report_options.h"

#include <CLI/CLI.hpp>

#include "platforms/command/whole_number.h"

namespace doorbell {

CLI::App* declare(CLI::App& app, ReportOptions& options) {
  CLI::App* report = app.add_subcommand("report", "Write a run or a sweep as a page for a browser");
  report->add_option("subject", options.subject, "Statistics of a run, or a sweep's folder")
      ->required();
  report->add_option("--point", options.point, "Only this point of the sweep, as a run")
      ->check(whole_number(1, 1'000'000'000));
  report->add_option("-o,--output", options.output, "The page, one file with everything in it")
      ->required();
  return report;
}

}  // namespace doorbell
