#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "platforms/virt/parameters.h"

namespace doorbell::virt {

/// `[N=]FILE[,write=true]`, as `--drive` takes it: endpoint N, 0 unless given, becomes an NVMe
/// controller with the contents of FILE, which is written to only with `write=true`. Without an
/// endpoint N, with no file, or with anything else behind the comma it is an InputError. Returns N.
std::size_t use_drive(VirtParameters& parameters, std::string_view option);
/// All that were given; an InputError, too, when two are for one endpoint.
void use_drives(VirtParameters& parameters, std::span<const std::string> options);

}  // namespace doorbell::virt
