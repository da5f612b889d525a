#include <fmt/format.h>

#include <cstdlib>

#include "platforms/command/commands.h"
#include "platforms/command/description.h"
#include "platforms/report/description_text.h"

namespace doorbell {

int print_parameters(const ParamsOptions&) {
  Description description;
  fmt::print(
      "# The virt platform with all its defaults, as `doorbell params --yaml` prints them.\n{}",
      description_text(ParameterTree(description)));
  return EXIT_SUCCESS;
}

}  // namespace doorbell
