#pragma once

#include <filesystem>
#include <functional>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/run_report.h"
#include "doorbell/core/arch/state.h"
#include "platforms/checkpoint/folder.h"
#include "platforms/virt/platform.h"

namespace doorbell::checkpoint {

/// Writes a checkpoint of a platform that stands at a marker, where nothing is under way.
class Writer {
 public:
  /// Before the run: InputError when something is at `folder`, or nothing can be made there.
  explicit Writer(const std::filesystem::path& folder) : folder_(folder) {}

  /// What it holds beside the platform.
  struct Content {
    const ParameterTree& parameters;
    WorkloadIdentity software;
    /// What else there is of the run's, as where a script at the console stands.
    std::function<void(StateWriter&)> run;
  };
  /// Once. InputError when it can't be written.
  void write(virt::Platform& platform, const Content& content);

 private:
  NewFolder folder_;
};

}  // namespace doorbell::checkpoint
