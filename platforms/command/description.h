#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platforms/command/description_reader.h"
#include "platforms/replay/parameters.h"
#include "platforms/virt/parameters.h"
#include "traces/make/workload_file.h"

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

/// The parameters of a platform as a file and overlays describe it, and in the group "workload"
/// those of a workload that is described; errors as of `read_description`.
inline std::shared_ptr<ParameterTree> read_platform(const std::string& description,
                                                    const std::vector<std::string>& overlays,
                                                    const std::string& workload = {}) {
  struct Platform {
    explicit Platform(const std::string& file) {
      if (!file.empty()) made.emplace(workload::read_description(file));
    }
    void describe(ParameterGroup& group) {
      described.describe(group);
      if (made) made->describe(group);
    }
    Description described;
    std::optional<workload::NamedParameters> made;
  };
  struct Read {
    explicit Read(const std::string& file) : platform(file) {}
    Platform platform;
    ParameterTree tree{platform};
  };
  const auto read = std::make_shared<Read>(workload);
  read_description(read->tree, description, overlays, {});
  return {read, &read->tree};
}

}  // namespace doorbell
