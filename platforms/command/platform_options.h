#pragma once

#include <string>

#include "platforms/command/description_reader.h"

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell platform DESCRIPTION ... -o FILE`
struct PlatformOptions {
  DescriptionSources sources;
  std::string output;  ///< .svg, .png, .pdf or .dot
  bool every = false;  ///< Each of several alike blocks, in place of one for all.
};

CLI::App* declare(CLI::App& app, PlatformOptions& options);

}  // namespace doorbell
