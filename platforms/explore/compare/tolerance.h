#pragma once

#include <string>
#include <vector>

#include "doorbell/core/arch/time.h"
#include "platforms/explore/results/metric.h"

namespace doorbell::explore {

/// How far the metrics that a pattern matches may move (docs/compare.md).
struct ToleranceRule {
  /// Which movements are judged.
  enum class Direction : std::uint8_t {
    worse,  ///< Those for the worse; all of a metric that doesn't say which way is better.
    both,
  };

  std::string metric;      ///< A pattern of names (pattern.h).
  double relative = 0;     ///< A share of the base value, [0, ...).
  double absolute = 0;     ///< In the metric's unit; for metrics that are no times.
  Time absolute_time = 0;  ///< ps; for metrics in ps.
  Direction direction = Direction::worse;
  bool ignore = false;       ///< Not compared at all.
  bool report_only = false;  ///< Reported, but never outside.
  bool optional = false;     ///< May be missing, or have no value, in either.
  unsigned line = 0;         ///< In the file; 0 for a rule that isn't in one.

  /// How far the metric may move from `base`, in its unit: the larger one of what the rule allows.
  double allowance(const Metric& base) const;
  /// Whether a movement for the better is judged, too.
  bool judges_both(Better better) const;
  /// Whether it is about metrics in particular: `**` alone is about whatever there is.
  bool names_metrics() const { return metric != "**"; }
  /// "equal", "+5 %", "±5 % or 10ns", "reported".
  std::string in_words(const Metric& base) const;
};

/// The rules of a comparison; of those that match a metric the last decides.
class Tolerances {
 public:
  /// Without rules: every metric must be equal.
  Tolerances() = default;
  /// `file` is what messages call the rules.
  Tolerances(std::string file, std::vector<ToleranceRule> rules);

  /// A metric that no rule matches must be equal.
  const ToleranceRule& rule_for(const std::string& metric) const;
  /// InputError when a rule that isn't optional matches none of these: most often its name is
  /// mistyped, and it would guard nothing.
  void check_used(const std::vector<std::string>& metrics) const;

 private:
  std::string file_;
  std::vector<ToleranceRule> rules_;
};

/// The rules of a YAML file. InputError with file and line for whatever it shouldn't say.
Tolerances read_tolerances(const std::string& file);
/// The same from a text; `name` is what errors call it.
Tolerances parse_tolerances(const std::string& text, const std::string& name);

}  // namespace doorbell::explore
