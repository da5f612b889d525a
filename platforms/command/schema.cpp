#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "platforms/command/commands.h"
#include "platforms/command/description.h"
#include "platforms/report/parameter_schema.h"
#include "traces/make/parameters.h"

namespace doorbell {

int print_schema(const SchemaOptions& options) {
  if (options.workload) {
    workload::Parameters parameters;
    ParameterTree tree(parameters);
    fmt::print("{}\n", parameter_schema(tree, "A workload of Doorbell").dump(2));
    return EXIT_SUCCESS;
  }
  Description description;
  ParameterTree tree(description);
  fmt::print("{}\n", parameter_schema(tree, "A platform of Doorbell").dump(2));
  return EXIT_SUCCESS;
}

}  // namespace doorbell
