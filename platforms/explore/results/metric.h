#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "doorbell/core/arch/statistics.h"

namespace doorbell::explore {

/// One number of a run, described well enough to be compared and plotted without knowing the block
/// it comes from.
struct Metric {
  /// Nothing (monostate) is a value that doesn't exist, such as the hit rate of a cache that was
  /// never asked.
  using Number = std::variant<std::monostate, std::uint64_t, std::int64_t, double>;

  std::string name;  ///< "latency.end_to_end.p99", "virt.smmu.tbu.main_tlb.hit_rate"
  std::string unit;  ///< Empty for a ratio; "ps", "bytes", "commands", "1/s", ...
  Better better = Better::neither;
  std::string help;  ///< One line.
  Number number;

  bool exists() const { return number.index() != 0; }
  /// 0 when it doesn't exist.
  double value() const;
};

/// Every number of a run's statistics, sorted by name. What a value means follows from the kind of
/// its statistic (docs/statistics.md). Names begin with
/// - `totals.`: of the run, with the rates `totals.msi_rate` and `totals.byte_rate`;
/// - `conservation.`: doorbells by outcome;
/// - `latency.end_to_end.` and `latency.STAGE.`: of all MSIs; `latency.stream_0xN.end_to_end.`: of
///   one stream's. Vectors are left out: there may be 65 536;
/// - the path of a statistic.
/// Series over time and distributions are left out. InputError when the statistics have another
/// shape than docs/statistics.md says.
std::vector<Metric> metrics_of(const nlohmann::ordered_json& statistics);

/// Null when there is none of this name. `metrics` are sorted by name.
const Metric* find(const std::vector<Metric>& metrics, const std::string& name);

}  // namespace doorbell::explore
