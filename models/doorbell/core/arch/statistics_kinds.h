#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "doorbell/core/arch/cache_counts.h"
#include "doorbell/core/arch/histogram.h"
#include "doorbell/core/arch/statistics.h"
#include "doorbell/core/arch/statistics_level.h"
#include "doorbell/core/arch/time.h"

// The kinds of statistics. All are told the simulated time where they need it and never ask for it,
// and none allocates once its range of values has been seen. A `now` earlier than one before it
// (loose timing) counts as that one.

namespace doorbell {

/// Counts things that happen.
class Counter final : public Statistic {
 public:
  using Statistic::Statistic;
  void add(std::uint64_t amount = 1) { value_ += amount; }
  std::uint64_t value() const { return value_; }

  std::string_view kind() const override { return "counter"; }
  void values(StatisticValues& out) const override;

 private:
  void on_reset(Time) override { value_ = 0; }
  std::uint64_t value_ = 0;
};

/// A level that is set from outside, with its highest value since the reset. A reset keeps the
/// level. Who sets it and tells the time, always, has its mean level over time, too.
class Gauge final : public Statistic {
 public:
  using Statistic::Statistic;
  void set(std::int64_t value) {
    value_ = value;
    if (value > highest_) [[unlikely]]
      highest_ = value;
  }
  /// A level below zero counts as zero over time.
  void set(std::int64_t value, Time now) {
    const auto level = static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
    if (value == value_ && level == level_.level()) return;
    set(value);
    level_.set(now, level);
  }
  void add(std::int64_t change, Time now) { set(value_ + change, now); }
  std::int64_t value() const { return value_; }
  std::int64_t highest() const { return highest_; }

  std::string_view kind() const override { return "gauge"; }
  void values(StatisticValues& out) const override;

 private:
  void on_reset(Time now) override;
  void on_finish(Time now) override { level_.advance(now); }
  std::int64_t value_ = 0;
  std::int64_t highest_ = 0;
  Integrator level_;
};

/// Look-ups in a cache and what became of its entries. An AssociativeCache counts in it by itself.
class CacheStatistics final : public Statistic, public CacheCounts {
 public:
  using Statistic::Statistic;
  /// 0 to 1; 0 when there was no look-up.
  double hit_rate() const;

  std::string_view kind() const override { return "cache"; }
  void values(StatisticValues& out) const override;

 private:
  void on_reset(Time) override { reset_counts(); }
};

/// Something with `capacity` places where work takes time: a pipeline, a set of slots, a wire. A
/// server is used in one of two ways: `begin` and `end` when they happen, or `occupy` for an
/// interval that is known ahead.
class ServerStatistics final : public Statistic {
 public:
  ServerStatistics(const StatisticsGroup& group, std::string_view name, StatisticInfo info,
                   std::uint64_t capacity = 1)
      : Statistic(group, name, std::move(info)), capacity_(capacity) {}

  void begin(Time now) { busy_.up(now); }
  void end(Time now) {
    busy_.down(now);
    ++completions_;
  }
  /// Capacity 1: busy from `from` to `to`, `from` being no earlier than the end of the interval
  /// before.
  void occupy(Time from, Time to);

  std::uint64_t capacity() const { return capacity_; }
  std::uint64_t completions() const { return completions_; }
  std::uint64_t busy() const { return busy_.level(); }
  /// Places times picoseconds, up to the end of the window.
  std::uint64_t busy_time() const;
  /// 0 to 1, over the window.
  double utilisation() const;
  /// Picoseconds a completion; 0 when there was none.
  double mean_service() const;

  std::string_view kind() const override { return "server"; }
  void values(StatisticValues& out) const override;

 private:
  void on_reset(Time now) override;
  void on_finish(Time now) override { busy_.advance(now); }

  std::uint64_t capacity_;
  std::uint64_t completions_ = 0;
  /// Picoseconds of `occupy` beyond the end of the window: only the last interval reaches there.
  std::uint64_t beyond_window() const;

  Integrator busy_;
  Time occupied_until_ = 0;  ///< The end of the last interval of `occupy`.
};

/// Something that items enter and leave. Occupancy is integrated from the moves alone, sojourn
/// times come from the entry times that the caller remembered: that they agree (L = lambda W) is a
/// check of both.
class QueueStatistics final : public Statistic {
 public:
  /// `capacity` 0 is unbounded.
  QueueStatistics(const StatisticsGroup& group, std::string_view name, StatisticInfo info,
                  std::uint64_t capacity = 0)
      : Statistic(group, name, std::move(info)), capacity_(capacity) {}

