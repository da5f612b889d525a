#pragma once

#include <nlohmann/json_fwd.hpp>

#include "platforms/explore/results/sweep_database.h"

namespace doorbell::explore {

/// What the page of a sweep shows (docs/report.md): axes, points, and in columns, one value a
/// point, the metrics and parameters that aren't the same everywhere.
nlohmann::ordered_json sweep_page(const SweepResult& sweep);

}  // namespace doorbell::explore
