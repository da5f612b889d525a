#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace doorbell::explore {

/// The text that `doorbell run --slowest N` ends with, made from the statistics file alone, in
/// lines of at most 100 characters: what bounds the rate, where there are statistics of servers,
/// the causes of the time above the median, and the slowest MSIs one by one. What follows a comma
/// in the name of a resource is a detail; causes that differ in it alone are taken together.
/// InputError when the statistics have no section `explain`, or it is not as docs/explain.md says.
std::string explanation_words(const nlohmann::ordered_json& statistics);

}  // namespace doorbell::explore
