#pragma once

#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell report`
struct ReportOptions {
  std::string subject;  ///< Statistics of a run, a sweep's folder or its database.
  std::string output;   ///< The page.
};

CLI::App* declare(CLI::App& app, ReportOptions& options);

}  // namespace doorbell
