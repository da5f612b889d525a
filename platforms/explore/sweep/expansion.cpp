#include "platforms/explore/sweep/expansion.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_yaml.h"
#include "platforms/explore/sweep/key.h"
#include "platforms/explore/sweep/parameter_columns.h"
#include "platforms/explore/sweep/sampling.h"

namespace doorbell::sweep {
namespace {

/// Saturates: what is more than that is too many in any case.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > most / b ? most : a * b;
}

/// Of the parameters of a workload that is described.
constexpr const char* workload_group = "workload";

void apply_setting(ParameterTree& tree, const PlanText& setting, const std::string& file) {
  try {
    tree.set(setting.text);
  } catch (const InputError& error) {
    throw InputError(file + ":" + std::to_string(setting.line) + ": " + error.what());
  }
}

/// Of everything that a database holds before any point has run.
std::string plan_key(const SweepResult& result) {
  std::string text = result.version + "\n";
  for (const SweepAxis& axis : result.axes) {
    text += axis.name + "\t" + std::to_string(static_cast<int>(axis.kind)) +
            (axis.logarithmic ? "\tlogarithmic\t" : "\t");
  }
  for (const SweepPoint& point : result.points) {
    text += "\n" + point.key + "\t" + point.workload;
    for (const SweepCoordinate& coordinate : point.coordinates)
      text += "\t" + coordinate.text;
  }
  return key_of({text});
}

}  // namespace

Expansion::Expansion(const Plan& plan, PlatformReader reader, IsDescribed is_described)
    : plan_(plan), reader_(std::move(reader)), is_described_(std::move(is_described)) {
  add_axes();
  group_axes();
}

void Expansion::add_axes() {
  ParameterTree& tree = *platform(first_variants(), described(first_workload())).tree;
  for (const AxisPlan& axis : plan_.axes) {
    values_.emplace_back(plan_, axis, tree);
    axes_.push_back(values_.back().axis());
  }
  check_apart(tree);
  if (plan_.workloads.size() > 1)
    axes_.push_back({.name = "workload", .kind = SweepAxis::Kind::workload});
  if (plan_.repeat.count > 1) axes_.push_back({.name = "repeat", .kind = SweepAxis::Kind::repeat});
}

/// What two of them set would be what the last one says, and points would not be where they stand.
void Expansion::check_apart(const ParameterTree& tree) const {
  std::map<std::string, std::string> varied;  // paths, and the axis of each
  for (const AxisPlan& axis : plan_.axes) {
    if (!axis.variants.empty()) continue;
    for (const ParameterNode* node : parameter_nodes(tree, axis.name, plan_.file)) {
      const auto [earlier, is_new] = varied.emplace(node->path, axis.name.text);
      if (is_new) continue;
      throw InputError(plan_.file, axis.name.line, axis.name.text,
                       "parameters that no other axis varies",
                       node->path + ", which " + earlier->second + " varies");
    }
  }
  std::set<std::string> seeded;
  for (const PlanText& seed : plan_.repeat.seeds) {
    for (const ParameterNode* node : parameter_nodes(tree, seed, plan_.file)) {
      if (!seeded.insert(node->path).second) {
        throw InputError(plan_.file, seed.line, "seeds", "each parameter once",
                         "'" + node->path + "' twice");
      }
      if (varied.contains(node->path))
        throw InputError(plan_.file, seed.line, "seeds", "a parameter that is no axis", seed.text);
    }
  }
}

std::size_t Expansion::axis_number(const PlanText& name) const {
  const auto found = std::find_if(plan_.axes.begin(), plan_.axes.end(), [&](const AxisPlan& axis) {
    return axis.name.text == name.text;
  });
  return static_cast<std::size_t>(found - plan_.axes.begin());
}

void Expansion::group_axes() {
  std::vector<bool> grouped(values_.size(), false);
  const auto add_group = [&](std::vector<std::size_t> group) {
    for (const std::size_t axis : group)
      grouped[axis] = true;
    groups_.push_back(std::move(group));
  };
  const auto numbers = [&](const std::vector<PlanText>& names) {
    std::vector<std::size_t> group;
    for (const PlanText& name : names)
      group.push_back(axis_number(name));
    return group;
  };
  for (const auto& zip : plan_.zips)
    add_group(numbers(zip));
  if (plan_.sample) {
    sampled_ = numbers(plan_.sample->axes);
    for (std::size_t axis = 0; plan_.sample->axes.empty() && axis < values_.size(); ++axis) {
      if (!grouped[axis]) sampled_.push_back(axis);
    }
    if (sampled_.empty())
      throw InputError(plan_.file, plan_.sample->line, "sample", "an axis to sample", "none");
    add_group(sampled_);
  }
  for (std::size_t axis = 0; axis < values_.size(); ++axis) {
    if (!grouped[axis]) add_group({axis});
    if (!values_[axis].listed() && !sampled(axis)) {
      throw InputError(plan_.file, plan_.axes[axis].name.line, plan_.axes[axis].name.text,
                       "a count, a step or the scale log2, as it isn't sampled", "none");
    }
  }
  // The plan's order: the last axis changes fastest.
  std::sort(groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
    return *std::min_element(a.begin(), a.end()) < *std::min_element(b.begin(), b.end());
  });
}

