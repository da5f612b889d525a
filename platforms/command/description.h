#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platforms/command/description_reader.h"
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

/// The parameters of a platform as a file and overlays describe it; errors as of
/// `read_description`.
inline std::shared_ptr<ParameterTree> read_platform(const std::string& description,
                                                    const std::vector<std::string>& overlays) {
  struct Platform {
    Description description;
    ParameterTree tree{description};
  };
  const auto platform = std::make_shared<Platform>();
  read_description(platform->tree, description, overlays, {});
  return {platform, &platform->tree};
}

}  // namespace doorbell
