#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platforms/explore/results/metric.h"
#include "platforms/explore/results/sweep_database.h"

namespace doorbell::explore {

/// One run: a statistics file, or a point of a sweep.
struct Sample {
  /// Where a point stands: its axes and their values in the axes' order of names. Empty for a run.
  std::map<std::string, std::string> coordinates;
  std::string point;     ///< The same in words: "drives=2, smmu.tlb.entries=64".
  std::string workload;  ///< Hash of its content.
  std::map<std::string, std::string> parameters;  ///< By path, as text.
  std::vector<Metric> metrics;                    ///< Sorted by name.
  std::optional<std::string> failure;             ///< What it ended with instead of metrics.
};

/// One side of a comparison.
struct Subject {
  std::string name;     ///< As the user calls it.
  std::string version;  ///< Of Doorbell.
  bool sweep = false;
  std::vector<Sample> samples;  ///< One of a run; of a sweep those that have ended, in its order.
};

/// A statistics file, a sweep's folder or its database. InputError when it is none of them, or the
/// run was ended before its workload.
Subject read_subject(const std::string& path);
/// The same of what has been read already.
Subject subject_of(const std::string& name, const nlohmann::ordered_json& statistics);
Subject subject_of(const std::string& name, const SweepResult& sweep);

}  // namespace doorbell::explore
