#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace doorbell::explore {

/// What bounds the rate of a run, from the whole statistics file: the server (report/bottleneck.h)
/// with its bound, or that none is busy enough. Empty where the file has no busy servers.
std::string limit_words(const nlohmann::ordered_json& statistics);

}  // namespace doorbell::explore
