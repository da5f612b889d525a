#include "platforms/command/point_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::App* declare(CLI::App& app, PointOptions& options) {
  CLI::App* point = app.add_subcommand("point", "Run one prepared point of a sweep");
  point->add_option("directory", options.directory, "Of the sweep")->required();
  point->add_option("key", options.key, "Of the point")->required();
  point->group("");  // Not in the help.
  return point;
}

}  // namespace doorbell
