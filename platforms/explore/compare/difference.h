#pragma once

#include <optional>
#include <string>

#include "platforms/explore/compare/tolerance.h"
#include "platforms/explore/results/metric.h"

namespace doorbell::explore {

/// Which way a metric moved.
enum class Movement : std::uint8_t {
  worse,
  changed,  ///< It doesn't say which way is better, or has a value in one of the two only.
  better,
};
/// "worse", "changed", "better".
std::string_view to_string(Movement movement);

/// What its rule says about that.
enum class Standing : std::uint8_t {
  outside,   ///< Of the tolerance: the comparison fails.
  within,    ///< It may move so far, or that way.
  reported,  ///< Its rule is `report_only`, or it is optional and without a value in one.
};

/// A metric that isn't the same in BASE and NEW.
struct Difference {
  std::string point;  ///< Of a sweep: its name; empty for a run.
  Metric base;
  Metric next;
  Movement movement = Movement::changed;
  Standing standing = Standing::within;
  bool named = false;     ///< Its rule is about this metric in particular.
  double allowance = 0;   ///< How far it may move, in its unit.
  std::string tolerance;  ///< The same in words.

  /// Both have a value, so that there is a distance between them.
  bool measurable() const { return base.exists() && next.exists(); }
  /// From base to new, in the metric's unit; 0 when there is no distance.
  double change() const;
  /// The change as a share of the base value; nothing when that is 0 or there is no distance.
  std::optional<double> relative() const;
  /// The change in multiples of what is allowed; infinite when nothing is.
  double times_allowance() const;
};

/// Whether two numbers are the same. Integers are compared as such; what isn't a number (NaN)
/// doesn't exist.
bool same_number(const Metric& base, const Metric& next);

/// How one metric moved, judged by its rule; nothing when it is the same, or ignored.
/// InputError when the two are measured in different units.
std::optional<Difference> difference(const Metric& base, const Metric& next,
                                     const ToleranceRule& rule);

/// Whether `a` is to be read before `b`: what is outside first, then what is within, then what is
/// only reported. Among these: worse, changed, better; then by how many times the allowance it
/// moved; then figures of the whole run (`totals.`, `latency.end_to_end.`) before those of a part,
/// since in an exact comparison all moved infinitely far; then by relative change; then by name.
bool comes_before(const Difference& a, const Difference& b);

}  // namespace doorbell::explore
