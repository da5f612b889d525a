#include "traces/make/workload_file.h"

#include <string_view>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_yaml.h"
#include "traces/make/generator.h"

namespace doorbell::workload {
namespace {

constexpr std::string_view group = "workload.";

}  // namespace

bool is_description(const std::string& path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}

bool is_of_workload(const std::string& assignment) {
  return assignment.starts_with(group);
}

Parameters read_description(const std::string& path) {
  Parameters parameters;
  ParameterTree tree(parameters);
  read_yaml_file(tree, path);
  return parameters;
}

trace::Workload made(const std::string& name, const Parameters& parameters) {
  parameters.check(name);
  return {name, [parameters] { return generate(parameters); }};
}

trace::Workload open(const std::string& path, const std::vector<std::string>& settings) {
  if (!is_description(path)) {
    if (settings.empty()) return {path};
    throw InputError("--set " + settings.front(), 0, "workload",
                     "a workload that is described in a .yaml file", path);
  }
  NamedParameters named{read_description(path)};
  ParameterTree tree(named);
  for (const std::string& setting : settings)
    tree.set(setting);
  return made(path, named.workload);
}

}  // namespace doorbell::workload
