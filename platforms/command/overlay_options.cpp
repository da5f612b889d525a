#include "platforms/command/overlay_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::Option* add_description_options(CLI::App& command, DescriptionSources& sources) {
  CLI::Option* description =
      command
          .add_option(
              "description", sources.description,
              "YAML description of the platform, or the name of one that came with it: virt")
          ->required();
  command
      .add_option("--with", sources.overlays,
                  "Overlay: a YAML file or a preset's name, laid over the description; may be "
                  "repeated, later wins")
      ->type_name("FILE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  command
      .add_option("--set", sources.settings,
                  "KEY=VALUE: a parameter laid over all files; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  return description;
}

}  // namespace doorbell
