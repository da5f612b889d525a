#pragma once

#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell params [PATTERN]`
struct ParamsOptions {
  std::string pattern;    ///< A part of a path, or a glob over it; empty for all parameters.
  bool workload = false;  ///< Those of a workload's description, not of the platform.
  bool yaml = false;      ///< As the description with all defaults, a YAML file with comments.
  bool json = false;      ///< As a list of objects.
};

CLI::App* declare(CLI::App& app, ParamsOptions& options);

}  // namespace doorbell
