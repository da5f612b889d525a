#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "doorbell/core/arch/time.h"

namespace doorbell {

/// The integral of a level (how many) over time: as a whole, and in bins, whose width doubles
/// whenever the time outgrows their fixed number. Memory for the bins is taken when the first of
/// them ends; within a bin an addition costs one comparison.
class LevelIntegral {
 public:
  /// The most bins there are; even.
  static constexpr std::size_t bin_count = 128;
  static constexpr Time first_bin_width = microsecond;

  /// The level was `level` from `from` to `to`. Intervals come in the order of time and don't
  /// overlap, but in stretches of level 0.
  void add(Time from, Time to, std::uint64_t level) {
    if (to <= bin_end_) [[likely]] {
      open_ += level * (to - from);
    } else {
      add_across(from, to, level);
    }
  }
  /// Starts anew at `now`.
  void reset(Time now);

  /// Level times picoseconds, since the reset.
  std::uint64_t total() const { return closed_ + open_; }
  Time bin_width() const { return width_; }
  /// The integral of each bin, without zeros at the end, and without the last `beyond` of what was
  /// added. Empty when all are 0.
  std::vector<std::uint64_t> bins(std::uint64_t beyond = 0) const;

 private:
  void add_across(Time from, Time to, std::uint64_t level);
  void close_bin();
  void halve();

  Time bin_end_ = first_bin_width;  ///< Of the bin that is being filled.
  std::uint64_t open_ = 0;          ///< In it.
  std::uint64_t closed_ = 0;        ///< In those before it.
  Time start_ = 0;
  Time width_ = first_bin_width;
  std::vector<std::uint64_t> bins_;  ///< Those before it.
};

/// A level over time: its integral, and its highest value. A `now` earlier than one before it
/// (loose timing) counts as that one.
class Integrator {
 public:
  void up(Time now) {
    advance(now);
    if (++level_ > highest_) [[unlikely]]
      highest_ = level_;
  }
  /// A level never falls below zero.
  void down(Time now) {
    advance(now);
    if (level_ > 0) --level_;
  }
  void set(Time now, std::uint64_t level) {
    advance(now);
    level_ = level;
    if (level_ > highest_) [[unlikely]]
      highest_ = level_;
  }
  void advance(Time now) {
    if (now <= last_) return;
    integral_.add(last_, now, level_);
    last_ = now;
  }
  /// Level 1 from `from` to `to`, which may lie ahead; for one that never goes up or down.
  void occupy(Time from, Time to) { integral_.add(from, to, 1); }
  void reset(Time now) {
    last_ = now;
    integral_.reset(now);
    highest_ = level_;
  }
  std::uint64_t level() const { return level_; }
  std::uint64_t highest() const { return highest_; }
  /// Level times picoseconds.
  std::uint64_t integral() const { return integral_.total(); }
  const LevelIntegral& over_time() const { return integral_; }
  Time last() const { return last_; }

 private:
  std::uint64_t level_ = 0, highest_ = 0;
  LevelIntegral integral_;
  Time last_ = 0;
};

}  // namespace doorbell
