#include "platforms/explore/compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "doorbell/core/arch/error.h"

namespace doorbell::explore {
namespace {

/// " (and 3 more)" behind the first of a list.
std::string and_more(std::size_t count) {
  return count > 1 ? fmt::format(" (and {} more)", count - 1) : std::string{};
}

std::string at_point(const Sample& sample) {
  return sample.point.empty() ? std::string{} : " at " + sample.point;
}

/// The same metric among `others`. The values of an empty distribution aren't written; they are
/// there, but don't exist. Nothing when it isn't there at all.
std::optional<Metric> counterpart(const Metric& metric, const std::vector<Metric>& others) {
  if (const Metric* other = find(others, metric.name)) return *other;
  for (std::size_t dot = metric.name.rfind('.'); dot != std::string::npos && dot != 0;
       dot = metric.name.rfind('.', dot - 1)) {
    const Metric* count = find(others, metric.name.substr(0, dot) + ".count");
    if (count == nullptr || !count->exists()) continue;
    if (count->value() != 0) break;
    Metric none = metric;
    none.number = std::monostate{};
    return none;
  }
  return std::nullopt;
}

class Comparer {
 public:
  Comparer(const Subject& base, const Subject& next, const Tolerances& tolerances)
      : base_(base), next_(next), tolerances_(tolerances) {
    result_.base = base.name;
    result_.next = next.name;
    result_.base_version = base.version;
    result_.next_version = next.version;
    result_.sweep = base.sweep;
  }

  Comparison compare() {
    if (base_.sweep != next_.sweep)
      throw InputError(next_.name + ": expected a " + (base_.sweep ? "sweep" : "run") +
                       " like BASE, found a " + (next_.sweep ? "sweep" : "run"));
    match_points();
    finish();
    return std::move(result_);
  }

 private:
  void match_points();
  void compare_points(const Sample& base, const Sample& next);
  void compare_parameters(const Sample& base, const Sample& next);
  void compare_metrics(const Sample& base, const Sample& next);
  void compare_metric(const std::string& point, const Metric& base, const Metric& next);
  void check_axes() const;
  void finish();

