#include "traces/make/turns.h"

namespace doorbell::workload {

Turns::Turns(std::vector<ArrivalTimes> times) : times_(std::move(times)) {
  for (std::size_t i = 0; i < times_.size(); ++i)
    order_.emplace(times_[i].next(), i);
}

void Turns::advance() {
  const std::size_t queue = next();
  order_.pop();
  times_[queue].advance();
  order_.emplace(times_[queue].next(), queue);
}

}  // namespace doorbell::workload
