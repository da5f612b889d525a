#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace doorbell::fuzz {

/// The bytes of a case, taken one after the other; zeros once there are no more.
class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t take(unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
      value |= std::uint64_t{byte()} << (8 * i);
    return value;
  }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }
  bool flag() { return (byte() & 1) != 0; }
  std::uint64_t doubleword() { return take(8); }
  std::span<const std::uint8_t> rest() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// Ends the process where something that must always hold doesn't.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "doesn't hold: %s\n", what);
  std::abort();
}

/// A place where bytes are decoded that a guest chooses.
struct Target {
  const char* name;
  void (*run)(std::span<const std::uint8_t> bytes);
};
/// All of them. Each has a folder of cases in tests/fuzz/corpus.
std::span<const Target> targets();

}  // namespace doorbell::fuzz
