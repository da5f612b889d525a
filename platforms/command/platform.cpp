#include "platforms/virt/platform.h"

#include <cstdlib>
#include <systemc>

#include "platforms/command/commands.h"
#include "platforms/command/description.h"
#include "platforms/command/files_apart.h"
#include "platforms/diagram/dot_text.h"
#include "platforms/diagram/hierarchy.h"
#include "platforms/diagram/picture.h"

namespace doorbell {

int draw_platform(const PlatformOptions& options) {
  Description description;
  ParameterTree tree(description);
  read_description(tree, options.sources);
  description.platform.check();
  std::vector<CommandFile> files = files_of(options.sources);
  files.push_back({"--output", options.output, CommandFile::Use::written});
  check_apart(files);
  const virt::Platform platform("virt", description.platform);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const Diagram diagram = bound_part(diagram_of(platform));
  write_picture(dot_text(options.every ? diagram : folded(diagram)), options.output);
  return EXIT_SUCCESS;
}

}  // namespace doorbell
