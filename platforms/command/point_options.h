#pragma once

#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell point DIR KEY`, which tasks of a cluster run; not for people, so the help leaves it
/// out.
struct PointOptions {
  std::string directory;  ///< Of the sweep.
  std::string key;        ///< Of the point.
};

CLI::App* declare(CLI::App& app, PointOptions& options);

}  // namespace doorbell
