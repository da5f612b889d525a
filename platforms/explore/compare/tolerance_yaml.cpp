#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <set>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "doorbell/core/arch/yaml_document.h"
#include "platforms/explore/compare/tolerance.h"

namespace doorbell::explore {
namespace {

/// A number that is finite and not negative.
bool parse_number(std::string_view text, double& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} && end == text.data() + text.size() && std::isfinite(number) &&
         number >= 0;
}

/// Reads one file.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  std::vector<ToleranceRule> read(const YAML::Node& list) {
    if (!list.IsSequence()) fail(list, "tolerances", "a list of rules");
    std::vector<ToleranceRule> rules;
    for (const YAML::Node& rule : list)
      rules.push_back(read_rule(rule));
    return rules;
  }

 private:
  ToleranceRule read_rule(const YAML::Node& yaml) {
    if (!yaml.IsMap()) fail(yaml, "rule", "keys such as metric and relative");
    ToleranceRule rule;
    rule.line = line_of(yaml);
    std::set<std::string> seen;
    for (const auto& entry : yaml) {
      const std::string key = scalar(entry.first, "rule");
      if (!seen.insert(key).second) fail(entry.first, key, "one value");
      read_key(rule, key, entry.first, entry.second);
    }
    if (rule.metric.empty()) fail(yaml, "rule", "a metric, a pattern of names");
    const bool has_tolerance =
        seen.count("relative") + seen.count("absolute") + seen.count("direction") != 0;
    if (rule.ignore + rule.report_only + has_tolerance > 1)
      throw InputError(file_, rule.line, "rule",
                       "one of ignore, report_only, and a tolerance with its direction",
                       "more than one");
    return rule;
  }

  void read_key(ToleranceRule& rule, const std::string& key, const YAML::Node& name,
                const YAML::Node& value) {
    if (key == "metric") {
      rule.metric = scalar(value, key);
    } else if (key == "relative") {
      rule.relative = read_relative(value);
    } else if (key == "absolute") {
      read_absolute(rule, value);
    } else if (key == "direction") {
      rule.direction = read_direction(value);
    } else if (key == "ignore") {
      rule.ignore = read_flag(value, key);
    } else if (key == "report_only") {
      rule.report_only = read_flag(value, key);
    } else if (key == "optional") {
      rule.optional = read_flag(value, key);
    } else {
      fail(name, "rule", "metric, relative, absolute, direction, ignore, report_only or optional");
    }
  }

  double read_relative(const YAML::Node& yaml) {
    std::string text = scalar(yaml, "relative");
    double percent = 0;
    const bool has_sign = !text.empty() && text.back() == '%';
    if (has_sign) text.pop_back();
    while (!text.empty() && text.back() == ' ')
      text.pop_back();
    if (!has_sign || !parse_number(text, percent)) fail(yaml, "relative", "a share such as 5%");
    return percent / 100;
  }

  void read_absolute(ToleranceRule& rule, const YAML::Node& yaml) {
    const std::string text = scalar(yaml, "absolute");
    if (parse_number(text, rule.absolute)) return;
    rule.absolute = 0;
    if (!parse_time(text, rule.absolute_time))
      fail(yaml, "absolute", "a number in the metric's unit, or a time such as 10ns");
  }

  ToleranceRule::Direction read_direction(const YAML::Node& yaml) {
    const std::string text = scalar(yaml, "direction");
    if (text == "worse") return ToleranceRule::Direction::worse;
    if (text != "both") fail(yaml, "direction", "worse or both");
    return ToleranceRule::Direction::both;
  }

  bool read_flag(const YAML::Node& yaml, const std::string& key) {
    const std::string text = scalar(yaml, key);
    if (text != "true" && text != "false") fail(yaml, key, "true or false");
    return text == "true";
  }

  std::string scalar(const YAML::Node& yaml, const std::string& what) {
    if (!yaml.IsScalar()) fail(yaml, what, "a single value");
    return yaml.Scalar();
  }

  static unsigned line_of(const YAML::Node& yaml) {
    return static_cast<unsigned>(yaml.Mark().line + 1);
  }

  [[noreturn]] void fail(const YAML::Node& yaml, const std::string& what,
                         const std::string& expected) const {
    const char* found = yaml.IsMap() ? "keys" : yaml.IsSequence() ? "a list" : "nothing";
    throw InputError(file_, line_of(yaml), what, expected,
                     yaml.IsScalar() ? "'" + yaml.Scalar() + "'" : found);
  }

  const std::string& file_;
};

}  // namespace

Tolerances parse_tolerances(const std::string& text, const std::string& name) {
  return {name, Reader(name).read(yaml_document(text, name))};
}

Tolerances read_tolerances(const std::string& file) {
  return parse_tolerances(yaml_file_text(file), file);
}

}  // namespace doorbell::explore
