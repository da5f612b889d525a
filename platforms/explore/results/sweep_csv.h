#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "platforms/explore/results/sweep_database.h"

namespace doorbell::explore {

/// One line a point, beginning with a line of names: point, key, workload, status, message, a
/// column for each axis, then one for each metric, empty where it doesn't exist. Times are in
/// picoseconds, as in the database. RFC 4180, with lines that end in "\n".
void write_csv(const SweepResult& result, const std::function<void(std::string_view)>& write);

}  // namespace doorbell::explore
