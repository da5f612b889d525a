#include "platforms/explore/sweep/plan_yaml.h"

#include <algorithm>
#include <set>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "platforms/report/nearest_name.h"

namespace doorbell::sweep {
namespace {

std::string kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return node.size() == 0 ? "an empty group" : "a group of keys";
    case YAML::NodeType::Sequence:
      return node.size() == 0 ? "an empty list" : "a list";
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar() + "'";
    default:
      return "nothing";
  }
}

std::string known_key(const std::string& wrong, const std::vector<PlanYaml::Key>& keys) {
  std::vector<std::string> names;
  for (const PlanYaml::Key& key : keys)
    names.push_back(key.name);
  return "a known key such as '" + nearest_name(wrong, names) + "'";
}

}  // namespace

unsigned PlanYaml::line_of(const YAML::Node& node) {
  return static_cast<unsigned>(node.Mark().line + 1);
}

void PlanYaml::fail(const YAML::Node& node, const std::string& where,
                    const std::string& expected) const {
  throw InputError(file_, line_of(node), where, expected, kind_of(node));
}

void PlanYaml::entries(const YAML::Node& node, const std::string& where,
                       const std::function<void(const PlanText&, const YAML::Node&)>& read) const {
  if (!node.IsMap() || node.size() == 0) fail(node, where, "a group of keys");
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) fail(entry.first, where, "a key");
    const PlanText key = text(entry.first, where);
    if (!seen.insert(key.text).second)
      throw InputError(file_, key.line, where + ": " + key.text, "one value", "a second one");
    read(key, entry.second);
  }
}

void PlanYaml::group(const YAML::Node& node, const std::string& where,
                     const std::vector<Key>& keys) const {
  entries(node, where, [&](const PlanText& key, const YAML::Node& value) {
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const Key& one) { return one.name == key.text; });
    if (found == keys.end()) {
      throw InputError(file_, key.line, where, known_key(key.text, keys), "'" + key.text + "'");
    }
    found->read(value);
  });
}

PlanText PlanYaml::text(const YAML::Node& node, const std::string& where) const {
  if (!node.IsScalar() || node.Scalar().empty()) fail(node, where, "a value");
  return {node.Scalar(), line_of(node)};
}

std::vector<PlanText> PlanYaml::texts(const YAML::Node& node, const std::string& where) const {
  if (node.IsScalar()) return {text(node, where)};
  if (!node.IsSequence() || node.size() == 0) fail(node, where, "a list of at least one value");
  std::vector<PlanText> texts;
  for (const YAML::Node& one : node)
    texts.push_back(text(one, where));
  return texts;
}

std::uint64_t PlanYaml::integer(const YAML::Node& node, const std::string& where,
                                std::uint64_t minimum) const {
  std::uint64_t value = 0;
  if (!node.IsScalar() || !parse_integer(node.Scalar(), value) || value < minimum)
    fail(node, where, "an integer of at least " + std::to_string(minimum));
  return value;
}

}  // namespace doorbell::sweep
