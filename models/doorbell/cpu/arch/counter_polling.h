#pragma once

#include <algorithm>
#include <cstdint>

namespace doorbell::cpu {

/// Tells a loop that does nothing but read the counter until some time has come, and how much of it
/// may pass at once. The time that it waits for isn't known, so it is met up to a sixteenth of the
/// wait late.
class CounterPolling {
 public:
  /// The counter is read when the processor has executed `instructions` in all. Returns how many
  /// instructions of further turns may pass now without being executed, `most` at most: none unless
  /// the latest turns have all been alike.
  std::uint64_t read(std::uint64_t instructions, std::uint64_t most) {
    const std::uint64_t length = instructions - last_read_;
    last_read_ = instructions;
    turns_ = length == length_ ? turns_ + 1 : 0;
    length_ = length;
    const std::uint64_t more = std::min(turns_ / 16 * length, most);
    // What has passed is part of the wait.
    if (length != 0) turns_ += more / length;
    return more;
  }
  /// An access to something else, an interrupt: its loop isn't only about time.
  void did_something_else() {
    turns_ = 0;
    length_ = 0;
  }

 private:
  std::uint64_t last_read_ = 0;
  std::uint64_t length_ = 0;  ///< Instructions of a turn.
  std::uint64_t turns_ = 0;   ///< So many have been alike.
};

}  // namespace doorbell::cpu
