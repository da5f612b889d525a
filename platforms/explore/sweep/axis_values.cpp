#include "platforms/explore/sweep/axis_values.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"

namespace doorbell::sweep {
namespace {

__extension__ using Wide = unsigned __int128;
using Kind = Parameter::Kind;

bool is_number(Kind kind) {
  return kind == Kind::unsigned_32 || kind == Kind::unsigned_64 || kind == Kind::time ||
         kind == Kind::frequency || kind == Kind::factor;
}

/// Exponents of the powers of two in a range; none when the first is above the last.
unsigned first_exponent(std::uint64_t from) {
  return from <= 1 ? 0 : static_cast<unsigned>(std::bit_width(from - 1));
}
unsigned last_exponent(std::uint64_t to) {
  return static_cast<unsigned>(std::bit_width(to)) - 1;
}

/// from + (to - from) * index / last, rounded to the nearest.
std::uint64_t between(std::uint64_t from, std::uint64_t to, std::uint64_t index,
                      std::uint64_t last) {
  if (last == 0) return from;
  return from + static_cast<std::uint64_t>((Wide{to - from} * index * 2 + last) / (Wide{last} * 2));
}

std::uint64_t geometric(std::uint64_t from, std::uint64_t to, double share) {
  const double low = static_cast<double>(from);
  const double value = std::round(low * std::pow(static_cast<double>(to) / low, share));
  if (value >= static_cast<double>(to)) return to;
  return std::max(from, static_cast<std::uint64_t>(value));
}

std::optional<double> as_number(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool read = error == std::errc{} && end == text.data() + text.size();
  // "inf" is read as well, and has no place on an axis.
  return read && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool is_power_of_two(const SweepCoordinate& value) {
  int exponent = 0;
  return value.number && std::frexp(*value.number, &exponent) == 0.5;
}

}  // namespace

std::vector<const ParameterNode*> parameter_nodes(const ParameterTree& tree, const PlanText& path,
                                                  const std::string& file) {
  if (path.text.starts_with("workload.") && tree.root().child("workload") == nullptr)
    throw InputError(file, path.line, path.text, "workloads that are described in .yaml files",
                     "a trace");
  std::vector<const ParameterNode*> nodes = tree.matching(path.text, file, path.line);
  for (const ParameterNode* node : nodes) {
    if (!node->parameter)
      throw InputError(file, path.line, path.text, "one parameter", "a group of them");
  }
  return nodes;
}

void set_parameter(ParameterTree& tree, const PlanText& path, const PlanText& value,
                   const std::string& file) {
  for (const ParameterNode* node : parameter_nodes(tree, path, file))
    tree.set(*node, value.text, file, value.line);
}

AxisValues::AxisValues(const Plan& plan, const AxisPlan& axis, ParameterTree& tree)
    : file_(plan.file), line_(axis.name.line) {
  axis_.name = axis.name.text;
  if (!axis.variants.empty()) {
    resolve_variants(axis.variants);
    return;
  }
  const Parameter& parameter = *parameter_nodes(tree, axis.name, file_).front()->parameter;
  if (parameter.info().host_only)
    fail(line_, "a parameter that can change a result", "one that only the host sees");
  kind_ = parameter.kind();
  power_of_two_ = parameter.info().power_of_two;
  axis_.unit = parameter.info().unit;
  if (axis.range) {
    resolve_range(*axis.range, tree);
  } else {
    resolve_list(axis.values, tree);
  }
}

void AxisValues::resolve_variants(const std::vector<VariantPlan>& variants) {
  axis_.kind = SweepAxis::Kind::variant;
  std::map<double, std::string> seen;
  for (const VariantPlan& one : variants) {
    const std::optional<double> number = as_number(one.name.text);
    if (number) {
      const auto [earlier, is_new] = seen.emplace(*number, one.name.text);
      if (!is_new) fail(one.name.line, "each number once", same_as(one.name.text, earlier->second));
    }
    values_.push_back({one.name.text, number});
  }
  bound_ = values_.size();
}

void AxisValues::resolve_list(const std::vector<PlanText>& values, ParameterTree& tree) {
  std::map<std::string, std::string> seen;
  for (const PlanText& text : values) {
    const std::uint64_t number = read(tree, text);
    SweepCoordinate value = is_number(kind_)
                                ? coordinate(number)
                                : SweepCoordinate{parameter(tree).text(), std::nullopt};
    const auto [earlier, is_new] = seen.emplace(value.text, text.text);
    if (!is_new) fail(text.line, "each value once", same_as(text.text, earlier->second));
    values_.push_back(std::move(value));
  }
  bound_ = values_.size();
  axis_.logarithmic = bound_ > 2 && std::all_of(values_.begin(), values_.end(), is_power_of_two);
}

void AxisValues::resolve_range(const RangePlan& range, ParameterTree& tree) {
  if (!is_number(kind_)) fail(line_, "a list of values, as it is no number", "a range");
  from_ = read(tree, range.from);
  to_ = read(tree, range.to);
  scale_ = range.scale;
  axis_.logarithmic = scale_ != Scale::linear;
  const std::string found = range.from.text + " to " + range.to.text;
  if (from_ > to_) fail(range.from.line, "a range from a lower to a higher value", found);
  if (scale_ == Scale::logarithmic && from_ == 0)
    fail(range.from.line, "a range that starts above 0 on a logarithmic scale", found);
  if (scale_ == Scale::log2 && kind_ != Kind::unsigned_32 && kind_ != Kind::unsigned_64)
    fail(range.from.line, "the scale log with a count, as only integers are powers of two", "log2");
  if (scale_ == Scale::log2 && (to_ == 0 || first_exponent(from_) > last_exponent(to_)))
    fail(range.from.line, "a range that holds a power of two", found);
  bound_range(range);
}

void AxisValues::bound_range(const RangePlan& range) {
  if (range.step) {
    step_ = read_step(*range.step);
    const std::uint64_t steps = (to_ - from_) / step_;
    bound_ = steps + (steps != ~std::uint64_t{0} ? 1 : 0);
  } else if (range.count) {
    bound_ = *range.count;
  } else if (scale_ == Scale::log2) {
    bound_ = last_exponent(to_) - first_exponent(from_) + 1;
  } else {
    listed_ = false;
  }
}

std::uint64_t AxisValues::read(ParameterTree& tree, const PlanText& text) const {
  set_parameter(tree, {axis_.name, line_}, text, file_);
  return parameter(tree).number();
}

/// The first, where the axis is one of several.
const Parameter& AxisValues::parameter(const ParameterTree& tree) const {
  return *parameter_nodes(tree, {axis_.name, line_}, file_).front()->parameter;
}

std::uint64_t AxisValues::read_step(const PlanText& text) const {
  std::uint64_t step = 0;
  const bool read = kind_ == Kind::time        ? parse_time(text.text, step)
                    : kind_ == Kind::frequency ? parse_frequency(text.text, step)
                    : kind_ == Kind::factor    ? parse_factor(text.text, step)
                                               : parse_integer(text.text, step);
  if (!read || step == 0) fail(text.line, "a step above 0", "'" + text.text + "'");
  return step;
}

std::vector<SweepCoordinate> AxisValues::all() const {
  if (!values_.empty()) return values_;
  std::vector<SweepCoordinate> values;
  for (std::uint64_t i = 0; i < bound_; ++i) {
    SweepCoordinate value = coordinate(listed_number(i));
    if (values.empty() || values.back().text != value.text) values.push_back(std::move(value));
  }
  return values;
}

std::uint64_t AxisValues::listed_number(std::uint64_t index) const {
  if (step_ != 0) return snapped(from_ + index * step_);
  const std::uint64_t last = bound_ - 1;
  switch (scale_) {
    case Scale::logarithmic:
      return snapped(geometric(
          from_, to_, last == 0 ? 0 : static_cast<double>(index) / static_cast<double>(last)));
    case Scale::log2:
      return std::uint64_t{1} << between(first_exponent(from_), last_exponent(to_), index, last);
    default:
      return snapped(between(from_, to_, index, last));
  }
}

SweepCoordinate AxisValues::at(double share) const {
  if (listed_) {
    const auto index =
        std::min(bound_ - 1, static_cast<std::uint64_t>(share * static_cast<double>(bound_)));
    return values_.empty() ? coordinate(listed_number(index)) : values_.at(index);
  }
  return coordinate(snapped(number_at(share)));
}

std::uint64_t AxisValues::number_at(double share) const {
  if (scale_ == Scale::logarithmic) return geometric(from_, to_, share);
  const double width = static_cast<double>(to_ - from_) + 1;
  return from_ + std::min(to_ - from_, static_cast<std::uint64_t>(share * width));
}

std::uint64_t AxisValues::snapped(std::uint64_t number) const {
  if (!power_of_two_) return number;
  const std::uint64_t below = std::bit_floor(number);
  return number - below > below / 2 ? below * 2 : below;
}

SweepCoordinate AxisValues::coordinate(std::uint64_t number) const {
  const auto value = static_cast<double>(number);
  if (kind_ == Kind::time) return {time_text(number), value};
  if (kind_ == Kind::frequency) return {frequency_text(number), value};
  if (kind_ == Kind::factor) return {factor_text(number), value / 1000};
  return {std::to_string(number), value};
}

void AxisValues::fail(unsigned line, const std::string& expected, const std::string& found) const {
  throw InputError(file_, line, axis_.name, expected, found);
}

}  // namespace doorbell::sweep
