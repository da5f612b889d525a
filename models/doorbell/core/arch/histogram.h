#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace doorbell {

/// A quantile as an exact fraction, with the name it has in every output.
struct Quantile {
  std::string_view name;
  std::uint64_t numerator;
  std::uint64_t denominator;
};

/// The quantiles every histogram reports, beside its exact minimum, maximum and mean.
inline constexpr std::array<Quantile, 4> reported_quantiles{
    {{"p50", 1, 2}, {"p90", 9, 10}, {"p99", 99, 100}, {"p99.9", 999, 1000}}};

/// A histogram of unsigned integers (mostly picoseconds) in logarithmic buckets: 2^`bits` buckets
/// to an octave. Count, sum, minimum and maximum are exact; a quantile is off by at most
/// 1/2^(`bits`+1) of its value, and values below 2^(`bits`+1) are exact. Only the range of buckets
/// between the smallest and the largest value seen is stored, and zeros apart, so that recording
/// allocates only while that range still grows.
template <class Count, unsigned bits>
class LogHistogram {
 public:
  /// Largest relative error of `quantile`.
  static constexpr double relative_error = 1.0 / (2u << bits);

  void record(std::uint64_t value) {
    if (value == 0) {
      ++zeros_;
      return;
    }
    ++count_;
    sum_ += value;
    // Hardly ever: no stores for what stays as it is.
    if (value < minimum_) [[unlikely]]
      minimum_ = value;
    if (value > maximum_) [[unlikely]]
      maximum_ = value;
    const std::uint32_t bucket = bucket_of(value);
    if (bucket - first_ >= size_) [[unlikely]]
      grow_to_hold(bucket);
    count_in(buckets_[bucket - first_]);
  }

  /// Asks for the memory that recording `value` will change.
  void prefetch(std::uint64_t value) const {
    const std::uint32_t slot = bucket_of(value) - first_;
    if (slot < size_) __builtin_prefetch(&buckets_[slot], 1);
  }

  /// Adds everything that `other` has recorded.
  template <class OtherCount>
  void merge(const LogHistogram<OtherCount, bits>& other) {
    zeros_ += other.zeros_;
    count_ += other.count_;
    sum_ += other.sum_;
    minimum_ = std::min(minimum_, other.minimum_);
    maximum_ = std::max(maximum_, other.maximum_);
    for (std::uint32_t i = 0; i < other.size_; ++i) {
      if (other.buckets_[i] == 0) continue;
      const std::uint32_t bucket = other.first_ + i;
      if (bucket - first_ >= size_) grow_to_hold(bucket);
      add_to(buckets_[bucket - first_], other.buckets_[i]);
    }
  }

  /// Forgets everything recorded and keeps the memory.
  void clear() {
    std::fill_n(buckets_.get(), size_, Count{0});
    zeros_ = 0;
    count_ = 0;
    sum_ = 0;
    minimum_ = std::numeric_limits<std::uint64_t>::max();
    maximum_ = 0;
  }

  std::uint64_t count() const { return zeros_ + count_; }
  std::uint64_t sum() const { return sum_; }
  /// 0 when nothing has been recorded.
  std::uint64_t minimum() const { return zeros_ != 0 || count_ == 0 ? 0 : minimum_; }
  std::uint64_t maximum() const { return maximum_; }
  double mean() const {
    return count() == 0 ? 0.0 : static_cast<double>(sum_) / static_cast<double>(count());
  }

  /// The smallest value that at least the fraction `numerator`/`denominator` of the values recorded
  /// don't exceed, within `relative_error`; 0 when nothing has been recorded.
  std::uint64_t quantile(std::uint64_t numerator, std::uint64_t denominator) const {
    const std::uint64_t all = count();
    if (all == 0) return 0;
    const std::uint64_t whole = all / denominator * numerator;
    const std::uint64_t rest = (all % denominator * numerator + denominator - 1) / denominator;
    const std::uint64_t rank = std::max<std::uint64_t>(1, whole + rest);
    if (rank >= all) return maximum_;
    std::uint64_t seen = zeros_;
    if (rank <= seen) return 0;
    for (std::uint32_t i = 0; i < size_; ++i) {
      seen += buckets_[i];
      if (seen >= rank) return std::clamp(middle_of(first_ + i), minimum(), maximum_);
    }
    return maximum_;
  }
  std::uint64_t quantile(const Quantile& q) const { return quantile(q.numerator, q.denominator); }

