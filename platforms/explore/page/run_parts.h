#pragma once

#include <nlohmann/json_fwd.hpp>

#include "platforms/explore/explain/message_name.h"

namespace doorbell::explore {

// The parts of a run's page. `metrics` is `statistics.metrics` of the statistics file.

/// Stages in the order of the road: name, help, share, waiting, service.
nlohmann::ordered_json stages_part(const nlohmann::ordered_json& latency);
/// Everything a CDF can be drawn of: {name, group, and the values of a histogram}. The group is
/// "all MSIs", "stage", "stream" or "vector"; the slowest by p99 come first in each.
nlohmann::ordered_json distributions_part(const nlohmann::ordered_json& latency,
                                          const MessageNames& names = {});
/// Whatever has bins: {path, kind, unit, help, bin_width, bins, capacity, weight}. Those that were
/// most active, by `weight`, come first in each kind.
nlohmann::ordered_json over_time_part(const nlohmann::ordered_json& metrics);
/// Servers that served anything, the busiest first. `limits` is false for what is better the busier
/// it is, such as being idle: it holds nothing up.
nlohmann::ordered_json servers_part(const nlohmann::ordered_json& metrics);
/// {path, utilisation, bound, unit} of the server that bounds the run (report/bottleneck.h) among
/// those that limit; `bound` is the most that this mix can reach when the measured `rates` (of
/// MSIs, or of bytes where there were none) use it so much, in MSI/s or bytes/s. Null when nothing
/// was busy.
nlohmann::ordered_json bottleneck_part(const nlohmann::ordered_json& servers,
                                       const nlohmann::ordered_json& rates);
/// Caches that were looked up, the most first.
nlohmann::ordered_json caches_part(const nlohmann::ordered_json& metrics);
/// Queues that anything waited in: the fullest first.
nlohmann::ordered_json queues_part(const nlohmann::ordered_json& metrics);
/// Distributions of plain numbers: histograms, and families of counters that are called
/// NAME_1, NAME_2 and so on: {path, unit, help, bars: [[number, count], ...]}.
nlohmann::ordered_json shapes_part(const nlohmann::ordered_json& metrics);

/// What `doorbell run --slowest` found, in words: causes of the time above the median, each with
/// its share of it, and the slowest MSIs. Null when the statistics don't have it.
nlohmann::ordered_json explain_part(const nlohmann::ordered_json& statistics);

}  // namespace doorbell::explore