bool Expansion::sampled(std::size_t axis) const {
  return std::find(sampled_.begin(), sampled_.end(), axis) != sampled_.end();
}

std::uint64_t Expansion::bound() const {
  std::uint64_t bound =
      product(std::max<std::size_t>(plan_.workloads.size(), 1), plan_.repeat.count);
  for (const auto& group : groups_) {
    bound = product(bound, group == sampled_ ? plan_.sample->count : values_[group[0]].bound());
  }
  return bound;
}

std::vector<Expansion::Row> Expansion::rows_of(const std::vector<std::size_t>& axes) const {
  std::vector<Row> rows;
  for (const std::size_t axis : axes) {
    const std::vector<SweepCoordinate> values = values_[axis].all();
    if (axis == axes[0]) rows.resize(values.size());
    if (values.size() != rows.size()) {
      throw InputError(plan_.file, plan_.axes[axis].name.line, plan_.axes[axis].name.text,
                       "as many values as " + plan_.axes[axes[0]].name.text + ", " +
                           std::to_string(rows.size()) + ", to be zipped with it",
                       std::to_string(values.size()));
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i].push_back(values[i]);
  }
  return rows;
}

std::vector<Expansion::Row> Expansion::sampled_rows(const std::vector<std::size_t>& axes) const {
  const SamplePlan& plan = *plan_.sample;
  const auto make = plan.method == SamplePlan::Method::sobol ? sobol : latin_hypercube;
  std::vector<Row> rows;
  for (const Sample& sample : make(axes.size(), plan.count, plan.seed)) {
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < axes.size(); ++i)
      row.push_back(values_[axes[i]].at(sample[i]));
  }
  return rows;
}

std::vector<Expansion::Dimension> Expansion::dimensions() const {
  std::vector<Dimension> dimensions;
  for (const auto& group : groups_)
    dimensions.push_back({group, group == sampled_ ? sampled_rows(group) : rows_of(group)});
  std::size_t next = values_.size();
  if (plan_.workloads.size() > 1) {
    Dimension& workloads = dimensions.emplace_back(Dimension{{next++}, {}});
    for (const PlanText& one : plan_.workloads)
      workloads.rows.push_back({{one.text, std::nullopt}});
  }
  if (plan_.repeat.count > 1) {
    Dimension& repeats = dimensions.emplace_back(Dimension{{next++}, {}});
    for (std::uint64_t i = 1; i <= plan_.repeat.count; ++i)
      repeats.rows.push_back({{std::to_string(i), static_cast<double>(i)}});
  }
  return dimensions;
}

std::vector<const VariantPlan*> Expansion::first_variants() const {
  std::vector<const VariantPlan*> first;
  for (const AxisPlan& axis : plan_.axes) {
    if (!axis.variants.empty()) first.push_back(&axis.variants.front());
  }
  return first;
}

std::vector<const VariantPlan*> Expansion::variants_of(
    const std::vector<SweepCoordinate>& coordinates) const {
  std::vector<const VariantPlan*> chosen;
  for (std::size_t axis = 0; axis < plan_.axes.size(); ++axis) {
    for (const VariantPlan& variant : plan_.axes[axis].variants) {
      if (variant.name.text == coordinates[axis].text) chosen.push_back(&variant);
    }
  }
  return chosen;
}

const PointParameters& Expansion::platform(const std::vector<const VariantPlan*>& variants,
                                           const std::string& described) {
  PointParameters& parameters = platforms_[{variants, described}];
  if (parameters.tree) return parameters;
  std::vector<PlanText> overlays = plan_.overlays;
  std::vector<PlanText> settings = plan_.settings;
  for (const VariantPlan* variant : variants) {
    overlays.insert(overlays.end(), variant->overlays.begin(), variant->overlays.end());
    settings.insert(settings.end(), variant->settings.begin(), variant->settings.end());
  }
  std::vector<std::string> files;
  for (const PlanText& one : overlays)
    files.push_back(plan_.overlay(one));
  parameters =
      reader_({plan_.platform_file().string(), files, described,
               plan_.checkpoint ? plan_.path_of(*plan_.checkpoint).string() : std::string()});
  for (const PlanText& setting : settings)
    apply_setting(*parameters.tree, setting, plan_.file);
  return parameters;
}

