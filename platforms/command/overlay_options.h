#pragma once

#include "platforms/command/description_reader.h"

namespace CLI {
class App;
}

namespace doorbell {

/// Adds the description, `--with FILE` and `--set KEY=VALUE` to `command`.
void add_description_options(CLI::App& command, DescriptionSources& sources);

}  // namespace doorbell