  const Subject& base_;
  const Subject& next_;
  const Tolerances& tolerances_;
  Comparison result_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> parameters_;
  std::set<std::string> names_;
  std::set<std::string> only_in_new_;
  std::set<std::string> only_in_base_;
  std::set<std::string> missing_;
};

void Comparer::check_axes() const {
  const auto axes = [](const Subject& subject) {
    std::string names;
    if (!subject.samples.empty())
      for (const auto& [axis, value] : subject.samples.front().coordinates)
        names += (names.empty() ? "" : ", ") + axis;
    return names.empty() ? "none" : names;
  };
  if (axes(base_) != axes(next_))
    throw InputError(next_.name, 0, "axes", "those of BASE, " + axes(base_), axes(next_));
}

void Comparer::match_points() {
  if (base_.samples.empty())
    throw InputError(base_.name, 0, "sweep", "points that have run", "none");
  if (!next_.samples.empty()) check_axes();
  std::map<std::map<std::string, std::string>, const Sample*> in_new;
  for (const Sample& sample : next_.samples)
    in_new[sample.coordinates] = &sample;
  std::vector<std::string> missing;
  for (const Sample& base : base_.samples) {
    const auto found = in_new.find(base.coordinates);
    if (found == in_new.end()) {
      missing.push_back(base.point);
      continue;
    }
    compare_points(base, *found->second);
    in_new.erase(found);
  }
  if (!missing.empty())
    throw InputError(next_.name, 0, "sweep", "the points of BASE",
                     "no " + missing.front() + and_more(missing.size()));
  for (const Sample& sample : next_.samples)
    if (in_new.count(sample.coordinates) != 0) result_.points_only_new.push_back(sample.point);
}

void Comparer::compare_points(const Sample& base, const Sample& next) {
  if (base.workload != next.workload)
    throw InputError(next_.name, 0, "workload" + at_point(base), "that of BASE, " + base.workload,
                     next.workload);
  compare_parameters(base, next);
  if (base.failure) {
    result_.failed_before.push_back({base.point, *base.failure});
  } else if (next.failure) {
    result_.newly_failed.push_back({base.point, *next.failure});
  } else {
    ++result_.points;
    compare_metrics(base, next);
  }
}

void Comparer::compare_parameters(const Sample& base, const Sample& next) {
  std::set<std::string> names;
  for (const auto* sample : {&base, &next})
    for (const auto& [name, value] : sample->parameters)
      names.insert(name);
  const auto value = [](const Sample& sample, const std::string& name) {
    const auto found = sample.parameters.find(name);
    return found == sample.parameters.end() ? std::string{} : found->second;
  };
  for (const std::string& name : names)
    if (value(base, name) != value(next, name))
      ++parameters_[{name, value(base, name), value(next, name)}];
}

void Comparer::compare_metrics(const Sample& base, const Sample& next) {
  for (const Metric& metric : base.metrics) {
    names_.insert(metric.name);
    const ToleranceRule& rule = tolerances_.rule_for(metric.name);
    if (const auto other = counterpart(metric, next.metrics)) {
      compare_metric(base.point, metric, *other);
    } else if (rule.ignore) {
      ++result_.ignored;
    } else if (rule.optional || rule.report_only) {
      only_in_base_.insert(metric.name);
      if (rule.names_metrics()) result_.held.push_back({base.point, metric.name, true});
    } else {
      missing_.insert(metric.name);
    }
  }
  for (const Metric& metric : next.metrics) {
    if (find(base.metrics, metric.name) != nullptr) continue;
    names_.insert(metric.name);
    if (const auto other = counterpart(metric, base.metrics)) {
      compare_metric(base.point, *other, metric);
    } else if (!tolerances_.rule_for(metric.name).ignore) {
      only_in_new_.insert(metric.name);
    }
  }
}

void Comparer::compare_metric(const std::string& point, const Metric& base, const Metric& next) {
  const ToleranceRule& rule = tolerances_.rule_for(base.name);
  ++(rule.ignore ? result_.ignored : result_.compared);
  if (auto moved = difference(base, next, rule)) {
    moved->point = point;
    result_.moved.push_back(std::move(*moved));
  } else if (!rule.ignore && rule.names_metrics()) {
    result_.held.push_back({point, base.name});
  }
}

void Comparer::finish() {
  if (!missing_.empty())
    throw InputError(next_.name, 0, "metrics", "those of BASE",
                     "no " + *missing_.begin() + and_more(missing_.size()) +
                         "; a rule with optional: true lets one be missing");
  if (result_.points == 0 && result_.newly_failed.empty())
    throw InputError(base_.name, 0, "sweep", "points with results", "failed ones only");
  if (result_.points != 0) tolerances_.check_used({names_.begin(), names_.end()});
  for (const auto& [change, points] : parameters_) {
    const auto& [name, base, next] = change;
    result_.parameters.push_back({name, base, next, points});
  }
  result_.only_in_new.assign(only_in_new_.begin(), only_in_new_.end());
  result_.only_in_base.assign(only_in_base_.begin(), only_in_base_.end());
  std::sort(result_.moved.begin(), result_.moved.end(), comes_before);
}

}  // namespace

std::size_t Comparison::count(Standing standing) const {
  return static_cast<std::size_t>(
      std::count_if(moved.begin(), moved.end(),
                    [&](const Difference& difference) { return difference.standing == standing; }));
}

std::size_t Comparison::count(Standing standing, Movement movement) const {
  return static_cast<std::size_t>(
      std::count_if(moved.begin(), moved.end(), [&](const Difference& difference) {
        return difference.standing == standing && difference.movement == movement;
      }));
}

bool Comparison::within() const {
  return newly_failed.empty() && count(Standing::outside) == 0;
}

Comparison compare(const Subject& base, const Subject& next, const Tolerances& tolerances) {
  return Comparer(base, next, tolerances).compare();
}

}  // namespace doorbell::explore
