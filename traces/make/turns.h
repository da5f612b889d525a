#pragma once

#include <cstddef>
#include <queue>
#include <utility>
#include <vector>

#include "traces/make/arrivals.h"

namespace doorbell::workload {

/// Whose turn it is: of several queues the one whose next piece of work comes first.
class Turns {
 public:
  explicit Turns(std::vector<ArrivalTimes> times);

  bool empty() const { return order_.empty(); }
  std::size_t next() const { return order_.top().second; }
  Time time() const { return order_.top().first; }
  /// The next one has had its turn.
  void advance();
  /// and has no more work.
  void remove() { order_.pop(); }

 private:
  using Turn = std::pair<Time, std::size_t>;

  std::vector<ArrivalTimes> times_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> order_;
};

}  // namespace doorbell::workload
