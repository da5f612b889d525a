#pragma once

#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell explain STATS.json`
struct ExplainOptions {
  std::string statistics;  ///< Of a run with --slowest.
};

CLI::App* declare(CLI::App& app, ExplainOptions& options);

}  // namespace doorbell
