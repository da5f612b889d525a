#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/parameters.h"
#include "platforms/explore/results/sweep_database.h"
#include "platforms/explore/sweep/plan.h"

namespace doorbell::sweep {

using explore::SweepAxis;
using explore::SweepCoordinate;

/// The values of an axis, checked against the parameter that it varies and snapped to what that
/// allows: integers, and powers of two where only those are.
class AxisValues {
 public:
  /// InputError, with the plan's file and line, when `tree` has no such parameter, the range is
  /// empty, or a value isn't allowed. `tree` is used to read values with, and changed by it.
  AxisValues(const Plan& plan, const AxisPlan& axis, ParameterTree& tree);

  const SweepAxis& axis() const { return axis_; }
  /// False for a range with neither count nor step nor powers of two: only samples have values in
  /// it.
  bool listed() const { return listed_; }
  /// How many values there are at most, before those that are the same are taken together.
  std::uint64_t bound() const { return bound_; }
  /// Each once, in order. Only when listed.
  std::vector<SweepCoordinate> all() const;
  /// The value at a share of the axis, 0 to 1.
  SweepCoordinate at(double share) const;

 private:
  void resolve_list(const std::vector<PlanText>& values, ParameterTree& tree);
  void resolve_range(const RangePlan& range, ParameterTree& tree);
  void resolve_variants(const std::vector<VariantPlan>& variants);
  std::uint64_t read(ParameterTree& tree, const PlanText& text) const;
  const Parameter& parameter(const ParameterTree& tree) const;
  std::uint64_t read_step(const PlanText& text) const;
  void bound_range(const RangePlan& range);
  std::uint64_t listed_number(std::uint64_t index) const;
  std::uint64_t number_at(double share) const;
  std::uint64_t snapped(std::uint64_t number) const;
  SweepCoordinate coordinate(std::uint64_t number) const;
  [[noreturn]] void fail(unsigned line, const std::string& expected,
                         const std::string& found) const;

  const std::string file_;
  const unsigned line_;
  SweepAxis axis_;
  Parameter::Kind kind_ = Parameter::Kind::text;
  bool power_of_two_ = false;
  bool listed_ = true;
  std::uint64_t bound_ = 0;
  std::vector<SweepCoordinate> values_;  ///< Of a list or of variants; empty for a range.
  // Of a range:
  std::uint64_t from_ = 0;
  std::uint64_t to_ = 0;
  std::uint64_t step_ = 0;  ///< 0 when there is a count.
  Scale scale_ = Scale::linear;
};

/// The nodes of a parameter, several where its path has a `*` for all elements of a list; at least
/// one. An InputError suggests the nearest name.
std::vector<const ParameterNode*> parameter_nodes(const ParameterTree& tree, const PlanText& path,
                                                  const std::string& file);
/// Gives all of them the same value.
void set_parameter(ParameterTree& tree, const PlanText& path, const PlanText& value,
                   const std::string& file);

}  // namespace doorbell::sweep
