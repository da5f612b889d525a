#include "doorbell/core/arch/parameter_yaml.h"

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/yaml_document.h"

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

unsigned line_of(const YAML::Node& node) {
  return static_cast<unsigned>(node.Mark().line + 1);
}

std::string kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return "a group of keys";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar() + "'";
    default:
      return "nothing";
  }
}

class Reader {
 public:
  Reader(ParameterTree& tree, const std::string& file) : tree_(tree), file_(file) {}

  void read(const std::vector<std::string>& path, const YAML::Node& yaml) {
    const ParameterNode& node = find(path);
    if (node.parameter) {
      if (!yaml.IsScalar()) fail(yaml, node.path, node.parameter->expectation());
      tree_.set(node, yaml.Scalar(), file_, line_of(yaml));
    } else if (node.list) {
      read_list(path, node, yaml);
    } else {
      read_group(path, node, yaml);
    }
  }

 private:
  /// Anew for each value, since a list that is resized replaces the nodes.
  const ParameterNode& find(const std::vector<std::string>& path) const {
    const ParameterNode* node = &tree_.root();
    for (const std::string& name : path)
      node = node->child(name);
    return *node;
  }

  void read_list(std::vector<std::string> path, const ParameterNode& node, const YAML::Node& yaml) {
    if (!yaml.IsSequence() && !yaml.IsMap()) {
      fail(yaml, node.path, "a list, or a group of keys for all elements");
    }
    std::size_t size = node.children.size();
    if (yaml.IsSequence()) {
      size = yaml.size();
      tree_.resize(node, size, file_, line_of(yaml));
    }
    path.emplace_back();
    for (std::size_t i = 0; i < size; ++i) {
      path.back() = std::to_string(i);
      read(path, yaml.IsMap() ? yaml : yaml[i]);
    }
  }

  void read_group(std::vector<std::string> path, const ParameterNode& node,
                  const YAML::Node& yaml) {
    if (yaml.IsNull()) return;
    const std::string where = node.path.empty() ? "description" : node.path;
    if (!yaml.IsMap()) fail(yaml, where, "a group of keys");
    std::set<std::string> seen;
    path.emplace_back();
    for (const auto& entry : yaml) {
      if (!entry.first.IsScalar()) fail(entry.first, where, "a key");
      path.back() = entry.first.Scalar();
      const ParameterNode& parent = find({path.begin(), path.end() - 1});
      const ParameterNode& child = tree_.child(parent, path.back(), file_, line_of(entry.first));
      if (!seen.insert(path.back()).second) {
        throw InputError(file_, line_of(entry.first), child.path, "one value", "a second one");
      }
      read(path, entry.second);
    }
  }

  [[noreturn]] void fail(const YAML::Node& yaml, const std::string& what,
                         const std::string& expected) const {
    throw InputError(file_, line_of(yaml), what, expected, kind_of(yaml));
  }

  ParameterTree& tree_;
  const std::string& file_;
};

Json value_of(const Parameter& parameter) {
  switch (parameter.kind()) {
    case Parameter::Kind::unsigned_32:
    case Parameter::Kind::unsigned_64:
      return parameter.number();
    case Parameter::Kind::boolean:
      return parameter.number() != 0;
    default:
      return parameter.text();
  }
}

Json values_below(const ParameterNode& node, bool with_host_only) {
  if (node.parameter) return value_of(*node.parameter);
  Json json = node.list ? Json::array() : Json::object();
  for (const auto& child : node.children) {
    if (child->parameter && child->parameter->info().host_only && !with_host_only) continue;
    Json value = values_below(*child, with_host_only);
    if (node.list) {
      json.push_back(std::move(value));
    } else {
      json[child->name] = std::move(value);
    }
  }
  return json;
}

}  // namespace

void read_yaml_text(ParameterTree& tree, const std::string& text, const std::string& name,
                    const std::vector<std::string>& others) {
  YAML::Node yaml = yaml_document(text, name);
  if (yaml.IsMap()) {
    for (const std::string& other : others)
      yaml.remove(other);
  }
  Reader(tree, name).read({}, yaml);
}

void read_yaml_file(ParameterTree& tree, const std::string& file,
                    const std::vector<std::string>& others) {
  read_yaml_text(tree, yaml_file_text(file), file, others);
}

Json effective_values(const ParameterTree& tree, bool with_host_only) {
  return values_below(tree.root(), with_host_only);
}

Json describe_parameters(const ParameterTree& tree, bool with_host_only) {
  Json json = Json::array();
  for (const Parameter* parameter : tree.all()) {
    if (parameter->info().host_only && !with_host_only) continue;
    json.push_back({{"path", parameter->path()},
                    {"value", parameter->text()},
                    {"default", parameter->default_text()},
                    {"unit", parameter->info().unit},
                    {"range", parameter->range()},
                    {"source", parameter->info().source},
                    {"help", parameter->info().help}});
  }
  return json;
}

}  // namespace doorbell
