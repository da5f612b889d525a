#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "doorbell/core/arch/output_file.h"
#include "platforms/command/commands.h"
#include "platforms/command/files_apart.h"
#include "platforms/explore/compare/comparison.h"
#include "platforms/explore/compare/html_report.h"
#include "platforms/explore/compare/junit_report.h"
#include "platforms/explore/compare/text_report.h"
#include "platforms/explore/results/sweep_database.h"

namespace doorbell {
namespace {

void check_files(const CompareOptions& options) {
  using Use = CommandFile::Use;
  check_apart({{"base", explore::sweep_database_file(options.base)},
               {"new", explore::sweep_database_file(options.next)},
               {"--tolerance", options.tolerance},
               {"--junit", options.junit, Use::written},
               {"--html", options.html, Use::written}});
}

constexpr int outside_tolerance_status = 1;

/// The report of an earlier comparison, where this one fails, would be taken for this one's.
void remove_old_reports(const CompareOptions& options) {
  for (const std::string& path : {options.junit, options.html}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) std::filesystem::remove(path, ignored);
  }
}

/// All that is asked for, or nothing: a report of a comparison that counts as failed would mislead.
void write_reports(const CompareOptions& options, const explore::Comparison& comparison) {
  std::optional<OutputFile> junit, html;
  if (!options.junit.empty()) junit.emplace(options.junit).write(explore::junit_report(comparison));
  if (!options.html.empty()) html.emplace(options.html).write(explore::html_report(comparison));
  if (html) html->close();
  if (junit) junit->close();
}

}  // namespace

int compare(const CompareOptions& options) {
  check_files(options);
  remove_old_reports(options);
  const explore::Tolerances tolerances = options.tolerance.empty()
                                             ? explore::Tolerances{}
                                             : explore::read_tolerances(options.tolerance);
  const explore::Comparison comparison = explore::compare(
      explore::read_subject(options.base), explore::read_subject(options.next), tolerances);
  write_reports(options, comparison);
  fmt::print("{}", explore::text_report(comparison, options.rows));
  return comparison.within() ? EXIT_SUCCESS : outside_tolerance_status;
}

}  // namespace doorbell
