#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "doorbell/core/arch/parameter_yaml.h"
#include "platforms/command/commands.h"
#include "platforms/command/description.h"
#include "platforms/report/description_text.h"
#include "platforms/report/parameter_listing.h"
#include "traces/make/workload_file.h"

namespace doorbell {
namespace {

/// Of the terminal, but no wider than what is easy to read.
std::size_t output_width() {
  constexpr std::size_t widest = 100;
  constexpr std::size_t narrowest = 40;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return widest;
  return std::clamp<std::size_t>(size.ws_col, narrowest, widest);
}

void print_platform_yaml(const ParameterTree& tree) {
  fmt::print(
      "# The virt platform with all its defaults, as `doorbell params --yaml` prints them.\n{}",
      description_text(tree));
}

void print_workload_yaml() {
  workload::Parameters parameters;
  fmt::print(
      "# A workload with all its defaults, as `doorbell params --workload --yaml` prints them.\n{}",
      description_text(ParameterTree(parameters)));
}

void print_json(const ParameterTree& tree, const std::vector<const Parameter*>& selected) {
  constexpr bool with_host_only = true;
  std::set<std::string> wanted;
  for (const Parameter* parameter : selected)
    wanted.insert(parameter->path());
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& entry : describe_parameters(tree, with_host_only)) {
    if (wanted.contains(entry["path"].get<std::string>())) list.push_back(entry);
  }
  fmt::print("{}\n", list.dump(1));
}

int print(const ParameterTree& tree, const ParamsOptions& options) {
  const std::vector<const Parameter*> selected = select_parameters(tree, options.pattern);
  if (options.json) {
    print_json(tree, selected);
  } else {
    fmt::print("{}", parameter_listing(selected, output_width()));
  }
  return EXIT_SUCCESS;
}

/// By the paths that `--set` and the axes of a sweep have for them; in a file "workload." is left
/// out.
int print_workload_parameters(const ParamsOptions& options) {
  workload::NamedParameters named;
  if (!options.yaml) return print(ParameterTree(named), options);
  print_workload_yaml();
  return EXIT_SUCCESS;
}

}  // namespace

int print_parameters(const ParamsOptions& options) {
  if (options.workload) return print_workload_parameters(options);
  Description description;
  const ParameterTree tree(description);
  if (!options.yaml) return print(tree, options);
  print_platform_yaml(tree);
  return EXIT_SUCCESS;
}

}  // namespace doorbell
