#pragma once

#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell trace import RECORDING -o TRACE`
struct ImportOptions {
  std::string recording;
  std::string output;
};

CLI::App* declare(CLI::App& app, ImportOptions& options);

}  // namespace doorbell
