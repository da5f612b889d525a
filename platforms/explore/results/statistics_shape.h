#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace doorbell::explore {

/// The statistics that `file` holds have what readers of any part take for granted
/// (docs/statistics.md), an explanation only if they have one at all. InputError names the place
/// that is missing or of another type.
void check_shape(const std::string& file, const nlohmann::ordered_json& statistics);

}  // namespace doorbell::explore
