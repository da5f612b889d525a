#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "platforms/command/commands.h"
#include "platforms/explore/explain/words.h"
#include "platforms/explore/results/statistics_file.h"

namespace doorbell {

int explain(const ExplainOptions& options) {
  const auto statistics = explore::read_statistics(options.statistics);
  try {
    fmt::print("{}", explore::explanation_words(statistics));
  } catch (const InputError& error) {
    throw InputError(options.statistics + ": " + error.what());
  }
  return EXIT_SUCCESS;
}

}  // namespace doorbell
