#include "platforms/virt/parameters.h"

#include <fmt/format.h>

#include <cstdlib>

#include "platforms/command/commands.h"
#include "platforms/report/description_text.h"

namespace doorbell {

int print_parameters() {
  virt::VirtParameters parameters;
  fmt::print("# The virt platform with all its defaults, as `doorbell parameters` prints them.\n{}",
             description_text(ParameterTree(parameters)));
  return EXIT_SUCCESS;
}

}  // namespace doorbell
