#pragma once

#include "platforms/command/description_reader.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace doorbell {

/// Adds the description, `--with FILE` and `--set KEY=VALUE` to `command`.
CLI::Option* add_description_options(CLI::App& command, DescriptionSources& sources);

}  // namespace doorbell
