#include "platforms/explore/compare/subject.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

/// 170ns and 0.17us are one place on an axis.
std::string place(const SweepCoordinate& coordinate) {
  return coordinate.number ? fmt::format("{}", *coordinate.number) : coordinate.text;
}

std::string name_of(const SweepResult& sweep, const SweepPoint& point) {
  std::string name;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    if (axis != 0) name += ", ";
    name += sweep.axes[axis].name + "=" + point.coordinates.at(axis).text;
  }
  return name.empty() ? "the only point" : name;
}

Sample sample_of(const SweepResult& sweep, std::size_t index) {
  const SweepPoint& point = sweep.points[index];
  Sample sample{.point = name_of(sweep, point), .workload = point.workload_hash};
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis)
    sample.coordinates[sweep.axes[axis].name] = place(point.coordinates.at(axis));
  if (point.status == PointStatus::failed) sample.failure = point.message;
  for (const SweepParameter& parameter : sweep.parameters)
    sample.parameters[parameter.name] = parameter.at(index);
  for (const SweepMetric& metric : sweep.metrics)
    sample.metrics.push_back(
        {metric.name, metric.unit, metric.better, metric.help, metric.values.at(index)});
  return sample;
}

}  // namespace

Subject subject_of(const std::string& name, const Json& statistics) {
  if (statistics.at("partial").get<bool>())
    throw InputError(name + ": expected a whole run, found one that was ended before its workload");
  Subject subject{.name = name};
  try {
    subject.version = statistics.at("version").get<std::string>();
    Sample sample{.workload = statistics.at("workload").at("fnv1a64").get<std::string>()};
    for (const Json& parameter : statistics.at("parameters"))
      sample.parameters[parameter.at("path").get<std::string>()] =
          parameter.at("value").get<std::string>();
    sample.metrics = metrics_of(statistics);
    subject.samples.push_back(std::move(sample));
  } catch (const Json::exception&) {
    throw InputError(name, 0, "statistics", "what docs/statistics.md describes", "another shape");
  } catch (const InputError& error) {
    throw InputError(name + ": " + error.what());
  }
  return subject;
}

Subject subject_of(const std::string& name, const SweepResult& sweep) {
  Subject subject{.name = name, .version = sweep.version, .sweep = true};
  for (std::size_t index = 0; index < sweep.points.size(); ++index)
    if (sweep.points[index].status != PointStatus::missing)
      subject.samples.push_back(sample_of(sweep, index));
  return subject;
}

}  // namespace doorbell::explore