const PointParameters& Expansion::apply(const std::vector<SweepCoordinate>& coordinates) {
  const PointParameters& parameters =
      platform(variants_of(coordinates), described(workload_text(coordinates)));
  ParameterTree& tree = *parameters.tree;
  const auto set = [&](const PlanText& name, const std::string& value) {
    set_parameter(tree, name, {value, name.line}, plan_.file);
  };
  for (std::size_t axis = 0; axis < plan_.axes.size(); ++axis) {
    if (plan_.axes[axis].variants.empty()) set(plan_.axes[axis].name, coordinates[axis].text);
  }
  const std::uint64_t repeat =
      plan_.repeat.count > 1 ? static_cast<std::uint64_t>(*coordinates.back().number) : 1;
  for (const PlanText& seed : plan_.repeat.seeds)
    set(seed, std::to_string(plan_.repeat.first + repeat - 1));
  return parameters;
}

/// A night of runs shall not end with points that could never run.
void Expansion::check(const std::vector<SweepCoordinate>& coordinates) {
  const PointParameters& parameters = apply(coordinates);
  if (!parameters.check) return;
  try {
    parameters.check(plan_.workload_file(workload_text(coordinates)).string());
  } catch (const InputError& error) {
    std::string place;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis)
      place += (place.empty() ? ": at " : ", ") + axes_[axis].name + "=" + coordinates[axis].text;
    throw InputError(plan_.file + place + ": " + error.what());
  }
}

const PlanText& Expansion::workload_text(const std::vector<SweepCoordinate>& coordinates) const {
  const PlanText* text = plan_.workloads.empty() ? nullptr : &plan_.workloads.front();
  for (const VariantPlan* variant : variants_of(coordinates)) {
    if (variant->workload) text = &*variant->workload;
  }
  if (plan_.workloads.size() < 2) return *text;
  const std::string& name = coordinates[values_.size()].text;
  return *std::find_if(plan_.workloads.begin(), plan_.workloads.end(),
                       [&](const PlanText& one) { return one.text == name; });
}

std::filesystem::path Expansion::workload(const SweepPoint& point) const {
  return plan_.workload_file(workload_text(point.coordinates));
}

const PlanText& Expansion::first_workload() const {
  for (const VariantPlan* variant : first_variants()) {
    if (variant->workload) return *variant->workload;
  }
  return plan_.workloads.front();
}

/// The file of a workload's description; empty for a trace.
std::string Expansion::described(const PlanText& workload) const {
  const std::string file = plan_.workload_file(workload).string();
  return is_described_ && is_described_(file) ? file : std::string();
}

std::string Expansion::workload_key(const SweepPoint& point) {
  const std::string description = workload_description(point);
  return description.empty() ? file_key_of(workload_text(point.coordinates))
                             : key_of({description});
}

std::string Expansion::file_key_of(const PlanText& workload) {
  std::string& key = workload_keys_[workload.text];
  if (!key.empty()) return key;
  std::error_code none;
  std::filesystem::path file = plan_.workload_file(workload);
  if (plan_.checkpoint) file = identifying_file(file);
  if (!std::filesystem::is_regular_file(file, none))
    throw InputError(plan_.file, workload.line, "workload", "a trace", workload.text);
  return key = file_key(file);
}

std::string Expansion::description(const SweepPoint& point) {
  auto values = effective_values(*apply(point.coordinates).tree);
  if (!described(workload_text(point.coordinates)).empty()) values.erase(workload_group);
  return values.dump(1) + "\n";
}

std::string Expansion::workload_description(const SweepPoint& point) {
  if (described(workload_text(point.coordinates)).empty()) return {};
  return effective_values(*apply(point.coordinates).tree).at(workload_group).dump(1) + "\n";
}

SweepPoint Expansion::point(std::vector<SweepCoordinate> coordinates, const std::string& model) {
  SweepPoint point;
  point.coordinates = std::move(coordinates);
  point.workload = workload_text(point.coordinates).text;
  const std::string described = description(point);
  const std::string workload = workload_key(point);
  point.key = plan_.checkpoint
                  ? key_of({model, described, workload, plan_.measure_to, plan_.warm_up})
                  : key_of({model, described, workload});
  return point;
}

SweepResult Expansion::expand(const std::string& version, const std::string& model) {
  SweepResult result{.version = version, .model = model, .axes = axes_};
  ParameterColumns parameters;
  const std::vector<Dimension> all = dimensions();
  std::vector<std::size_t> at(all.size(), 0);
  while (true) {
    std::vector<SweepCoordinate> coordinates(axes_.size());
    for (std::size_t d = 0; d < all.size(); ++d) {
      for (std::size_t i = 0; i < all[d].axes.size(); ++i)
        coordinates[all[d].axes[i]] = all[d].rows[at[d]][i];
    }
    result.points.push_back(point(coordinates, model));
    check(coordinates);
    parameters.add_point(*apply(coordinates).tree);
    std::size_t d = all.size();
    while (d > 0 && ++at[d - 1] == all[d - 1].rows.size())
      at[--d] = 0;
    if (d == 0) break;
  }
  result.parameters = parameters.take();
  result.plan = plan_key(result);
  return result;
}

}  // namespace doorbell::sweep
