#pragma once

#include <cstdint>
#include <vector>

namespace doorbell::pcie {

/// The posted writes of one order domain, numbered as they arrive: which of them have been
/// observed. Responses may come in any order; `all_before` asks for everything ahead of a number.
class PostedWindow {
 public:
  /// A posted write has arrived: its number.
  std::uint64_t arrive() {
    if (next_ - first_ == observed_.size()) grow();
    observed_[next_ & (observed_.size() - 1)] = false;
    return next_++;
  }

  /// Its response has come. True when the oldest unobserved write moved on.
  bool observe(std::uint64_t number) {
    observed_[number & (observed_.size() - 1)] = true;
    if (number != first_) return false;
    do {
      ++first_;
    } while (first_ != next_ && observed_[first_ & (observed_.size() - 1)]);
    return true;
  }

  /// Number that the next write will get: what comes now is behind all smaller ones.
  std::uint64_t arrivals() const { return next_; }
  bool all_before(std::uint64_t number) const { return first_ >= number; }
  std::uint64_t unobserved() const { return next_ - first_; }

 private:
  void grow() {
    std::vector<std::uint8_t> larger(observed_.size() * 2);
    for (std::uint64_t n = first_; n != next_; ++n) {
      larger[n & (larger.size() - 1)] = observed_[n & (observed_.size() - 1)];
    }
    observed_ = std::move(larger);
  }

  std::vector<std::uint8_t> observed_ = std::vector<std::uint8_t>(16);  // a power of two of them
  std::uint64_t first_ = 0;  // oldest that may be unobserved
  std::uint64_t next_ = 0;
};

}  // namespace doorbell::pcie
