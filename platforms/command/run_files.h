#pragma once

#include <vector>

#include "platforms/command/files_apart.h"
#include "platforms/command/run_options.h"
#include "platforms/virt/parameters.h"

namespace doorbell {

/// All that a run reads and writes, drives of the platform among them. InputError for an overlay
/// that there is none of.
std::vector<CommandFile> files_of(const RunOptions& options, const virt::VirtParameters& platform);

}  // namespace doorbell
