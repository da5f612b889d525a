#include "platforms/explore/compare/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace doorbell::explore {
namespace {

constexpr int fewest_digits = 3;
constexpr int most_digits = 17;  // tell any two doubles apart
/// A change of less is printed as "+0.0 %".
constexpr double smallest_percent = 0.05;

struct Scale {
  std::string_view unit;
  double factor;
};

constexpr std::array time_scales{Scale{"s", 1e12}, Scale{"ms", 1e9}, Scale{"us", 1e6},
                                 Scale{"ns", 1e3}, Scale{"ps", 1}};

/// The largest unit of time that keeps `size` at 1 or more.
Scale scale_of(const std::string& unit, double size) {
  if (unit != "ps") return {unit, 1};
  const auto scale = std::find_if(time_scales.begin(), time_scales.end(),
                                  [&](const Scale& one) { return size >= one.factor; });
  return scale == time_scales.end() ? time_scales.back() : *scale;
}

/// "36349.5" as "36 349.5".
std::string thousands_apart(std::string number) {
  const std::size_t first = number.find_first_of("0123456789");
  std::size_t end = std::min(number.find('.'), number.size());
  if (first == std::string::npos) return number;
  for (; end > first + 3; end -= 3)
    number.insert(end - 3, " ");
  return number;
}

/// With `digits` that count, all of those before the point, and no zeros behind them.
std::string number_text(double value, int digits) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const int before = value == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
  const int decimals = std::clamp(digits - before, 0, 60);
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return thousands_apart(std::move(text));
}

std::string with_unit(std::string number, std::string_view unit) {
  return unit.empty() ? number : number + " " + std::string(unit);
}

/// An infinite value decides no unit.
double finite_size(const Metric& metric) {
  const double size = std::abs(metric.value());
  return std::isfinite(size) ? size : 0;
}

bool is_whole(const Metric& metric) {
  return !std::holds_alternative<double>(metric.number);
}

/// All digits of a count, `digits` of anything else.
std::string value_text(const Metric& metric, const Scale& scale, int digits) {
  if (!metric.exists()) return "none";
  if (is_whole(metric) && scale.factor == 1) {
    const std::string exact = std::visit(
        [](const auto& held) -> std::string {
          if constexpr (std::is_integral_v<std::decay_t<decltype(held)>>) {
            return fmt::format("{}", held);
          } else {
            return {};
          }
        },
        metric.number);
    return with_unit(thousands_apart(exact), scale.unit);
  }
  return with_unit(number_text(metric.value() / scale.factor, digits), scale.unit);
}

}  // namespace

ValueTexts value_texts(const Difference& difference) {
  const Scale scale = scale_of(
      difference.base.unit, std::max(finite_size(difference.base), finite_size(difference.next)));
  ValueTexts texts;
  for (int digits = fewest_digits; digits <= most_digits; ++digits) {
    texts = {value_text(difference.base, scale, digits),
             value_text(difference.next, scale, digits)};
    if (texts.base != texts.next) break;
  }
  return texts;
}

std::string change_text(const Difference& difference) {
  if (!difference.measurable()) return difference.next.exists() ? "appeared" : "gone";
  const double change = difference.change();
  const Scale scale = scale_of(difference.base.unit, std::abs(change));
  const bool whole = is_whole(difference.base) && is_whole(difference.next) && scale.factor == 1;
  const std::string number =
      number_text(change / scale.factor, whole ? most_digits : fewest_digits);
  return with_unit((change > 0 ? "+" : "") + number, scale.unit);
}

std::string relative_text(const Difference& difference) {
  if (!difference.measurable()) return {};
  const std::optional<double> relative = difference.relative();
  if (!relative) return difference.base.value() == 0 ? "from 0" : "";
  const double percent = 100 * *relative;
  if (std::abs(percent) < smallest_percent) return percent > 0 ? "< +0.1 %" : "> -0.1 %";
  return fmt::format("{:+.1f} %", percent);
}

std::string excess_text(const Difference& difference) {
  const double times = difference.times_allowance();
  if (difference.standing != Standing::outside || std::isinf(times)) return {};
  return fmt::format("{:.3g} times its tolerance", times);
}

}  // namespace doorbell::explore
