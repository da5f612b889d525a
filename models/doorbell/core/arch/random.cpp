#include "doorbell/core/arch/random.h"

#include <bit>

namespace doorbell {

namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// -log2(u / 2^64) in 64.32 fixed point, for u > 0: the integer part from the leading zeros, the
// fraction bit by bit by repeated squaring of the mantissa.
std::uint64_t negative_log2(std::uint64_t u) {
  const int zeros = std::countl_zero(u);
  std::uint64_t mantissa = u << zeros;  // in [2^63, 2^64): a number in [1, 2) scaled by 2^63
  std::uint64_t fraction = 0;
  for (int bit = 0; bit < 32; ++bit) {
    const Wide square = (Wide{mantissa} * mantissa) >> 63;  // in [1, 4) scaled by 2^63
    fraction <<= 1;
    if (square >> 64 != 0) {
      fraction |= 1;
      mantissa = static_cast<std::uint64_t>(square >> 1);
    } else {
      mantissa = static_cast<std::uint64_t>(square);
    }
  }
  // log2(u / 2^64) = fraction - zeros - 1
  return ((static_cast<std::uint64_t>(zeros) + 1) << 32) - fraction;
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (auto& word : state_)
    word = split_mix(seed);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  return static_cast<std::uint64_t>((Wide{next()} * bound) >> 64);
}

Time Random::exponential(Time mean) {
  constexpr std::uint64_t ln2 = 2'977'044'472;  // ln 2 scaled by 2^32
  const std::uint64_t u = next() | 1;
  const Wide nats = (Wide{negative_log2(u)} * ln2) >> 32;  // -ln(u / 2^64) scaled by 2^32
  return static_cast<Time>((nats * mean) >> 32);
}

}  // namespace doorbell
