#include "doorbell/core/arch/statistics_kinds.h"

#include <stdexcept>
#include <utility>

namespace doorbell {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void Counter::values(StatisticValues& out) const {
  out.push_back({"value", value_});
}

void Gauge::values(StatisticValues& out) const {
  out.push_back({"value", value_});
  out.push_back({"highest", highest_});
  append_over_time(level_.over_time(), 0, out);
}

void Gauge::on_reset(Time now) {
  highest_ = value_;
  level_.reset(now);
}

double CacheStatistics::hit_rate() const {
  return ratio(hits(), hits() + misses());
}

void CacheStatistics::values(StatisticValues& out) const {
  out.push_back({"hits", hits()});
  out.push_back({"misses", misses()});
  out.push_back({"evictions", evictions()});
  out.push_back({"invalidations", invalidations()});
  if (hits() + misses() == 0) {
    out.push_back({"hit_rate", std::monostate{}});
  } else {
    out.push_back({"hit_rate", hit_rate()});
  }
}

void ServerStatistics::occupy(Time from, Time to) {
  busy_.occupy(from, to);
  occupied_until_ = to;
  ++completions_;
}

std::uint64_t ServerStatistics::beyond_window() const {
  const Time beyond = occupied_until_ > window_end() ? occupied_until_ - window_end() : 0;
  return std::min(beyond, busy_.integral());
}

std::uint64_t ServerStatistics::busy_time() const {
  return busy_.integral() - beyond_window();
}

double ServerStatistics::utilisation() const {
  return ratio(busy_time(), capacity_ * window());
}

double ServerStatistics::mean_service() const {
  return ratio(busy_time(), completions_);
}

void ServerStatistics::on_reset(Time now) {
  busy_.reset(now);
  completions_ = 0;
  if (occupied_until_ > now) busy_.occupy(now, occupied_until_);
}

void ServerStatistics::values(StatisticValues& out) const {
  out.push_back({"capacity", capacity_});
  out.push_back({"completions", completions_});
  out.push_back({"busy_time", busy_time()});
  out.push_back(
      {"busy_highest", std::max<std::uint64_t>(busy_.highest(), busy_.integral() != 0 ? 1 : 0)});
  out.push_back({"utilisation", utilisation()});
  out.push_back({"mean_service", mean_service()});
  append_over_time(busy_.over_time(), beyond_window(), out);
}

double QueueStatistics::mean_occupancy() const {
  return ratio(occupancy_integral(), window());
}

double QueueStatistics::littles_law_error() const {
  const std::uint64_t still_inside = occupancy() * occupancy_.last() - entry_times_;
  const std::uint64_t expected = sojourn_in_window_ + still_inside;
  const std::uint64_t integral = occupancy_integral();
  if (integral == expected) return 0.0;
  const std::uint64_t difference = integral > expected ? integral - expected : expected - integral;
  return ratio(difference, std::max<std::uint64_t>(integral, 1));
}

void QueueStatistics::on_reset(Time now) {
  occupancy_.reset(now);
  arrivals_ = departures_ = 0;
  sojourns_.clear();
  sojourn_in_window_ = 0;
  entry_times_ = occupancy() * now;
}

void QueueStatistics::values(StatisticValues& out) const {
  out.push_back({"capacity", capacity_});
  out.push_back({"arrivals", arrivals_});
  out.push_back({"departures", departures_});
  out.push_back({"occupancy", occupancy()});
  out.push_back({"high_water_mark", high_water_mark()});
  out.push_back({"occupancy_integral", occupancy_integral()});
  out.push_back({"mean_occupancy", mean_occupancy()});
  out.push_back({"littles_law_error", littles_law_error()});
  append_values(sojourns_, out);
  append_over_time(occupancy_.over_time(), 0, out);
}

void HistogramStatistics::values(StatisticValues& out) const {
  append_values(histogram_, out);
  append_buckets(histogram_, out);
}

void append_over_time(const LevelIntegral& level, std::uint64_t beyond, StatisticValues& out) {
  std::vector<std::uint64_t> bins = level.bins(beyond);
  if (bins.empty()) return;
  out.push_back({"bin_width", level.bin_width()});
  out.push_back({"bins", std::move(bins)});
}

TimeSeries::TimeSeries(const StatisticsGroup& group, std::string_view name, StatisticInfo info,
                       std::size_t bins, Time bin_width)
    : Statistic(group, name, std::move(info)),
      bins_(bins),
      first_width_(bin_width),
      width_(bin_width) {
  if (bins == 0 || bins % 2 != 0 || bin_width == 0) {
    throw std::logic_error("a time series has an even number of bins, each longer than nothing");
  }
}

void TimeSeries::add(Time now, std::uint64_t amount) {
  const Time since = now > window_start() ? now - window_start() : 0;
  while (since / width_ >= bins_.size()) {
    for (std::size_t i = 0; i < bins_.size() / 2; ++i)
      bins_[i] = bins_[2 * i] + bins_[2 * i + 1];
    std::fill(bins_.begin() + static_cast<std::ptrdiff_t>(bins_.size() / 2), bins_.end(), 0);
    width_ *= 2;
  }
  bins_[since / width_] += amount;
}

void TimeSeries::on_reset(Time) {
  std::fill(bins_.begin(), bins_.end(), 0);
  width_ = first_width_;
}

void TimeSeries::values(StatisticValues& out) const {
  out.push_back({"bin_width", width_});
  out.push_back({"bins", bins_});
}

}  // namespace doorbell
