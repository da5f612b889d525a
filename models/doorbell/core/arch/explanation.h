#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "doorbell/core/arch/causes.h"
#include "doorbell/core/arch/journey.h"

namespace doorbell {

/// Why some MSIs were slower than others: gathers the slowest of all acknowledged ones with every
/// stretch of their roads, and the causes of the time above the median.
class Explanation {
 public:
  /// `count`: how many of the slowest. `graph` names the stages.
  Explanation(const StageGraph& graph, std::size_t count);

  /// To be called with every finished Journey. It must have kept its spans from its start on; one
  /// that hasn't (it began before they were kept), or that wasn't acknowledged, is left out.
  void add(const Journey& journey, Outcome outcome);

  /// Forgets all MSIs.
  void reset();

  /// The section `explain` of the statistics file (docs/explain.md).
  nlohmann::ordered_json to_json() const;

 private:
  struct Slow {
    Time end_to_end;
    std::uint64_t number;
    Time started;
    MessageIdentity identity;
    std::vector<JourneySpan> spans;
  };
  static bool slower(const Slow& a, const Slow& b);
  void keep_if_slow(const Journey& journey);
  nlohmann::ordered_json to_json(const Causes::Part& part) const;
  nlohmann::ordered_json to_json(const Slow& slow) const;

  const StageGraph& graph_;
  std::size_t count_;
  Causes causes_;
  std::vector<Slow> slowest_;  ///< A heap; the least slow of them on top.
};

}  // namespace doorbell