  /// The smallest value and the count of each bucket that isn't empty, one after the other.
  std::vector<std::uint64_t> buckets() const {
    std::vector<std::uint64_t> pairs;
    if (zeros_ != 0) pairs = {0, zeros_};
    for (std::uint32_t i = 0; i < size_; ++i) {
      if (buckets_[i] == 0) continue;
      pairs.push_back(low_of(first_ + i));
      pairs.push_back(buckets_[i]);
    }
    return pairs;
  }

  /// Bytes of memory held besides the object itself.
  std::size_t heap_bytes() const { return size_ * sizeof(Count); }

 private:
  template <class, unsigned>
  friend class LogHistogram;

  static constexpr std::uint32_t granularity = 8;

  /// Values below 2^(bits+1) have a bucket each; above, each octave has 2^bits.
  static std::uint32_t bucket_of(std::uint64_t value) {
    constexpr std::uint64_t exact = (2u << bits) - 1;
    const unsigned shift = (63u ^ static_cast<unsigned>(std::countl_zero(value | exact))) - bits;
    return (shift << bits) + static_cast<std::uint32_t>(value >> shift);
  }

  /// Below 64: there are no buckets beyond 64-bit values.
  static unsigned shift_of(std::uint32_t bucket) {
    return bucket < (2u << bits) ? 0 : ((bucket >> bits) - 1) % 64;
  }

  static std::uint64_t low_of(std::uint32_t bucket) {
    const unsigned shift = shift_of(bucket);
    return static_cast<std::uint64_t>(bucket - (shift << bits)) << shift;
  }

  static std::uint64_t middle_of(std::uint32_t bucket) {
    return low_of(bucket) + (std::uint64_t{1} << shift_of(bucket)) / 2;
  }

  /// Nobody counts to 2^64 one by one.
  static void count_in(Count& bucket) {
    if (sizeof(Count) < sizeof(std::uint64_t) && bucket == std::numeric_limits<Count>::max())
      return;
    ++bucket;
  }

  /// Bucket counts stay at their largest value rather than wrap.
  static void add_to(Count& bucket, std::uint64_t amount) {
    const std::uint64_t room = std::numeric_limits<Count>::max() - bucket;
    bucket += static_cast<Count>(std::min(amount, room));
  }

  void grow_to_hold(std::uint32_t bucket) {
    const std::uint32_t low = bucket / granularity * granularity;
    const std::uint32_t high = low + granularity;
    const std::uint32_t first = size_ == 0 ? low : std::min(first_, low);
    const std::uint32_t end = size_ == 0 ? high : std::max(first_ + size_, high);
    auto grown = std::make_unique<Count[]>(end - first);
    std::copy_n(buckets_.get(), size_, grown.get() + (first_ - first));
    buckets_ = std::move(grown);
    first_ = first;
    size_ = end - first;
  }

  std::unique_ptr<Count[]> buckets_;
  std::uint32_t first_ = 0;  ///< Bucket number of buckets_[0].
  std::uint32_t size_ = 0;   ///< Number of buckets_.
  std::uint64_t zeros_ = 0;  ///< Have no bucket.
  std::uint64_t count_ = 0;  ///< Of the rest, as what follows.
  std::uint64_t sum_ = 0;
  std::uint64_t minimum_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t maximum_ = 0;
};

/// For totals and streams: quantiles within 0.8 %.
using Histogram = LogHistogram<std::uint64_t, 6>;

/// For things that exist by the ten thousand (one per interrupt vector): quantiles within 1.6 %,
/// and a bucket that has counted 2^32 - 1 values stays there.
using CompactHistogram = LogHistogram<std::uint32_t, 5>;

}  // namespace doorbell
