#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameters.h"

namespace doorbell {
namespace {

std::string what_is_wrong_at(const ParameterNode& parent, std::string_view key) {
  return parent.path.empty() ? std::string(key) : parent.path + "." + std::string(key);
}

std::string names_of(const ParameterNode& parent) {
  if (parent.parameter) return "no key inside a value";
  if (parent.list && parent.children.empty()) return "no element of an empty list";
  if (parent.list) {
    return "an element from 0 to " + std::to_string(parent.children.size() - 1) + ", or * for all";
  }
  std::string names;
  for (const auto& child : parent.children)
    names += (names.empty() ? "" : ", ") + child->name;
  return "one of " + names;
}

void collect(const ParameterNode& node, std::vector<const Parameter*>& all) {
  if (node.parameter) all.push_back(node.parameter.get());
  for (const auto& child : node.children)
    collect(*child, all);
}

void keep_defaults(ParameterNode& node, std::map<std::string, std::string>& defaults,
                   const std::function<void(Parameter&, const std::string&)>& tell) {
  if (node.parameter) {
    const auto [entry, is_new] = defaults.try_emplace(node.path, node.parameter->text());
    tell(*node.parameter, entry->second);
  }
  for (const auto& child : node.children)
    keep_defaults(*child, defaults, tell);
}

}  // namespace

void ParameterTree::rebuild() {
  root_ = std::make_unique<ParameterNode>();
  ParameterGroup group(*root_);
  describe_(group);
  keep_defaults(*root_, defaults_, [](Parameter& parameter, const std::string& text) {
    parameter.default_text_ = text;
  });
}

std::vector<const Parameter*> ParameterTree::all() const {
  std::vector<const Parameter*> all;
  collect(*root_, all);
  return all;
}

const Parameter* ParameterTree::find(std::string_view path) const {
  const ParameterNode* node = search(path);
  return node == nullptr ? nullptr : node->parameter.get();
}

const ParameterNode* ParameterTree::search(std::string_view path) const {
  const ParameterNode* node = root_.get();
  while (node != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = node->child(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node;
}

const ParameterNode& ParameterTree::child(const ParameterNode& parent, std::string_view key,
                                          const std::string& file, unsigned line) const {
  if (const ParameterNode* found = parent.child(key)) return *found;
  const std::string nearest = parent.list ? "" : parent.nearest_child(key);
  throw InputError(file, line, what_is_wrong_at(parent, key),
                   nearest.empty() ? names_of(parent) : "a known key such as '" + nearest + "'",
                   "'" + std::string(key) + "'");
}

void ParameterTree::set(const ParameterNode& leaf, std::string_view text, const std::string& file,
                        unsigned line) {
  if (!leaf.parameter) {
    throw InputError(file, line, leaf.path,
                     leaf.list ? "a list of groups" : "a key inside this group",
                     "'" + std::string(text) + "'");
  }
  if (!leaf.parameter->parse(text)) {
    throw InputError(file, line, leaf.path, leaf.parameter->expectation(),
                     "'" + std::string(text) + "'");
  }
}

void ParameterTree::set(std::string_view assignment) {
  const std::string option = "--set " + std::string(assignment);
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw InputError("--set", 0, "assignment", "path.key=value",
                     "'" + std::string(assignment) + "'");
  }
  for (const ParameterNode* node : matching(assignment.substr(0, equals), option, 0))
    set(*node, assignment.substr(equals + 1), option, 0);
}

std::vector<const ParameterNode*> ParameterTree::matching(std::string_view path,
                                                          const std::string& file,
                                                          unsigned line) const {
  std::vector<const ParameterNode*> nodes{root_.get()};
  while (true) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view key = path.substr(0, dot);
    std::vector<const ParameterNode*> below;
    for (const ParameterNode* node : nodes) {
      if (key == "*" && node->list && !node->children.empty()) {
        for (const auto& element : node->children)
          below.push_back(element.get());
      } else {
        below.push_back(&child(*node, key, file, line));
      }
    }
    nodes = std::move(below);
    if (dot == path.size()) return nodes;
    path.remove_prefix(dot + 1);
  }
}

const ParameterNode& ParameterTree::resize(const ParameterNode& list, std::size_t size,
                                           const std::string& file, unsigned line) {
  const std::string path = list.path;
  if (size < list.list->minimum || size > list.list->maximum) {
    throw InputError(file, line, path,
                     std::to_string(list.list->minimum) + " to " +
                         std::to_string(list.list->maximum) + " elements",
                     std::to_string(size));
  }
  list.list->resize(size);
  // Elements that come into being now have the defaults of their type, whatever stood there before.
  const std::string below = path + ".";
  std::erase_if(defaults_, [&](const auto& entry) { return entry.first.starts_with(below); });
  rebuild();
  return *search(path);
}

}  // namespace doorbell
