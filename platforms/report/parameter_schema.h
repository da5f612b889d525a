#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "doorbell/core/arch/parameters.h"

namespace doorbell {

/// A JSON Schema (draft 7, which editors' YAML servers read) of the descriptions that `tree` takes:
/// every key with its type, bounds, choices, default and a sentence about it, and no other key.
/// What JSON Schema can't say stands in the sentence: bounds of times, frequencies and integers
/// that are written as texts (64KiB).
///
/// Lists of `tree` are resized on the way, so that the defaults are those of a new element; make
/// one for this.
nlohmann::ordered_json parameter_schema(ParameterTree& tree, const std::string& title);

}  // namespace doorbell
