#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "platforms/command/commands.h"
#include "platforms/explore/compare/comparison.h"
#include "platforms/explore/compare/html_report.h"
#include "platforms/explore/compare/junit_report.h"
#include "platforms/explore/compare/text_report.h"
#include "traces/format/output_file.h"

namespace doorbell {
namespace {

constexpr int outside_tolerance_status = 1;

void write(const std::string& path, const std::string& text) {
  trace::OutputFile file(path);
  file.write(text);
  file.close();
}

/// All that is asked for, or nothing: a report of a comparison that counts as failed would mislead.
void write_reports(const CompareOptions& options, const explore::Comparison& comparison) {
  if (!options.junit.empty()) write(options.junit, explore::junit_report(comparison));
  if (options.html.empty()) return;
  try {
    write(options.html, explore::html_report(comparison));
  } catch (...) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(options.junit, ignored))
      std::filesystem::remove(options.junit, ignored);
    throw;
  }
}

}  // namespace

int compare(const CompareOptions& options) {
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
