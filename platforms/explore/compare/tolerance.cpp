#include "platforms/explore/compare/tolerance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "platforms/explore/compare/pattern.h"

namespace doorbell::explore {
namespace {

bool is_time(const Metric& metric) {
  return metric.unit == "ps";
}

const ToleranceRule& equal() {
  static const ToleranceRule rule{.metric = "**", .direction = ToleranceRule::Direction::both};
  return rule;
}

/// Which way the metric may go no further.
std::string_view sign(const ToleranceRule& rule, Better better) {
  if (rule.judges_both(better)) return "±";
  return better == Better::lower ? "+" : "-";
}

}  // namespace

double ToleranceRule::allowance(const Metric& base) const {
  const double fixed = is_time(base) ? static_cast<double>(absolute_time) : absolute;
  return std::max(relative * std::abs(base.value()), fixed);
}

bool ToleranceRule::judges_both(Better better) const {
  return direction == Direction::both || better == Better::neither;
}

std::string ToleranceRule::in_words(const Metric& base) const {
  if (report_only) return "reported";
  std::string text;
  if (relative != 0) text = fmt::format("{:g} %", 100 * relative);
  std::string fixed;
  if (is_time(base)) {
    if (absolute_time != 0) fixed = time_text(absolute_time);
  } else if (absolute != 0) {
    fixed = fmt::format("{:g}", absolute);
  }
  if (!text.empty() && !fixed.empty()) text += " or ";
  text += fixed;
  if (!text.empty()) return std::string(sign(*this, base.better)) + text;
  return judges_both(base.better) ? "equal" : "not worse";
}

Tolerances::Tolerances(std::string file, std::vector<ToleranceRule> rules)
    : file_(std::move(file)), rules_(std::move(rules)) {}

const ToleranceRule& Tolerances::rule_for(const std::string& metric) const {
  const auto last = std::find_if(rules_.rbegin(), rules_.rend(), [&](const ToleranceRule& rule) {
    return name_matches(rule.metric, metric);
  });
  return last == rules_.rend() ? equal() : *last;
}

void Tolerances::check_used(const std::vector<std::string>& metrics) const {
  for (const ToleranceRule& rule : rules_) {
    const bool used = std::any_of(metrics.begin(), metrics.end(), [&](const std::string& metric) {
      return name_matches(rule.metric, metric);
    });
    if (!used && !rule.optional)
      throw InputError(file_, rule.line, "metric",
                       "a pattern that matches a metric (or optional: true)",
                       "'" + rule.metric + "', which matches none");
  }
}

}  // namespace doorbell::explore
