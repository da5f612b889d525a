#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/checkpoint/parameters.h"
#include "platforms/command/description_reader.h"
#include "platforms/explore/sweep/expansion.h"
#include "platforms/replay/fit.h"
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
  /// What a workload needs to be replayed; InputError.
  void check_replayed() const {
    if (platform.cpu.kind != cpu::ProcessorKind::native)
      throw InputError("cpu.kind: expected native, as --workload needs, found aarch64");
    platform.check();
  }
};

/// What a point of a sweep is run with: the parameters of a platform as a file and overlays
/// describe it, and in the group "workload" those of a workload that is described; errors as of
/// `read_description`.
inline sweep::PointParameters read_point(const sweep::PointFiles& files) {
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
    void check(const std::string& workload) {
      if (taken_with) {
        checkpoint::check_visible(checkpoint_name, tree, taken_with->tree);
        return platform.described.platform.check();
      }
      const Description& described = platform.described;
      described.check_replayed();
      replay::check_fit(described.platform, described.replay, header_of(workload), workload);
    }
    /// A trace's is read once for all points.
    const trace::Header& header_of(const std::string& workload) {
      if (platform.made) {
        return header = workload::made(workload, platform.made->workload).open()->header();
      }
      const auto known = headers.find(workload);
      if (known != headers.end()) return known->second;
      return headers.emplace(workload, trace::Workload(workload).open()->header()).first->second;
    }
    struct TakenWith {
      Description described;
      ParameterTree tree{described};
    };
    Platform platform;
    ParameterTree tree{platform};
    std::string checkpoint_name;
    std::unique_ptr<TakenWith> taken_with;         ///< Of the checkpoint, if there is one.
    trace::Header header;                          ///< Of the workload that is described.
    std::map<std::string, trace::Header> headers;  ///< Of traces, by their files.
  };
  const auto read = std::make_shared<Read>(files.workload);
  if (files.checkpoint.empty()) {
    read_description(read->tree, files.description, files.overlays, {});
  } else {
    read->checkpoint_name = files.checkpoint;
    read->taken_with = std::make_unique<Read::TakenWith>();
    for (ParameterTree* const tree : {&read->taken_with->tree, &read->tree})
      checkpoint::read_parameters(files.checkpoint, *tree);
    lay_over(read->tree, {files.description, files.overlays, {}});
  }
  return {{read, &read->tree}, [read](const std::string& workload) { read->check(workload); }};
}

}  // namespace doorbell
