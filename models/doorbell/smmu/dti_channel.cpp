#include "doorbell/smmu/dti_channel.h"

namespace doorbell::smmu {

DtiChannel::DtiChannel(const Clock& clock, const SmmuParameters& parameters,
                       const StatisticsGroup& group, const std::string& name)
    : clock_(clock),
      latency_(parameters.dti_latency),
      width_(parameters.dti_width),
      port_(clock),
      server_(group, name,
              {.unit = "messages", .better = Better::lower, .help = "To the other end of DTI"}) {}

Time DtiChannel::send(unsigned bytes) {
  const Time now = clock_.scheduler().now();
  const Time start = port_.next();
  const std::uint64_t cycles = (bytes + width_ - 1) / width_;
  const CyclePort::Interval taken = port_.take(cycles);
  if (clock_.scheduler().timing() != Timing::loose) server_.occupy(taken.from, taken.to);
  return start - now + clock_.duration(latency_ + cycles - 1);
}

}  // namespace doorbell::smmu
