// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "engines/unicorn/library_internals.h"

namespace doorbell::unicorn {

/// The virtual address that a load or store instruction of AArch64 accesses (DDI 0487, C4.1.88),
/// the first of a pair. False for what isn't one of the usual forms.
bool access_address(std::uint32_t instruction, const Internals& registers, std::uint64_t& address);

}  // namespace doorbell::unicorn
