#include "traces/make/pattern.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace doorbell::workload {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned fraction_bits = 32;
constexpr std::uint64_t one = std::uint64_t{1} << fraction_bits;

/// The root of a number scaled by 2^62, likewise scaled.
std::uint64_t root(std::uint64_t number) {
  const Wide square = static_cast<Wide>(number) << 62;
  std::uint64_t found = 0;
  for (unsigned bit = 63; bit-- > 0;) {
    const std::uint64_t tried = found | std::uint64_t{1} << bit;
    if (static_cast<Wide>(tried) * tried <= square) found = tried;
  }
  return found;
}

/// 2^-(1/2), 2^-(1/4) and so on, scaled by 2^62.
std::array<std::uint64_t, fraction_bits> make_roots() {
  std::array<std::uint64_t, fraction_bits> roots{};
  std::uint64_t last = std::uint64_t{1} << 61;  // a half
  for (auto& each : roots)
    each = last = root(last);
  return roots;
}

/// log2 of a number from 1 on, scaled by 2^32, by squaring its mantissa bit by bit.
std::uint64_t logarithm(std::uint64_t number) {
  const unsigned whole = static_cast<unsigned>(std::bit_width(number)) - 1;
  std::uint64_t mantissa = number << (63 - whole);  // in [1, 2), scaled by 2^63
  std::uint64_t fraction = 0;
  for (unsigned bit = 0; bit < fraction_bits; ++bit) {
    const Wide square = (static_cast<Wide>(mantissa) * mantissa) >> 63;  // in [1, 4)
    const bool is_above_two = (square >> 64) != 0;
    fraction = fraction << 1 | (is_above_two ? 1 : 0);
    mantissa = static_cast<std::uint64_t>(is_above_two ? square >> 1 : square);
  }
  return (std::uint64_t{whole} << fraction_bits) + fraction;
}

/// An odd part of `count` near the golden one that has no divisor in common with it.
std::uint64_t stride_of(std::uint64_t count) {
  std::uint64_t stride = std::max<std::uint64_t>(count * 618 / 1000, 1);
  while (std::gcd(stride, count) != 1)
    ++stride;
  return stride;
}

}  // namespace

std::uint64_t negative_power_of_two(std::uint64_t numerator) {
  static const auto roots = make_roots();
  const std::uint64_t whole = numerator >> fraction_bits;
  if (whole >= fraction_bits) return 0;
  std::uint64_t power = std::uint64_t{1} << 62;
  for (unsigned bit = 0; bit < fraction_bits; ++bit) {
    if ((numerator >> (fraction_bits - 1 - bit) & 1) != 0)
      power = static_cast<std::uint64_t>((static_cast<Wide>(power) * roots[bit]) >> 62);
  }
  return power >> (62 - fraction_bits) >> whole;
}

Zipf::Zipf(std::uint64_t count, std::uint32_t exponent) : count_(count), exponent_(exponent) {
  std::uint64_t sum = 0;
  for (std::uint64_t first = 1; first != 0 && first <= count; first *= 2) {
    const std::uint64_t size = std::min(first, count - first + 1);
    sum += static_cast<std::uint64_t>(static_cast<Wide>(size) * weight_of(first));
    up_to_.push_back(sum);
  }
}

/// number^-exponent, scaled by 2^32.
std::uint64_t Zipf::weight_of(std::uint64_t number) const {
  return negative_power_of_two(
      static_cast<std::uint64_t>(static_cast<Wide>(logarithm(number)) * exponent_ / 100));
}

std::uint64_t Zipf::draw(Random& random) const {
  for (;;) {
    const std::uint64_t place = random.below(up_to_.back());
    const auto octave = std::upper_bound(up_to_.begin(), up_to_.end(), place) - up_to_.begin();
    const std::uint64_t first = std::uint64_t{1} << octave;
    const std::uint64_t number = first + random.below(std::min(first, count_ - first + 1));
    if (random.below(weight_of(first)) < weight_of(number)) return number - 1;
  }
}

PatternOf::PatternOf(const Pattern& parameters, std::uint64_t count, std::uint64_t seed)
    : kind_(parameters.kind),
      count_(count),
      stride_(stride_of(count)),
      random_(seed),
      zipf_(count, parameters.exponent) {}

std::uint64_t PatternOf::next() {
  switch (kind_) {
    case Pattern::Kind::sequential:
      return at_++ % count_;
    case Pattern::Kind::random:
      return random_.below(count_);
    default:
      break;
  }
  const Wide place = static_cast<Wide>(zipf_.draw(random_)) * stride_ % count_;
  return static_cast<std::uint64_t>(place);
}

}  // namespace doorbell::workload
