#include "doorbell/core/arch/statistics_level.h"

namespace doorbell {

void LevelIntegral::add_across(Time from, Time to, std::uint64_t level) {
  if (bins_.capacity() == 0) bins_.reserve(bin_count);
  while (to > bin_end_) {
    if (from < bin_end_) {
      open_ += level * (bin_end_ - from);
      from = bin_end_;
    }
    close_bin();
  }
  if (to > from) open_ += level * (to - from);
}

void LevelIntegral::close_bin() {
  bins_.push_back(open_);
  closed_ += open_;
  open_ = 0;
  if (bins_.size() == bin_count) halve();
  bin_end_ = start_ + (bins_.size() + 1) * width_;
}

void LevelIntegral::halve() {
  for (std::size_t i = 0; i < bin_count / 2; ++i)
    bins_[i] = bins_[2 * i] + bins_[2 * i + 1];
  bins_.resize(bin_count / 2);
  width_ *= 2;
}

void LevelIntegral::reset(Time now) {
  start_ = now;
  width_ = first_bin_width;
  bin_end_ = now + width_;
  open_ = closed_ = 0;
  bins_.clear();
}

std::vector<std::uint64_t> LevelIntegral::bins(std::uint64_t beyond) const {
  if (total() == beyond) return {};
  std::vector<std::uint64_t> bins = bins_;
  bins.push_back(open_);
  while (beyond != 0 || bins.back() == 0) {
    const std::uint64_t taken = std::min(beyond, bins.back());
    bins.back() -= taken;
    beyond -= taken;
    if (bins.back() == 0) bins.pop_back();
  }
  return bins;
}

}  // namespace doorbell
