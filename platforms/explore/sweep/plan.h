#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace doorbell::sweep {

/// A piece of a plan, and the line it stands on.
struct PlanText {
  std::string text;
  unsigned line = 0;
};

/// How a range is divided.
enum class Scale : std::uint8_t {
  linear,       ///< Equal steps.
  logarithmic,  ///< Equal factors.
  log2,         ///< Powers of two.
};

/// `{from: 8, to: 512, step: 8}`, `{from: 1, to: 1000, count: 4, scale: log}`, `{..., scale: log2}`
struct RangePlan {
  PlanText from, to;
  std::optional<PlanText> step;
  std::optional<std::uint64_t> count;
  Scale scale = Scale::linear;
};

/// A named set of things laid over those of the plan.
struct VariantPlan {
  PlanText name;
  std::vector<PlanText> overlays;
  std::vector<PlanText> settings;
  std::optional<PlanText> workload;
};

/// An axis has values, or a range, or variants.
struct AxisPlan {
  PlanText name;  ///< The path of a parameter; of variants, any name.
  std::vector<PlanText> values;
  std::optional<RangePlan> range;
  std::vector<VariantPlan> variants;
};

/// Points spread over the space of some axes.
struct SamplePlan {
  enum class Method : std::uint8_t { latin_hypercube, sobol };
  Method method = Method::latin_hypercube;
  std::uint64_t count = 0;
  std::uint64_t seed = 1;
  std::vector<PlanText> axes;  ///< Empty for all that aren't zipped.
  unsigned line = 0;
};

/// Each point several times, with other seeds.
struct RepeatPlan {
  std::uint64_t count = 1;
  std::uint64_t first = 1;      ///< The seed of the first repeat; each next one is one more.
  std::vector<PlanText> seeds;  ///< Paths of the parameters that get it.
};

/// What a sweep is to run, as a YAML file says it (docs/sweep.md). Values are texts still: what
/// they must be is known to the platform's parameters.
struct Plan {
  std::string file;
  std::string text;  ///< Of the file, as it was read.
  PlanText platform;
  std::vector<PlanText> overlays;
  std::vector<PlanText> settings;
  std::vector<PlanText> workloads;
  /// In place of platform and workloads: points go on from there. It is then the one workload, too.
  std::optional<PlanText> checkpoint;
  std::string measure_to;  ///< As of `doorbell run`, with a checkpoint; empty: to the end.
  std::string warm_up;     ///< The same; empty: none.
  std::vector<AxisPlan> axes;
  std::vector<std::vector<PlanText>> zips;  ///< Axes of a group advance together.
  std::optional<SamplePlan> sample;
  RepeatPlan repeat;
  std::uint64_t timeout = 0;  ///< Seconds that a point may take; 0 for no limit.

  /// A path in the plan is relative to the plan's folder.
  std::filesystem::path path_of(const PlanText& text) const;
  /// The platform's file: relative to the plan's folder, or else that of the platform of that name
  /// that came with the program.
  std::filesystem::path platform_file() const;
  /// The same for one of its workloads.
  std::filesystem::path workload_file(const PlanText& workload) const;
  /// An overlay is a file beside the plan or the platform, or else the name of a preset. InputError
  /// for a file that is only in the folder where the sweep happens to be started.
  std::string overlay(const PlanText& text) const;
};

/// What is found where a list has the same again, as it was given now and earlier.
std::string same_as(const std::string& text, const std::string& earlier);

/// InputError with file and line for whatever isn't a plan.
Plan read_plan(const std::string& file);
/// The same from a text; `file` is what errors call it, and where its paths start from.
Plan read_plan_text(const std::string& text, const std::string& file);

}  // namespace doorbell::sweep
