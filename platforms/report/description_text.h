#pragma once

#include <string>

#include "doorbell/core/arch/parameters.h"

namespace doorbell {

/// All values of `tree` as a YAML description with comments: what each is, what it may be and where
/// its default comes from. Reading the text gives the same values again.
std::string description_text(const ParameterTree& tree);

}  // namespace doorbell
