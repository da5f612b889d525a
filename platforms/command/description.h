#pragma once

#include "platforms/replay/parameters.h"
#include "platforms/virt/parameters.h"

namespace doorbell {

/// Everything that a description may say: the platform, and how a workload is replayed on it.
struct Description {
  virt::VirtParameters platform;
  replay::ReplayParameters replay;

  void describe(ParameterGroup& group) {
    group.group("replay", replay, "How a workload is replayed");
    platform.describe(group);
  }
};

}  // namespace doorbell
