#include "tests/explore/compare/subjects.h"

#include <algorithm>
#include <utility>

namespace doorbell::explore::testing {

Metric time_metric(const std::string& name, Metric::Number number) {
  return {name, "ps", Better::lower, "Help of " + name, number};
}

Subject run_of(const std::string& name, std::vector<Metric> metrics) {
  std::sort(metrics.begin(), metrics.end(),
            [](const Metric& a, const Metric& b) { return a.name < b.name; });
  return {
      .name = name, .version = "1", .samples = {{.workload = "aa", .metrics = std::move(metrics)}}};
}

Sample point_of(const std::string& entries, std::uint64_t measured) {
  return {.coordinates = {{"tlb.entries", entries}},
          .point = "tlb.entries=" + entries,
          .workload = "aa",
          .parameters = {{"tlb.entries", entries}},
          .metrics = {time_metric("totals.measured", measured)}};
}

Sample failed_point(const std::string& entries, const std::string& message) {
  Sample sample = point_of(entries, 0);
  sample.metrics.clear();
  sample.failure = message;
  return sample;
}

Subject sweep_of(const std::string& name, std::vector<Sample> samples) {
  return {.name = name, .version = "1", .sweep = true, .samples = std::move(samples)};
}

}  // namespace doorbell::explore::testing
