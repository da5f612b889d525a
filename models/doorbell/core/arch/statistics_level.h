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
  /// Level times picoseconds that lie in the open bin.
  void add_to_bin(std::uint64_t amount) { open_ += amount; }
  Time bin_end() const { return bin_end_; }
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
///
/// The integral until t of a level that rose at some times and fell at others is level * t less the
/// sum of the former, plus that of the latter: so a change adds a time to a sum, and nothing is
/// multiplied before the bin ends or somebody asks.
class Integrator {
 public:
  void up(Time now) {
    advance(now);
    rises_ += last_;
    if (++level_ > highest_) [[unlikely]]
      highest_ = level_;
  }
  /// A level never falls below zero.
  void down(Time now) {
    advance(now);
    if (level_ == 0) return;
    rises_ -= last_;
    --level_;
  }
  void set(Time now, std::uint64_t level) {
    advance(now);
    rises_ += (level - level_) * last_;
    level_ = level;
    if (level_ > highest_) [[unlikely]]
      highest_ = level_;
  }
  /// Level 1 from `from` to `to`, which may lie ahead; for one that never goes up or down.
  void occupy(Time from, Time to) { integral_.add(from, to, 1); }
  void advance(Time now) {
    if (now <= last_) return;
    if (now > integral_.bin_end()) [[unlikely]]
      end_bins(now);
    last_ = now;
  }
  void reset(Time now) {
    last_ = now;
    integral_.reset(now);
    rises_ = level_ * now;
    highest_ = level_;
  }
  std::uint64_t level() const { return level_; }
  std::uint64_t highest() const { return highest_; }
  /// Up to when it has been integrated.
  Time last() const { return last_; }
  /// Level times picoseconds.
  std::uint64_t integral() const { return integral_.total() + since_bin_began(); }
  LevelIntegral over_time() const {
    LevelIntegral all = integral_;
    all.add_to_bin(since_bin_began());
    return all;
  }

 private:
  void end_bins(Time now);
  std::uint64_t since_bin_began() const { return level_ * last_ - rises_; }

  std::uint64_t level_ = 0, highest_ = 0;
  std::uint64_t rises_ = 0;  ///< Times of rises less those of falls; wraps, as does its use.
  LevelIntegral integral_;   ///< Without what came since the open bin began.
  Time last_ = 0;
};

}  // namespace doorbell
