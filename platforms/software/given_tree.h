#pragma once

#include <string>

#include "platforms/software/image_file.h"
#include "platforms/virt/device_tree.h"

namespace doorbell::software {

/// How many bytes `given_tree` makes of a tree.
std::size_t given_tree_bytes(const Bytes& tree);

/// A device tree of somebody's, with what `boot` says put into its node /chosen: command line and
/// RAM disk, as a boot loader does. InputError, one line that names `path`, when it isn't a tree,
/// or has no room.
Bytes given_tree(const std::string& path, const Bytes& tree, const virt::BootInformation& boot);

}  // namespace doorbell::software
