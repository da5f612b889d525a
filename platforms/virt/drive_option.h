#pragma once

#include <string_view>

#include "platforms/virt/parameters.h"

namespace doorbell::virt {

/// `[N=]FILE[,write=true]`, as `--drive` takes it: endpoint N, 0 unless given, becomes an NVMe
/// controller with the contents of FILE, which is written to only with `write=true`. Without an
/// endpoint N, with no file, or with anything else behind the comma it is an InputError.
void use_drive(VirtParameters& parameters, std::string_view option);

}  // namespace doorbell::virt
