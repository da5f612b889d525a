#pragma once

#include <filesystem>

#include "platforms/explore/results/sweep_database.h"

namespace doorbell::sweep {

/// Fills in what the points under DIR/points found: status, message, workload hash and metrics. All
/// of it comes from the files of the points alone, so it doesn't matter who ran them, or when.
/// InputError, naming the file, when a point's statistics can't be read.
void collect_points(const std::filesystem::path& points, explore::SweepResult& result);

/// Status and messages alone.
void collect_outcomes(const std::filesystem::path& points, explore::SweepResult& result);

}  // namespace doorbell::sweep
