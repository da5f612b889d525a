#pragma once

#include <string>

#include "doorbell/core/arch/run_report.h"

namespace doorbell {

/// The summary that a run ends with, in lines of at most 110 characters.
std::string summary(const RunReport& report);

}  // namespace doorbell
