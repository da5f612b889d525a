#include "platforms/explore/compare/difference.h"

#include <cmath>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell::explore {
namespace {

/// 29 % of 100 is a little less than 29 in binary.
constexpr double rounding = 1 + 1e-12;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// JSON and SQLite have no NaN, but who fills a Metric may.
Metric existing(const Metric& metric) {
  Metric result = metric;
  if (const double* number = std::get_if<double>(&metric.number); number && std::isnan(*number))
    result.number = std::monostate{};
  return result;
}

Movement movement_of(const Metric& base, const Metric& next) {
  if (!base.exists() || !next.exists() || next.better == Better::neither) return Movement::changed;
  const bool rose = next.value() > base.value();
  return rose == (next.better == Better::higher) ? Movement::better : Movement::worse;
}

Standing standing_of(const Difference& difference, const ToleranceRule& rule) {
  if (rule.report_only) return Standing::reported;
  if (!difference.measurable()) return rule.optional ? Standing::reported : Standing::outside;
  if (difference.movement == Movement::better && !rule.judges_both(difference.next.better))
    return Standing::within;
  return difference.times_allowance() > rounding ? Standing::outside : Standing::within;
}

bool is_of_the_whole(const std::string& name) {
  return name.rfind("totals.", 0) == 0 || name.rfind("latency.end_to_end.", 0) == 0;
}

/// What orders differences; smaller comes first.
auto rank(const Difference& difference) {
  const std::optional<double> relative = difference.relative();
  return std::make_tuple(difference.standing, difference.movement, -difference.times_allowance(),
                         !is_of_the_whole(difference.base.name),
                         relative ? -std::abs(*relative) : -infinity, difference.base.name,
                         difference.point);
}

}  // namespace

std::string_view to_string(Movement movement) {
  switch (movement) {
    case Movement::worse:
      return "worse";
    case Movement::better:
      return "better";
    case Movement::changed:
      break;
  }
  return "changed";
}

double Difference::change() const {
  return measurable() ? next.value() - base.value() : 0;
}

std::optional<double> Difference::relative() const {
  if (!measurable() || base.value() == 0 || std::isinf(base.value())) return std::nullopt;
  return change() / std::abs(base.value());
}

double Difference::times_allowance() const {
  if (!measurable() || allowance == 0) return infinity;
  // Where base or new is infinite, so is the way between them.
  const double times = std::abs(change()) / allowance;
  return std::isnan(times) ? infinity : times;
}

bool same_number(const Metric& base, const Metric& next) {
  return std::visit(
      [](const auto& a, const auto& b) {
        using A = std::decay_t<decltype(a)>;
        using B = std::decay_t<decltype(b)>;
        if constexpr (std::is_same_v<A, std::monostate> || std::is_same_v<B, std::monostate>) {
          return std::is_same_v<A, B>;
        } else if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
          return std::cmp_equal(a, b);
        } else {
          return static_cast<double>(a) == static_cast<double>(b);
        }
      },
      existing(base).number, existing(next).number);
}

std::optional<Difference> difference(const Metric& base, const Metric& next,
                                     const ToleranceRule& rule) {
  if (rule.ignore) return std::nullopt;
  if (base.unit != next.unit)
    throw InputError("metric " + base.name + ": expected the same unit in both, found '" +
                     base.unit + "' in BASE and '" + next.unit + "' in NEW");
  if (same_number(base, next)) return std::nullopt;
  Difference result{.base = existing(base), .next = existing(next)};
  result.movement = movement_of(result.base, result.next);
  result.named = rule.names_metrics();
  result.allowance = rule.allowance(result.base);
  result.tolerance = rule.in_words(result.next.exists() ? result.next : result.base);
  result.standing = standing_of(result, rule);
  return result;
}

bool comes_before(const Difference& a, const Difference& b) {
  return rank(a) < rank(b);
}

}  // namespace doorbell::explore
