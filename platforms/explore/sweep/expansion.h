#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/core/arch/parameters.h"
#include "platforms/explore/results/sweep_database.h"
#include "platforms/explore/sweep/axis_values.h"
#include "platforms/explore/sweep/plan.h"

namespace doorbell::sweep {

using explore::SweepPoint;
using explore::SweepResult;

/// The files that a point's parameters come from.
struct PointFiles {
  std::string description;
  std::vector<std::string> overlays;
  std::string workload;    ///< Of the description of one; empty for a trace.
  std::string checkpoint;  ///< The folder of one, whose parameters these are laid over.
};

/// What is made from them.
struct PointParameters {
  std::shared_ptr<ParameterTree> tree;  ///< Kept alive together with what it fills in.
  /// InputError where values that are in the tree don't fit together, or not with the workload in
  /// this file, a trace or the description whose parameters are in the tree.
  std::function<void(const std::string& workload)> check;
};

/// Makes the parameters of a platform, as `doorbell run` reads them, and those of a workload that
/// is described, in a group of that name.
using PlatformReader = std::function<PointParameters(const PointFiles&)>;

/// Whether a path names a workload's description, and not a trace.
using IsDescribed = std::function<bool(const std::string&)>;

/// The points that a plan asks for.
class Expansion {
 public:
  /// Checks the axes. InputError, with the plan's file and line, for what is wrong with them.
  Expansion(const Plan& plan, PlatformReader reader, IsDescribed is_described = {});

  /// How many points there are at most, known without making them; 2^64 - 1 for more than that.
  std::uint64_t bound() const;

  /// Makes every point, and so checks every value on every platform of the plan, and whether those
  /// of a point fit together. The result holds
  /// all that is known before a run: axes, parameters, and points that are `missing`. `model` is
  /// the hash of the model's sources.
  SweepResult expand(const std::string& version, const std::string& model);

  /// All parameters of a point, host-only ones left out, as a description for `doorbell run`.
  std::string description(const SweepPoint& point);
  std::filesystem::path workload(const SweepPoint& point) const;
  /// All parameters of a point's workload, as a description of it; empty for a trace.
  std::string workload_description(const SweepPoint& point);
  /// A hash of the workload's bytes, or of its description at this point, as they were when they
  /// were first looked at.
  std::string workload_key(const SweepPoint& point);

 private:
  using Row = std::vector<SweepCoordinate>;
  /// Axes that advance together: each row has a value for each of them.
  struct Dimension {
    std::vector<std::size_t> axes;
    std::vector<Row> rows;
  };

  void add_axes();
  void check_apart(const ParameterTree& tree) const;
  void group_axes();
  std::vector<const VariantPlan*> variants_of(const std::vector<SweepCoordinate>& at) const;
  std::vector<const VariantPlan*> first_variants() const;
  const PointParameters& platform(const std::vector<const VariantPlan*>& variants,
                                  const std::string& described);
  std::size_t axis_number(const PlanText& name) const;
  bool sampled(std::size_t axis) const;
  std::vector<Row> rows_of(const std::vector<std::size_t>& axes) const;
  std::vector<Row> sampled_rows(const std::vector<std::size_t>& axes) const;
  std::vector<Dimension> dimensions() const;
  const PointParameters& apply(const std::vector<SweepCoordinate>& coordinates);
  void check(const std::vector<SweepCoordinate>& coordinates);
  const PlanText& first_workload() const;
  const PlanText& workload_text(const std::vector<SweepCoordinate>& coordinates) const;
  std::string described(const PlanText& workload) const;
  std::string file_key_of(const PlanText& workload);
  SweepPoint point(std::vector<SweepCoordinate> coordinates, const std::string& model);

  const Plan& plan_;
  const PlatformReader reader_;
  const IsDescribed is_described_;
  /// By variants, and the description of the workload.
  std::map<std::pair<std::vector<const VariantPlan*>, std::string>, PointParameters> platforms_;
  std::vector<AxisValues> values_;                    ///< Of the plan's axes.
  std::vector<std::vector<std::size_t>> groups_;      ///< Of axes, by number, in order.
  std::vector<std::size_t> sampled_;                  ///< The group that is sampled; or empty.
  std::vector<SweepAxis> axes_;                       ///< With those for workloads and repeats.
  std::map<std::string, std::string> workload_keys_;  ///< By path.
};

}  // namespace doorbell::sweep
