#pragma once

#include "platforms/explore/sweep/engine.h"

namespace doorbell::sweep {

/// Runs points on this machine, several processes at a time.
class LocalEngine : public Engine {
 public:
  explicit LocalEngine(unsigned processes) : processes_(processes) {}
  void run(const std::vector<PointJob>& jobs, Observer& observer) override;

 private:
  const unsigned processes_;
};

}  // namespace doorbell::sweep
