#pragma once

#include <string>
#include <vector>

#include "platforms/explore/compare/comparison.h"

namespace doorbell::explore::testing {

/// A metric in ps that is better low.
Metric time_metric(const std::string& name, Metric::Number number);

/// A run of workload "aa" with version "1" and these metrics, which get sorted.
Subject run_of(const std::string& name, std::vector<Metric> metrics);

/// A point at `entries` of the axis `tlb.entries`, of workload "aa", with one metric,
/// "totals.measured", in ps.
Sample point_of(const std::string& entries, std::uint64_t measured);
/// The same, failed.
Sample failed_point(const std::string& entries, const std::string& message);

Subject sweep_of(const std::string& name, std::vector<Sample> samples);

}  // namespace doorbell::explore::testing
