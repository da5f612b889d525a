#include "doorbell/core/arch/parameters.h"

#include <bit>
#include <stdexcept>

#include "doorbell/core/arch/parameter_text.h"

namespace doorbell {
namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

std::string number_text(Parameter::Kind kind, std::uint64_t value) {
  switch (kind) {
    case Parameter::Kind::time:
      return time_text(value);
    case Parameter::Kind::frequency:
      return frequency_text(value);
    case Parameter::Kind::factor:
      return factor_text(value);
    default:
      return std::to_string(value);
  }
}

std::string range_text(Parameter::Kind kind, const ParameterInfo& info) {
  if (info.maximum != unlimited) {
    return number_text(kind, info.minimum) + " to " + number_text(kind, info.maximum);
  }
  return info.minimum == 0 ? "" : "at least " + number_text(kind, info.minimum);
}

}  // namespace

std::string Parameter::text() const {
  switch (kind_) {
    case Kind::boolean:
      return read_() != 0 ? "true" : "false";
    case Kind::text:
      return *string_;
    case Kind::choice:
      return choice_names_.at(read_());
    default:
      return number_text(kind_, read_());
  }
}

std::string Parameter::range() const {
  switch (kind_) {
    case Kind::boolean:
      return "true or false";
    case Kind::text:
      return "";
    case Kind::choice: {
      std::string names;
      for (const std::string& name : choice_names_)
        names += (names.empty() ? "" : " or ") + name;
      return names;
    }
    default:
      break;
  }
  std::string range = range_text(kind_, info_);
  if (info_.power_of_two) range += range.empty() ? "a power of two" : ", a power of two";
  return range;
}

std::string Parameter::expectation() const {
  std::string allowed = range();
  const std::string of_range = allowed.empty() ? "" : " (" + allowed + ")";
  switch (kind_) {
    case Kind::boolean:
    case Kind::choice:
      return allowed;
    case Kind::text:
      return "a text";
    case Kind::time:
      return "a time such as 170ns" + of_range;
    case Kind::frequency:
      return "a frequency such as 1GHz" + of_range;
    case Kind::factor:
      return "a factor such as 0.5" + of_range;
    default:
      break;
  }
  return (info_.unit.empty() ? "an integer" : "a number of " + info_.unit) + of_range;
}

bool Parameter::allows(std::uint64_t value) const {
  return value >= info_.minimum && value <= info_.maximum &&
         (!info_.power_of_two || std::has_single_bit(value));
}

bool Parameter::parse(std::string_view text) {
  std::uint64_t value = 0;
  switch (kind_) {
    case Kind::text:
      *string_ = text;
      return true;
    case Kind::boolean:
      if (text != "true" && text != "false") return false;
      write_(text == "true" ? 1 : 0);
      return true;
    case Kind::choice: {
      const auto found = std::find(choice_names_.begin(), choice_names_.end(), text);
      if (found == choice_names_.end()) return false;
      write_(static_cast<std::uint64_t>(found - choice_names_.begin()));
      return true;
    }
    case Kind::time:
      if (!parse_time(text, value)) return false;
      break;
    case Kind::frequency:
      if (!parse_frequency(text, value)) return false;
      break;
    case Kind::factor:
      if (!parse_factor(text, value)) return false;
      break;
    default:
      if (!parse_integer(text, value)) return false;
  }
  if (!allows(value)) return false;
  write_(value);
  return true;
}

void ParameterGroup::add(std::string_view name, std::uint32_t& value, ParameterInfo info) {
  info.maximum = std::min<std::uint64_t>(info.maximum, std::numeric_limits<std::uint32_t>::max());
  add_leaf(
      name, Parameter::Kind::unsigned_32, std::move(info), [&value] { return value; },
      [&value](std::uint64_t number) { value = static_cast<std::uint32_t>(number); });
}

void ParameterGroup::add(std::string_view name, std::uint64_t& value, ParameterInfo info) {
  add_leaf(
      name, Parameter::Kind::unsigned_64, std::move(info), [&value] { return value; },
      [&value](std::uint64_t number) { value = number; });
}

void ParameterGroup::add(std::string_view name, bool& value, ParameterInfo info) {
  add_leaf(
      name, Parameter::Kind::boolean, std::move(info), [&value] { return value ? 1 : 0; },
      [&value](std::uint64_t number) { value = number != 0; });
}

void ParameterGroup::add(std::string_view name, std::string& value, ParameterInfo info) {
  add_leaf(
      name, Parameter::Kind::text, std::move(info), [] { return 0; }, [](std::uint64_t) {}, {},
      &value);
}

void ParameterGroup::time(std::string_view name, Time& value, ParameterInfo info) {
  info.unit = "ps";
  add_leaf(
      name, Parameter::Kind::time, std::move(info), [&value] { return value; },
      [&value](std::uint64_t number) { value = number; });
}

void ParameterGroup::frequency(std::string_view name, std::uint64_t& hertz, ParameterInfo info) {
  info.unit = "Hz";
  info.minimum = std::max<std::uint64_t>(info.minimum, 1);
  add_leaf(
      name, Parameter::Kind::frequency, std::move(info), [&hertz] { return hertz; },
      [&hertz](std::uint64_t number) { hertz = number; });
}

void ParameterGroup::factor(std::string_view name, std::uint32_t& thousandths, ParameterInfo info) {
  info.maximum = std::min<std::uint64_t>(info.maximum, std::numeric_limits<std::uint32_t>::max());
  add_leaf(
      name, Parameter::Kind::factor, std::move(info), [&thousandths] { return thousandths; },
      [&thousandths](std::uint64_t number) { thousandths = static_cast<std::uint32_t>(number); });
}

ParameterNode& ParameterGroup::add_node(std::string_view name, std::string_view help) {
  auto node = std::make_unique<ParameterNode>();
  node->path = node_->path.empty() ? std::string(name) : node_->path + "." + std::string(name);
  if (node_->child(name) != nullptr) throw std::logic_error("two parameters called " + node->path);
  node->name = name;
  node->help = help;
  node_->children.push_back(std::move(node));
  return *node_->children.back();
}

void ParameterGroup::add_leaf(std::string_view name, Parameter::Kind kind, ParameterInfo info,
                              std::function<std::uint64_t()> read,
                              std::function<void(std::uint64_t)> write,
                              std::vector<std::string> names, std::string* string) {
  ParameterNode& node = add_node(name, info.help);
  node.parameter = std::make_unique<Parameter>();
  Parameter& parameter = *node.parameter;
  parameter.path_ = node.path;
  parameter.kind_ = kind;
  parameter.info_ = std::move(info);
  parameter.read_ = std::move(read);
  parameter.write_ = std::move(write);
  parameter.choice_names_ = std::move(names);
  parameter.string_ = string;
}

ParameterNode* ParameterNode::child(std::string_view child_name) const {
  for (const auto& one : children) {
    if (one->name == child_name) return one.get();
  }
  return nullptr;
}

std::string ParameterNode::nearest_child(std::string_view wrong) const {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, wrong.size() / 2) + 1;
  for (const auto& one : children) {
    const std::size_t distance = edit_distance(one->name, wrong);
    if (distance < least) {
      least = distance;
      nearest = one->name;
    }
  }
  return nearest;
}

}  // namespace doorbell
