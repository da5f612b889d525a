#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "platforms/explore/compare/difference.h"
#include "platforms/explore/compare/subject.h"
#include "platforms/explore/compare/tolerance.h"

namespace doorbell::explore {

/// A parameter that isn't the same in BASE and NEW.
struct ParameterChange {
  std::string name;
  std::string base;        ///< Empty where there is no such parameter.
  std::string next;        ///< The same.
  std::size_t points = 1;  ///< Of a sweep: at how many points it changed so.
};

/// A point of a sweep that ended without results.
struct FailedPoint {
  std::string point;
  std::string message;  ///< Its last line.
};

/// A metric that a rule is about in particular, and that has not moved.
struct HeldMetric {
  std::string point;
  std::string metric;
  bool missing = false;  ///< In NEW, which the rule allows.
};

/// What came out of comparing NEW with BASE.
struct Comparison {
  std::string base;  ///< As the user calls it.
  std::string next;
  std::string base_version;
  std::string next_version;
  bool sweep = false;
  std::size_t points = 0;    ///< Compared: 1 of runs.
  std::size_t compared = 0;  ///< Values; without those that a rule ignores.
  std::size_t ignored = 0;

  std::vector<ParameterChange> parameters;  ///< By name.
  std::vector<Difference> moved;            ///< Worst first (comes_before).
  std::vector<HeldMetric> held;
  std::vector<std::string> only_in_new;      ///< Metrics, by name.
  std::vector<std::string> only_in_base;     ///< The same; rules let them be missing.
  std::vector<FailedPoint> newly_failed;     ///< In NEW; they had results in BASE.
  std::vector<FailedPoint> failed_before;    ///< In BASE, whatever became of them in NEW.
  std::vector<std::string> points_only_new;  ///< Points, by name.

  /// How many that moved have this standing, and how many of those moved this way.
  std::size_t count(Standing standing) const;
  std::size_t count(Standing standing, Movement movement) const;
  /// Nothing is outside its tolerance, and no point fails that didn't.
  bool within() const;
};

/// Compares NEW (`next`) with `base`. Points of sweeps belong together when they stand at the same
/// place on every axis. InputError when the two can't be compared: a run and a sweep, other axes,
/// another workload, a point or a metric missing in NEW, nothing to compare, or a rule of
/// `tolerances` that names no metric.
Comparison compare(const Subject& base, const Subject& next, const Tolerances& tolerances);

}  // namespace doorbell::explore
