#pragma once

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell params`
struct ParamsOptions {
  bool yaml = false;  ///< As the description with all defaults, a YAML file with comments.
};

CLI::App* declare(CLI::App& app, ParamsOptions& options);

}  // namespace doorbell