  void enter(Time now) {
    occupancy_.up(now);
    ++arrivals_;
    entry_times_ += now;
  }
  void leave(Time now, Time entered_at) {
    occupancy_.down(now);
    ++departures_;
    // Under loose timing an entry may lie ahead; it then is older than the window.
    if (entered_at > now) entered_at = std::min(window_start(), now);
    sojourns_.record(now - entered_at);
    const Time counted_from = std::max(entered_at, window_start());
    sojourn_in_window_ += now - counted_from;
    // When nobody is inside, nobody's entry time is left; a wrong one then no longer cancels itself
    // out.
    entry_times_ = occupancy() == 0 ? 0 : entry_times_ - counted_from;
  }

  std::uint64_t capacity() const { return capacity_; }
  std::uint64_t occupancy() const { return occupancy_.level(); }
  std::uint64_t high_water_mark() const { return occupancy_.highest(); }
  std::uint64_t arrivals() const { return arrivals_; }
  std::uint64_t departures() const { return departures_; }
  /// Items times picoseconds.
  std::uint64_t occupancy_integral() const { return occupancy_.integral(); }
  double mean_occupancy() const;
  /// Sojourn times of those that left.
  const Histogram& sojourns() const { return sojourns_; }
  /// |L - lambda W| / L over the window. W counts what lies within the window of every sojourn, of
  /// those still inside too, so that a correct account gives 0 and not an edge effect.
  double littles_law_error() const;

  std::string_view kind() const override { return "queue"; }
  void values(StatisticValues& out) const override;

 private:
  void on_reset(Time now) override;
  void on_finish(Time now) override { occupancy_.advance(now); }

  std::uint64_t capacity_;
  std::uint64_t arrivals_ = 0, departures_ = 0;
  Integrator occupancy_;
  Histogram sojourns_;
  std::uint64_t sojourn_in_window_ = 0;
  std::uint64_t entry_times_ = 0;  ///< Sum over those inside; wraps, as does its use.
};

/// A distribution of values, picoseconds unless the unit says otherwise.
class HistogramStatistics final : public Statistic {
 public:
  using Statistic::Statistic;
  void record(std::uint64_t value) { histogram_.record(value); }
  const Histogram& histogram() const { return histogram_; }

  std::string_view kind() const override { return "histogram"; }
  void values(StatisticValues& out) const override;

 private:
  void on_reset(Time) override { histogram_.clear(); }
  Histogram histogram_;
};

/// A sum over time in a fixed number of bins, whose width doubles whenever the time outgrows them.
class TimeSeries final : public Statistic {
 public:
  /// `bins` is even; `bin_width` is the first one, in picoseconds.
  TimeSeries(const StatisticsGroup& group, std::string_view name, StatisticInfo info,
             std::size_t bins = 128, Time bin_width = microsecond);

  void add(Time now, std::uint64_t amount = 1);
  Time bin_width() const { return width_; }
  const std::vector<std::uint64_t>& bins() const { return bins_; }

  std::string_view kind() const override { return "time_series"; }
  void values(StatisticValues& out) const override;

 private:
  void on_reset(Time now) override;

  std::vector<std::uint64_t> bins_;
  Time first_width_;
  Time width_;
};

/// Appends `bin_width` and `bins`, unless the level was always 0.
void append_over_time(const LevelIntegral& level, std::uint64_t beyond, StatisticValues& out);

/// Appends count, sum, min, the reported quantiles, max and mean.
template <class Count, unsigned bits>
void append_values(const LogHistogram<Count, bits>& histogram, StatisticValues& out) {
  out.push_back({"count", histogram.count()});
  out.push_back({"sum", histogram.sum()});
  if (histogram.count() == 0) return;
  out.push_back({"mean", histogram.mean()});
  out.push_back({"min", histogram.minimum()});
  for (const Quantile& quantile : reported_quantiles) {
    out.push_back({quantile.name, histogram.quantile(quantile)});
  }
  out.push_back({"max", histogram.maximum()});
}

/// Appends `buckets`: the lower bound of each bucket that isn't empty, followed by its count.
template <class Count, unsigned bits>
void append_buckets(const LogHistogram<Count, bits>& histogram, StatisticValues& out) {
  if (histogram.count() != 0) out.push_back({"buckets", histogram.buckets()});
}

}  // namespace doorbell
