#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace doorbell::gic {

/// What MOVALL commands have still to move from one redistributor: what was pending when each
/// began (IHI 0069, 5.3.13). An ITS executes one command at a time.
class MoveAllMarks {
 public:
  /// A MOVALL of ITS `its` begins while `pending` are.
  void begin(std::uint32_t its, const std::vector<std::uint32_t>& pending) {
    marked_[its] = {pending.begin(), pending.end()};
  }
  /// The next one that it moves, in ascending order. Nothing: all have gone, and the command ends.
  std::optional<std::uint32_t> next(std::uint32_t its) {
    const auto marked = marked_.find(its);
    if (marked == marked_.end()) return std::nullopt;
    if (marked->second.empty()) {
      marked_.erase(marked);
      return std::nullopt;
    }
    return *marked->second.begin();
  }
  /// An LPI isn't pending any more. If it becomes so again, that is a new one, which stays.
  void gone(std::uint32_t INTID) {
    for (auto& [its, marked] : marked_)
      marked.erase(INTID);
  }

 private:
  std::map<std::uint32_t, std::set<std::uint32_t>> marked_;  ///< by ITS, while it moves
};

}  // namespace doorbell::gic
