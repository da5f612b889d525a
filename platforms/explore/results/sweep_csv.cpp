#include "platforms/explore/results/sweep_csv.h"

#include <fmt/format.h>

#include <cmath>

namespace doorbell::explore {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

/// Numbers in the axis's unit; texts where there are none.
std::string text_of(const SweepCoordinate& coordinate) {
  return coordinate.number ? fmt::format("{}", *coordinate.number) : quoted(coordinate.text);
}

std::string text_of(const Metric::Number& number) {
  return std::visit(
      [](const auto& value) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return "";
        } else {
          return std::isfinite(static_cast<double>(value)) ? fmt::format("{}", value) : "";
        }
      },
      number);
}

}  // namespace

void write_csv(const SweepResult& result, const std::function<void(std::string_view)>& write) {
  std::string line = "point,key,workload,status,message";
  for (const SweepAxis& axis : result.axes) {
    // The point's workload is a column of its own already.
    if (axis.kind != SweepAxis::Kind::workload) line += "," + quoted(axis.name);
  }
  for (const SweepMetric& metric : result.metrics)
    line += "," + quoted(metric.name);
  write(line + "\n");
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    const SweepPoint& point = result.points[i];
    line = fmt::format("{},{},{},{},{}", i + 1, point.key, quoted(point.workload),
                       name_of(point.status), quoted(point.message));
    for (std::size_t axis = 0; axis < result.axes.size(); ++axis) {
      if (result.axes[axis].kind != SweepAxis::Kind::workload)
        line += "," + text_of(point.coordinates[axis]);
    }
    for (const SweepMetric& metric : result.metrics)
      line += "," + text_of(metric.values[i]);
    write(line + "\n");
  }
}

}  // namespace doorbell::explore
