#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell trace import RECORDING -o TRACE`
struct ImportOptions {
  std::string recording;
  std::string output;
};

/// `doorbell trace make SPEC -o TRACE`
struct MakeOptions {
  std::string description;
  std::vector<std::string> settings;  ///< As given to `--set`: "workload.path.key=value".
  std::string output;
};

CLI::App* declare(CLI::App& app, ImportOptions& options);
CLI::App* declare(CLI::App& app, MakeOptions& options);

}  // namespace doorbell
