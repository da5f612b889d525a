#include "platforms/report/parameter_schema.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

// As parameter_text.h reads them.
constexpr const char* integer_pattern =
    "^([0-9]([0-9_]*[0-9])?|0[xX][0-9A-Fa-f]([0-9A-Fa-f_]*[0-9A-Fa-f])?)(KiB|MiB|GiB)?$";
constexpr const char* time_pattern = "^(0|[0-9]+(\\.[0-9]+)? *(s|ms|us|ns|ps))$";
constexpr const char* frequency_pattern = "^[0-9]+(\\.[0-9]+)? *(GHz|MHz|kHz|Hz)$";

constexpr const char* factor_pattern = "^[0-9]+(\\.[0-9]{1,3})?$";

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// Help, what may be written, and the source: what an editor shows for the key.
std::string description_of(const Parameter& parameter) {
  const ParameterInfo& info = parameter.info();
  std::string text = info.help;
  if (!text.empty()) text += text.ends_with('.') ? " " : ". ";
  text += "Expected: " + parameter.expectation() + ".";
  if (!info.source.empty()) text += " Source of the default: " + info.source + ".";
  return text;
}

/// What YAML makes of `text`: "8" is a number there.
Json typed(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end ? Json(number) : Json(text);
}

Json integer(const ParameterInfo& info) {
  Json schema{{"type", "integer"}, {"minimum", info.minimum}};
  if (info.maximum != unlimited) schema["maximum"] = info.maximum;
  if (info.power_of_two) {
    Json powers = Json::array();
    for (std::uint64_t power = 1; power != 0 && power <= info.maximum; power <<= 1) {
      if (power >= info.minimum) powers.push_back(power);
    }
    schema["enum"] = std::move(powers);
  }
  return schema;
}

/// A factor, which is held in thousandths.
Json number(const ParameterInfo& info) {
  Json schema{{"type", "number"}, {"minimum", static_cast<double>(info.minimum) / 1000}};
  if (info.maximum != unlimited) schema["maximum"] = static_cast<double>(info.maximum) / 1000;
  return schema;
}

/// The last key is of VS Code's dialect: what it says in place of the pattern. Others ignore it.
Json text_of(const char* pattern, const Parameter& parameter) {
  return {{"type", "string"},
          {"pattern", pattern},
          {"patternErrorMessage", "Expected " + parameter.expectation() + "."}};
}

Json schema_of(const Parameter& parameter) {
  Json schema;
  Json standard = typed(parameter.text());
  switch (parameter.kind()) {
    case Parameter::Kind::unsigned_32:
    case Parameter::Kind::unsigned_64:
      schema["anyOf"] = {integer(parameter.info()), text_of(integer_pattern, parameter)};
      break;
    case Parameter::Kind::boolean:
      schema["type"] = "boolean";
      standard = parameter.number() != 0;
      break;
    case Parameter::Kind::text:
      schema["type"] = "string";
      standard = parameter.text();
      break;
    case Parameter::Kind::choice:
      schema["enum"] = Json::array();
      for (const std::string& name : parameter.choices())
        schema["enum"].push_back(typed(name));
      break;
    case Parameter::Kind::time:
      schema["anyOf"] = {text_of(time_pattern, parameter), Json{{"const", 0}}};
      break;
    case Parameter::Kind::frequency:
      schema = text_of(frequency_pattern, parameter);
      break;
    case Parameter::Kind::factor:
      schema["anyOf"] = {number(parameter.info()), text_of(factor_pattern, parameter)};
      standard = static_cast<double>(parameter.number()) / 1000;
      break;
  }
  schema["default"] = std::move(standard);
  schema["description"] = description_of(parameter);
  return schema;
}

Json schema_of(const ParameterNode& node);

/// A group may be empty: YAML reads `smmu:` without keys as null.
Json schema_of_group(const ParameterNode& group) {
  Json schema{{"type", {"object", "null"}}};
  schema["properties"] = Json::object();
  for (const auto& child : group.children)
    schema["properties"][child->name] = schema_of(*child);
  schema["additionalProperties"] = false;
  return schema;
}

/// A list, or an object for each of its elements. Keywords say nothing about what isn't of their
/// type, so that an editor need not guess which of the two was meant.
Json schema_of_list(const ParameterNode& list) {
  const ParameterNode& element = *list.children.front();
  Json schema = schema_of_group(element);
  schema["type"] = {"array", "object"};
  schema["minItems"] = list.list->minimum;
  schema["maxItems"] = list.list->maximum;
  schema["items"] = schema_of(element);
  return schema;
}

Json schema_of(const ParameterNode& node) {
  if (node.parameter) return schema_of(*node.parameter);
  Json schema;
  if (node.list) {
    schema = schema_of_list(node);
  } else {
    schema = schema_of_group(node);
  }
  if (!node.help.empty()) schema["description"] = node.help;
  return schema;
}

/// The first list below `node` that isn't one of `done` yet.
const ParameterNode* next_list(const ParameterNode& node, const std::vector<std::string>& done) {
  const bool is_done = std::find(done.begin(), done.end(), node.path) != done.end();
  if (node.list && !is_done) return &node;
  for (const auto& child : node.children) {
    if (const ParameterNode* found = next_list(*child, done)) return found;
  }
  return nullptr;
}

/// Leaves one new element, or the fewest allowed, in each list.
void make_elements_new(ParameterTree& tree) {
  std::vector<std::string> done;
  while (const ParameterNode* list = next_list(tree.root(), done)) {
    done.push_back(list->path);
    tree.resize(*list, std::max<std::size_t>(list->list->minimum, 1), "schema", 0);
  }
}

}  // namespace

Json parameter_schema(ParameterTree& tree, const std::string& title) {
  make_elements_new(tree);
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  schema.update(schema_of_group(tree.root()));
  return schema;
}

}  // namespace doorbell
