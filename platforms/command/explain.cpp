#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "platforms/command/commands.h"
#include "platforms/explore/explain/words.h"
#include "platforms/explore/results/statistics_file.h"
#include "platforms/explore/results/sweep_database.h"
#include "platforms/explore/sweep/sweep.h"

namespace doorbell {
namespace {

std::string statistics_of(const ExplainOptions& options) {
  if (options.point != 0) return sweep::statistics_of_point(options.subject, options.point);
  if (!explore::is_sweep(options.subject)) return options.subject;
  throw InputError(options.subject, 0, "sweep", "--point N, one of its points", "none");
}

}  // namespace

int explain(const ExplainOptions& options) {
  const std::string file = statistics_of(options);
  const auto statistics = explore::read_statistics(file);
  try {
    fmt::print("{}", explore::explanation_words(statistics));
  } catch (const InputError& error) {
    throw InputError(file + ": " + error.what());
  }
  return EXIT_SUCCESS;
}

}  // namespace doorbell
