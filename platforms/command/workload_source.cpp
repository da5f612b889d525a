#include "platforms/command/workload_source.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/output_file.h"
#include "platforms/command/stop_request.h"
#include "platforms/replay/replay.h"
#include "platforms/software/software_run.h"
#include "platforms/virt/drive_option.h"
#include "traces/format/content_hash.h"
#include "traces/make/workload_file.h"

namespace doorbell {
namespace {

/// A trace, or a description of a workload, to be replayed.
class ReplaySource : public WorkloadSource {
 public:
  ReplaySource(const std::string& file, const std::vector<std::string>& settings)
      : workload_(workload::open(file, settings)),
        hash_(workload::is_description(file) ? trace::content_hash(*workload_.open())
                                             : trace::content_hash(file)) {}
  WorkloadIdentity identity() const override {
    return {.hash = hash_, .made_from = workload_.open()->header().made_from};
  }
  std::unique_ptr<Workload> make(virt::Platform& platform,
                                 const Description& description) override {
    return std::make_unique<replay::Replay>(platform, description.replay, workload_);
  }

 private:
  trace::Workload workload_;
  std::uint64_t hash_;
};

/// Software for AArch64 processors, and its console.
class SoftwareSource : public WorkloadSource {
 public:
  SoftwareSource(const software::SoftwareOptions& options, const virt::VirtParameters& parameters)
      : options_(options), software_(software::read_software(options, parameters)) {
    if (!options.tree_copy.empty()) write_tree();
    if (runs() && options.gdb) gdb_.emplace(*options.gdb);
  }
  WorkloadIdentity identity() const override { return software_.identity; }
  bool has_summary() const override { return options_.measured(); }
  bool runs() const override { return options_.tree_copy.empty(); }
  virt::PlatformFiles platform_files() const override {
    virt::PlatformFiles files;
    if (!options_.flash.empty()) files.flash = options_.flash;
    return files;
  }
  std::unique_ptr<Workload> make(virt::Platform& platform,
                                 const Description& description) override {
    console_.emplace(options_, description.platform.uart.character);
    auto run = std::make_unique<software::SoftwareRun>(platform, software_, *console_, options_);
    if (gdb_) run->debug(*gdb_, [] { return !StopRequest::asked(); });
    return run;
  }

 private:
  void write_tree() const {
    OutputFile file(options_.tree_copy);
    file.write({reinterpret_cast<const char*>(software_.tree.data()), software_.tree.size()});
    file.close();
  }

  const software::SoftwareOptions& options_;
  software::Software software_;
  std::optional<software::ConsoleChoice> console_;
  std::optional<debugger::Server> gdb_;
};

/// Software needs values that a description needn't name; who lays others over them is told.
void read_for_software(ParameterTree& tree, const DescriptionSources& sources,
                       const virt::VirtParameters& platform,
                       const software::SoftwareOptions& software) {
  read_description(tree, DescriptionSources{.description = sources.description});
  tree.set("cpu.kind=aarch64");
  tree.set("peripherals=true");
  lay_over(tree, sources);
  const std::string needed = ", as " + std::string(software.kind()) + " needs, found ";
  if (platform.cpu.kind != cpu::ProcessorKind::aarch64)
    throw InputError("cpu.kind: expected aarch64" + needed + "native");
  if (!platform.peripherals) throw InputError("peripherals: expected true" + needed + "false");
}

void fit_to_software(virt::VirtParameters& platform, const software::SoftwareOptions& software) {
  platform.cpu.semihosting = software.semihosting;
  virt::use_drives(platform, software.drives);
}

}  // namespace

std::unique_ptr<WorkloadSource> read_workload(const RunOptions& options, Description& description,
                                              ParameterTree& tree) {
  DescriptionSources sources = options.sources;
  if (!options.workload.empty()) std::erase_if(sources.settings, workload::is_of_workload);
  if (options.software.given()) {
    read_for_software(tree, sources, description.platform, options.software);
    fit_to_software(description.platform, options.software);
    description.platform.check();
  } else {
    read_description(tree, sources);
    description.check_replayed();
  }
  if (options.software.given())
    return std::make_unique<SoftwareSource>(options.software, description.platform);
  std::vector<std::string> settings = options.sources.settings;
  std::erase_if(settings, std::not_fn(workload::is_of_workload));
  return std::make_unique<ReplaySource>(workload_file(options.workload), settings);
}

}  // namespace doorbell
