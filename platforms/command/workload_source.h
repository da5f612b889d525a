#pragma once

#include <memory>

#include "doorbell/core/arch/run_report.h"
#include "platforms/command/description.h"
#include "platforms/command/run_options.h"
#include "platforms/virt/platform.h"
#include "platforms/workload.h"

namespace doorbell {

/// What a command line wants to be run, read before the platform is built: a mistake in a file is
/// found out at once.
class WorkloadSource {
 public:
  virtual ~WorkloadSource() = default;
  virtual WorkloadIdentity identity() const = 0;
  /// Whether the run has a summary. What isn't measured has none.
  virtual bool has_summary() const { return true; }
  /// Whether there is a run at all; else only what was asked for beside it is done, by the source.
  virtual bool runs() const { return true; }
  /// What of the platform the software keeps in files of the host.
  virtual virt::PlatformFiles platform_files() const { return {}; }
  /// Once. The source, platform and description outlive the workload.
  virtual std::unique_ptr<Workload> make(virt::Platform& platform,
                                         const Description& description) = 0;
};

/// The source that `options` name, of which there must be exactly one. Fills and checks
/// `description`, whose tree is `tree`: what runs has a say in what the platform is. Throws
/// InputError.
std::unique_ptr<WorkloadSource> read_workload(const RunOptions& options, Description& description,
                                              ParameterTree& tree);

}  // namespace doorbell
