#include "platforms/explore/sweep/collect.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/results/metric.h"
#include "platforms/explore/results/statistics_file.h"
#include "platforms/explore/sweep/outcome.h"
#include "platforms/explore/sweep/point_folder.h"

namespace doorbell::sweep {
namespace {

using explore::Metric;
using explore::SweepMetric;
using explore::SweepPoint;
using explore::SweepResult;

/// Metrics of many points, gathered by name.
class MetricColumns {
 public:
  explicit MetricColumns(std::size_t points) : points_(points) {}

  /// Of a run that `points` share.
  void add(const std::vector<std::size_t>& points, const std::vector<Metric>& metrics) {
    for (const Metric& metric : metrics) {
      SweepMetric& column = columns_[metric.name];
      if (column.values.empty()) {
        column.name = metric.name;
        column.unit = metric.unit;
        column.better = metric.better;
        column.help = metric.help;
        column.values.resize(points_);
      }
      for (const std::size_t point : points)
        column.values[point] = metric.number;
    }
  }

  std::vector<SweepMetric> take() {
    std::vector<SweepMetric> metrics;
    for (auto& [name, column] : columns_)
      metrics.push_back(std::move(column));
    return metrics;
  }

 private:
  const std::size_t points_;
  std::map<std::string, SweepMetric> columns_;
};

/// What `read` makes of the statistics of a done point.
template <class Read>
void read_point(const std::filesystem::path& file, Read read) {
  try {
    read(explore::read_statistics(file));
  } catch (const InputError& error) {
    std::string text = error.what();
    if (text.find(file.string()) == std::string::npos) text = file.string() + ": " + text;
    throw InputError(text + "; remove it, and the next sweep runs its point again");
  }
}

}  // namespace

void collect_outcomes(const std::filesystem::path& points, SweepResult& result) {
  for (SweepPoint& point : result.points) {
    const auto outcome = read_outcome(points / point.key);
    point.status = outcome ? outcome->status : PointStatus::missing;
    point.message = outcome ? outcome->message : "";
  }
}

void collect_points(const std::filesystem::path& points, SweepResult& result) {
  collect_outcomes(points, result);
  std::map<std::string, std::vector<std::size_t>> by_key;
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    if (result.points[i].status == PointStatus::done) by_key[result.points[i].key].push_back(i);
  }
  MetricColumns columns(result.points.size());
  for (const auto& [key, same] : by_key) {
    read_point(points / key / point_file::statistics, [&](const auto& statistics) {
      columns.add(same, explore::metrics_of(statistics));
      for (const std::size_t point : same)
        result.points[point].workload_hash = statistics.at("workload").value("fnv1a64", "");
    });
  }
  result.metrics = columns.take();
}

}  // namespace doorbell::sweep
