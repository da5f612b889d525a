#include "platforms/command/platform_options.h"

#include <CLI/CLI.hpp>

#include "platforms/command/overlay_options.h"

namespace doorbell {

CLI::App* declare(CLI::App& app, PlatformOptions& options) {
  CLI::App* platform =
      app.add_subcommand("platform", "Draw the platform's blocks and what is bound to what");
  add_description_options(*platform, options.sources);
  platform
      ->add_option("-o,--output", options.output,
                   "The picture, by its ending: .svg, .png, .pdf, or .dot for Graphviz's language")
      ->required();
  platform->add_flag("--every", options.every,
                     "Draw each of several alike blocks, in place of one for all");
  return platform;
}

}  // namespace doorbell
