#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell explain STATS.json`, `doorbell explain DIR --point N`
struct ExplainOptions {
  std::string subject;      ///< Statistics of a run with --slowest; or a sweep's folder.
  std::uint64_t point = 0;  ///< Of the sweep; 0: the subject is a run.
};

CLI::App* declare(CLI::App& app, ExplainOptions& options);

}  // namespace doorbell
