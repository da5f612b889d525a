#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorbell::explore {

/// A stretch of an MSI's time, or many of the same kind.
struct Stretch {
  std::string stage;
  bool waiting = false;
  std::string resource;             ///< May be empty.
  std::string holder;               ///< May be empty.
  std::optional<std::uint64_t> id;  ///< Of the holder, when a particular one is meant.

  bool operator==(const Stretch&) const = default;
};

/// In words: "waiting for virt.smmu.tcu.walkers, held by walk of page 0xffffd", "table read, level
/// 3, because of CMD_TLBI_NH_VA of page 0xffffd", "service".
std::string phrase_of(const Stretch& stretch);

/// The number of a holder. Interrupts and processors are counted in decimals, what lies in address
/// spaces and tables in hexadecimals.
std::string id_text(std::string_view holder, std::uint64_t id);

/// The resource without its detail, which follows a comma: "table read" of "table read, level 3".
std::string without_detail(std::string_view resource);

/// `text` cut at spaces into lines of at most `width` characters; a longer word stays whole, and so
/// do a number and its unit of time or percent sign.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace doorbell::explore
