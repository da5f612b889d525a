#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace doorbell::explore {

/// A whole page in one file, which needs nothing else: style, chart library, scripts and `data`,
/// that of run_page() or sweep_page(). No text in `data` can become markup or script: the page
/// takes it as JSON, in which every "<" is escaped.
std::string html_page(const std::string& title, const nlohmann::ordered_json& data);

/// JSON that may stand in a <script> element.
std::string json_in_html(const nlohmann::ordered_json& data);

}  // namespace doorbell::explore
