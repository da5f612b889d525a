#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace doorbell::explore {

/// The statistics of a run (docs/statistics.md), as `doorbell run --stats` writes them; plain or
/// gzipped. InputError, naming the file, when it can't be read, isn't JSON, isn't of this format or
/// lacks a part that every run has.
nlohmann::ordered_json read_statistics(const std::string& path);

}  // namespace doorbell::explore
