#include "platforms/explore/page/sweep_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json axes_part(const SweepResult& sweep) {
  Json part = Json::array();
  for (const SweepAxis& axis : sweep.axes) {
    part.push_back({{"name", axis.name},
                    {"unit", axis.unit},
                    {"is_repeat", axis.kind == SweepAxis::Kind::repeat},
                    {"logarithmic", axis.logarithmic}});
  }
  return part;
}

Json points_part(const SweepResult& sweep) {
  Json part = Json::array();
  for (const SweepPoint& point : sweep.points) {
    Json coordinates = Json::array();
    for (const SweepCoordinate& coordinate : point.coordinates)
      coordinates.push_back({{"text", coordinate.text}, {"number", number(coordinate.number)}});
    part.push_back({{"key", point.key},
                    {"workload", point.workload},
                    {"status", name_of(point.status)},
                    {"message", point.message},
                    {"coordinates", std::move(coordinates)}});
  }
  return part;
}

std::vector<std::optional<double>> column_of(const SweepMetric& metric, std::size_t points) {
  std::vector<std::optional<double>> column;
  for (std::size_t point = 0; point < points; ++point)
    column.push_back(metric.at(point));
  return column;
}

/// Two points where it exists have different values of it.
bool varies(const std::vector<std::optional<double>>& column) {
  std::optional<double> first;
  return std::any_of(column.begin(), column.end(), [&](const std::optional<double>& value) {
    if (value && !first) first = value;
    return value && *value != *first;
  });
}

Json metrics_part(const SweepResult& sweep) {
  Json part = Json::array();
  for (const SweepMetric& metric : sweep.metrics) {
    const auto column = column_of(metric, sweep.points.size());
    if (!varies(column)) continue;
    Json values = Json::array();
    for (const auto& value : column)
      values.push_back(number(value));
    part.push_back({{"name", metric.name},
                    {"unit", metric.unit},
                    {"better", to_string(metric.better)},
                    {"help", metric.help},
                    {"values", std::move(values)}});
  }
  return part;
}

/// The shared ones, too: a reader asks what the others were.
Json parameters_part(const SweepResult& sweep) {
  Json part = Json::array();
  for (const SweepParameter& parameter : sweep.parameters) {
    part.push_back({{"name", parameter.name},
                    {"unit", parameter.unit},
                    {"default", parameter.default_text},
                    {"values", parameter.values}});
  }
  return part;
}

}  // namespace

Json sweep_page(const SweepResult& sweep) {
  Json page;
  page["kind"] = "sweep";
  page["version"] = sweep.version;
  page["axes"] = axes_part(sweep);
  page["points"] = points_part(sweep);
  page["metrics"] = metrics_part(sweep);
  page["constant_metrics"] = sweep.metrics.size() - page["metrics"].size();
  page["parameters"] = parameters_part(sweep);
  return page;
}

}  // namespace doorbell::explore
