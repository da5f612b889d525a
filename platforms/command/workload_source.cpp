#include "platforms/command/workload_source.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/output_file.h"
#include "platforms/checkpoint/parameters.h"
#include "platforms/checkpoint/reader.h"
#include "platforms/checkpoint/writer.h"
#include "platforms/command/run_files.h"
#include "platforms/command/stop_request.h"
#include "platforms/replay/replay.h"
#include "platforms/software/software_run.h"
#include "platforms/virt/drive_option.h"
#include "traces/make/workload_file.h"

namespace doorbell {
namespace {

/// A trace, or a description of a workload, to be replayed.
class ReplaySource : public WorkloadSource {
 public:
  ReplaySource(const std::string& file, const std::vector<std::string>& settings)
      : workload_(workload::open(file, settings)), hash_(workload_.content_hash()) {}
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
  SoftwareSource(const software::SoftwareOptions& options, const virt::VirtParameters& parameters,
                 const ParameterTree& tree)
      : options_(options), tree_(tree), software_(software::read_software(options, parameters)) {
    if (!options.tree_copy.empty()) write_tree();
    if (runs() && options.gdb) gdb_.emplace(*options.gdb);
    if (options.checkpoint.empty()) return;
    check_drives(parameters);
    checkpoint_.emplace(options.checkpoint);
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
    if (checkpoint_) run->on_checkpoint([this, &platform] { write_checkpoint(platform); });
    if (gdb_) run->debug(*gdb_, [] { return !StopRequest::asked(); });
    return run;
  }

 private:
  /// Each function has a private view of its drive's file, and a checkpoint has room for one.
  static void check_drives(const virt::VirtParameters& parameters) {
    for (const virt::EndpointSlot& slot : parameters.endpoints) {
      if (slot.endpoint.kind == pcie::FunctionKind::nvme && slot.endpoint.functions != 1)
        throw InputError("--checkpoint: expected NVMe drives of one function, found " +
                         std::to_string(slot.endpoint.functions));
    }
  }
  void write_tree() const {
    OutputFile file(options_.tree_copy);
    file.write({reinterpret_cast<const char*>(software_.tree.data()), software_.tree.size()});
    file.close();
  }

  void write_checkpoint(virt::Platform& platform) {
    software::RunState state{.semihosting = options_.semihosting};
    console_->save(state);
    checkpoint_->write(platform, {tree_, software_.identity, [&state](StateWriter& writer) {
                                    software::RunState::describe(state, writer);
                                  }});
  }

  const software::SoftwareOptions& options_;
  const ParameterTree& tree_;
  software::Software software_;
  std::optional<checkpoint::Writer> checkpoint_;
  std::optional<software::ConsoleChoice> console_;
  std::optional<debugger::Server> gdb_;
};

/// Software that goes on from a checkpoint.
class RestoredSource : public WorkloadSource {
 public:
  RestoredSource(const software::SoftwareOptions& options, virt::VirtParameters& parameters)
      : options_(options), parameters_(parameters), checkpoint_(options.restore) {
    checkpoint_.restore_run(
        [this](StateReader& state) { software::RunState::describe(state_, state); });
    parameters.cpu.semihosting = state_.semihosting;
  }
  WorkloadIdentity identity() const override {
    return software::identity_of_restored(checkpoint_.software(), options_);
  }
  virt::PlatformFiles platform_files() const override {
    virt::PlatformFiles files;
    for (unsigned i = 0; i < parameters_.endpoints.size(); ++i) {
      if (parameters_.endpoints[i].endpoint.kind == pcie::FunctionKind::nvme)
        files.drives[i] = checkpoint_.drive(i);
    }
    return files;
  }
  std::unique_ptr<Workload> make(virt::Platform& platform,
                                 const Description& description) override {
    console_.emplace(options_, description.platform.uart.character, &state_);
    return std::make_unique<software::SoftwareRun>(platform, checkpoint_, *console_, options_);
  }

 private:
  const software::SoftwareOptions& options_;
  const virt::VirtParameters& parameters_;
  checkpoint::Reader checkpoint_;
  software::RunState state_;
  std::optional<software::ConsoleChoice> console_;
};

/// A checkpoint's parameters, and over them what the command line says.
std::unique_ptr<WorkloadSource> read_restored(const RunOptions& options, Description& description,
                                              ParameterTree& tree) {
  const std::string& folder = options.software.restore;
  checkpoint::read_parameters(folder, tree);
  if (options.described) {
    read_description(tree, DescriptionSources{.description = options.sources.description});
  }
  lay_over(tree, options.sources);
  Description of_checkpoint;
  ParameterTree taken_with(of_checkpoint);
  checkpoint::read_parameters(folder, taken_with);
  checkpoint::check_visible(folder, tree, taken_with);
  if (description.platform.cpu.kind != cpu::ProcessorKind::aarch64 ||
      !description.platform.peripherals) {
    throw InputError(folder +
                     ": expected a platform with AArch64 processors and peripherals, found "
                     "another one");
  }
  description.platform.check();
  check_apart(files_of(options, description.platform));
  return std::make_unique<RestoredSource>(options.software, description.platform);
}

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
  if (!options.software.restore.empty()) return read_restored(options, description, tree);
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
  check_apart(files_of(options, description.platform));
  if (options.software.given())
    return std::make_unique<SoftwareSource>(options.software, description.platform, tree);
  std::vector<std::string> settings = options.sources.settings;
  std::erase_if(settings, std::not_fn(workload::is_of_workload));
  return std::make_unique<ReplaySource>(workload_file(options.workload), settings);
}

}  // namespace doorbell
