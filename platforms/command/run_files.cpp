#include "platforms/command/run_files.h"

#include <filesystem>
#include <system_error>

namespace doorbell {
namespace {

using Use = CommandFile::Use;

void add_software(std::vector<CommandFile>& files, const software::SoftwareOptions& software) {
  const bool is_file = software.console != "stdio" && software.console != "pty";
  files.insert(files.end(), {{"--kernel", software.kernel},
                             {"--initrd", software.initrd},
                             {"--bios", software.bios},
                             {"--firmware", software.firmware},
                             {"--dtb", software.tree},
                             {"--console-script", software.console_script},
                             {"--flash", software.flash, Use::written},
                             {"--console", is_file ? software.console : "", Use::written},
                             {"--record-console", software.record_console, Use::written},
                             {"--dump-dtb", software.tree_copy, Use::written},
                             {"--checkpoint", software.checkpoint, Use::written}});
}

/// What a checkpoint's drives were made from isn't read again.
void add_checkpoint(std::vector<CommandFile>& files, const std::string& folder) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    files.push_back({"--restore", entry.path().string()});
}

void add_drives(std::vector<CommandFile>& files, const virt::VirtParameters& platform) {
  for (std::size_t i = 0; i < platform.endpoints.size(); ++i) {
    const pcie::EndpointParameters& endpoint = platform.endpoints[i].endpoint;
    if (endpoint.kind != pcie::FunctionKind::nvme) continue;
    files.push_back({"endpoints." + std::to_string(i) + ".nvme.drive", endpoint.nvme.drive,
                     endpoint.nvme.write_through ? Use::written : Use::read});
  }
}

}  // namespace

std::vector<CommandFile> files_of(const RunOptions& options, const virt::VirtParameters& platform) {
  std::vector<CommandFile> files = files_of(options.sources);
  if (!options.workload.empty()) files.push_back({"--workload", workload_file(options.workload)});
  if (options.software.restore.empty()) {
    add_drives(files, platform);
  } else {
    add_checkpoint(files, options.software.restore);
  }
  add_software(files, options.software);
  files.push_back({"--stats", options.statistics, Use::written});
  files.push_back({"--trace", options.trace, Use::written});
  return files;
}

}  // namespace doorbell
