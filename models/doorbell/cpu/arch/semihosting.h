#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace doorbell::cpu {

/// Calls of Arm's semihosting: ending with a status, and writing to the console (Semihosting for
/// AArch32 and AArch64, 2.0, sections 6 and 7). A call that isn't known returns all ones.
class Semihosting {
 public:
  /// A byte of memory by its virtual address; nothing where there is none.
  using Read = std::function<std::optional<std::uint8_t>(std::uint64_t address)>;

  struct Answer {
    std::uint64_t value = 0;  ///< for X0
    std::string text;         ///< to be written
    std::optional<int> exit;  ///< the call doesn't return: the status
  };

  /// `operation` is W0, `parameter` X1.
  static Answer call(std::uint32_t operation, std::uint64_t parameter, const Read& read);
};

}  // namespace doorbell::cpu
