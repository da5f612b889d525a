#pragma once

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell schema`
struct SchemaOptions {
  bool workload = false;  ///< Of descriptions of workloads, not of platforms.
};

CLI::App* declare(CLI::App& app, SchemaOptions& options);

}  // namespace doorbell
