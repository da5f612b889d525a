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

void print_yaml(const ParameterTree& tree) {
  fmt::print(
      "# The virt platform with all its defaults, as `doorbell params --yaml` prints them.\n{}",
      description_text(tree));
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

}  // namespace

int print_parameters(const ParamsOptions& options) {
  Description description;
  const ParameterTree tree(description);
  const std::vector<const Parameter*> selected = select_parameters(tree, options.pattern);
  if (options.yaml) {
    print_yaml(tree);
  } else if (options.json) {
    print_json(tree, selected);
  } else {
    fmt::print("{}", parameter_listing(selected, output_width()));
  }
  return EXIT_SUCCESS;
}

}  // namespace doorbell
