#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell report`
struct ReportOptions {
  std::string subject;      ///< Statistics of a run, a sweep's folder or its database.
  std::uint64_t point = 0;  ///< Of the sweep; 0: all of it.
  std::string output;       ///< The page.
};

CLI::App* declare(CLI::App& app, ReportOptions& options);

}  // namespace doorbell
