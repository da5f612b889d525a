#pragma once

#include <nlohmann/json_fwd.hpp>

namespace doorbell::explore {

/// What the page of a run shows, from its statistics (docs/report.md): selected, sorted and put in
/// relation, so that the page's scripts only draw. Throws nlohmann::json::exception when the
/// statistics have another shape than docs/statistics.md says.
nlohmann::ordered_json run_page(const nlohmann::ordered_json& statistics);

}  // namespace doorbell::explore
