#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "doorbell/core/arch/parameters.h"

namespace doorbell {

/// Fills `tree` from a YAML file. Call it once for each file: a later one is laid over those before
/// it. A missing or malformed file, an unknown or repeated key and a bad value are InputErrors with
/// file and line. The groups of `others`, at the top of the file, are somebody else's: they are
/// passed over.
void read_yaml_file(ParameterTree& tree, const std::string& file,
                    const std::vector<std::string>& others = {});
/// The same from a text; `name` is what errors call it.
void read_yaml_text(ParameterTree& tree, const std::string& text, const std::string& name,
                    const std::vector<std::string>& others = {});

/// The values in force, nested as the groups are; reading it again as YAML gives the same values.
/// Integers and booleans are themselves, times and frequencies texts. Host-only parameters are left
/// out unless asked for.
nlohmann::ordered_json effective_values(const ParameterTree& tree, bool with_host_only = false);

/// One object a parameter: path, value, default, unit, range, source, help.
nlohmann::ordered_json describe_parameters(const ParameterTree& tree, bool with_host_only = false);

}  // namespace doorbell
