#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/output_file.h"
#include "platforms/command/commands.h"
#include "platforms/command/files_apart.h"
#include "platforms/explore/page/html.h"
#include "platforms/explore/page/run_page.h"
#include "platforms/explore/page/sweep_page.h"
#include "platforms/explore/results/statistics_file.h"
#include "platforms/explore/sweep/sweep.h"

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

std::string statistics_of(const ReportOptions& options) {
  if (options.point == 0) return options.subject;
  return sweep::statistics_of_point(options.subject, options.point);
}

Json run_page(const std::string& file) {
  const Json statistics = explore::read_statistics(file);
  try {
    return explore::run_page(statistics);
  } catch (const nlohmann::json::exception&) {
    throw InputError(file, 0, "statistics", "what docs/statistics.md describes", "another shape");
  } catch (const InputError& error) {
    throw InputError(file + ": " + error.what());
  }
}

}  // namespace

int report(const ReportOptions& options) {
  const bool sweep = options.point == 0 && explore::is_sweep(options.subject);
  const std::string statistics = sweep ? std::string() : statistics_of(options);
  check_apart({{"subject", explore::sweep_database_file(options.subject)},
               {"statistics", statistics},
               {"--output", options.output, CommandFile::Use::written}});
  const Json page = sweep ? explore::sweep_page(explore::read_sweep_database(options.subject))
                          : run_page(statistics);
  OutputFile file(options.output);
  file.write(explore::html_page(sweep ? "Doorbell sweep" : "Doorbell run", page));
  file.close();
  fmt::print("{}\n", options.output);
  return EXIT_SUCCESS;
}

}  // namespace doorbell
