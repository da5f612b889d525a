#pragma once

#include "doorbell/core/arch/run_report.h"
#include "platforms/software/placement.h"
#include "platforms/software/software_options.h"
#include "platforms/virt/parameters.h"

namespace doorbell::software {

/// The software of a run: its files, read, and where all of them lie in memory.
struct Software {
  ElfImage program;   ///< Of --firmware; the pieces of `placement` refer to these three.
  LinuxImage kernel;  ///< Of --kernel.
  Bytes initrd;
  Bytes bios;             ///< Of --bios,
  std::string bios_path;  ///< the file that the ROM is loaded from; else empty.
  Placement placement;
  Bytes tree;  ///< The device tree that goes to `placement.tree`.
  WorkloadIdentity identity;
};

/// What a run that goes on from a checkpoint is called by: as one that went on past it.
/// `checkpoint` is what the run was called by that wrote it.
WorkloadIdentity identity_of_restored(const WorkloadIdentity& checkpoint,
                                      const SoftwareOptions& options);

/// Reads what `options` name, for a platform of `parameters`. InputError, one line that names file
/// or option, when a file is wrong or doesn't fit, or options don't go together.
Software read_software(const SoftwareOptions& options, const virt::VirtParameters& parameters);

}  // namespace doorbell::software
