#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doorbell/core/arch/statistics.h"

namespace doorbell::explore {

/// What a number means to somebody who compares or plots it.
struct ValueMeaning {
  std::string unit;  ///< Empty for a ratio.
  Better better = Better::neither;
  /// False for what describes the statistic's set-up or repeats another value.
  bool is_metric = true;
};

/// What value `value` of a statistic of kind `kind` means, when the statistic itself says `whole`
/// (docs/statistics.md lists kinds and values); nothing for a value that this table doesn't know.
std::optional<ValueMeaning> known_meaning(std::string_view kind, std::string_view value,
                                          const ValueMeaning& whole);

/// The same; a value that isn't known has the statistic's unit and is neither better high nor low.
ValueMeaning meaning_of(std::string_view kind, std::string_view value, const ValueMeaning& whole);

}  // namespace doorbell::explore
