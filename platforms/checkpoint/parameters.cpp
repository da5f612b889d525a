#include "platforms/checkpoint/parameters.h"

#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_yaml.h"
#include "doorbell/core/arch/state.h"
#include "platforms/checkpoint/folder.h"
#include "platforms/checkpoint/reader.h"

namespace doorbell::checkpoint {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& folder, const Parameter& parameter,
                         const std::string& was, const std::string& is) {
  throw InputError(folder.string(), 0, parameter.path(), was + ", as software has seen it", is);
}

/// Whether each visible parameter of `from` is in `to`, with the same value.
template <class Refuse>
void compare(const ParameterTree& from, const ParameterTree& to, Refuse differs) {
  for (const Parameter* parameter : from.all()) {
    if (!parameter->info().visible_to_software) continue;
    const Parameter* const other = to.find(parameter->path());
    if (other == nullptr || other->text() != parameter->text()) differs(*parameter, other);
  }
}

}  // namespace

void read_parameters(const std::filesystem::path& folder, ParameterTree& tree) {
  read_yaml_text(tree, Reader(folder).parameters().dump(), (folder / file::state).string());
}

void check_visible(const std::filesystem::path& folder, const ParameterTree& tree,
                   const ParameterTree& taken_with) {
  compare(taken_with, tree, [&](const Parameter& was, const Parameter* is) {
    refuse(folder, was, was.text(), is == nullptr ? "none" : is->text());
  });
  compare(tree, taken_with, [&](const Parameter& is, const Parameter* was) {
    refuse(folder, is, was == nullptr ? "none" : was->text(), is.text());
  });
}

}  // namespace doorbell::checkpoint
