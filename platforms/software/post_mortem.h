#pragma once

#include <string>

#include "doorbell/cpu/aarch64_group.h"
#include "platforms/software/symbols.h"

namespace doorbell::software {

/// What a stuck processor had in its registers, and its last exceptions, as indented lines, each
/// ahead of which there is a line feed; with names where an address has one.
std::string post_mortem(const cpu::Aarch64Group::Stuck& stuck, const Symbols& symbols);

}  // namespace doorbell::software
