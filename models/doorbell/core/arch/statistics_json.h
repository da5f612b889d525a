#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "doorbell/core/arch/statistics.h"
#include "doorbell/core/arch/statistics_stages.h"

namespace doorbell {

// Every result has the same bytes for the same run, on any machine: ordered keys, integers wherever
// the value is exact, and doubles in their shortest form that reads back the same.

/// {"window": {"start", "end"}, "metrics": [{"path", "kind", "unit", "better", "help", "values":
/// {...}}, ...]}
nlohmann::ordered_json to_json(const Statistics& statistics);

/// [{"name", "order", "successor", "help"}, ...] in order; the successor of the last is null.
nlohmann::ordered_json to_json(const StageGraph& graph);

/// How many vectors at most have their distribution written: those that took the most time in all.
inline constexpr std::size_t vectors_with_buckets = 4096;

/// {"graph", "total": {"end_to_end", "stages": {...}}, "streams": [{"stream", ...}],
///  "vectors": [{"device", "event", ...}]}. Times in picoseconds; a stage's "share" is its part of
///  the total time. Distributions have `buckets` in the total, and end to end for each stream and
///  for `vectors_with_buckets` vectors.
nlohmann::ordered_json to_json(StageStatistics& stages);

}  // namespace doorbell
