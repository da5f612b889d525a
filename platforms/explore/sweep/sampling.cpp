#include "platforms/explore/sweep/sampling.h"

#include <boost/random/sobol.hpp>
#include <numeric>
#include <utility>

#include "doorbell/core/arch/random.h"

namespace doorbell::sweep {
namespace {

constexpr unsigned bits = 32;
constexpr double unit = 1.0 / 4294967296.0;  // 2^-32

/// Points by the numerators of their coordinates over 2^32.
using Lattice = boost::random::sobol_engine<std::uint32_t, bits>;

std::uint32_t word(Random& random) {
  return static_cast<std::uint32_t>(random.next() >> 32);
}

}  // namespace

std::vector<Sample> latin_hypercube(std::size_t dimensions, std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Sample> samples(count, Sample(dimensions));
  std::vector<std::size_t> slices(count);
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::iota(slices.begin(), slices.end(), std::size_t{0});
    for (std::size_t i = count; i > 1; --i)
      std::swap(slices[i - 1], slices[random.below(i)]);
    for (std::size_t i = 0; i < count; ++i) {
      const double inside = word(random) * unit;
      samples[i][d] = (static_cast<double>(slices[i]) + inside) / static_cast<double>(count);
    }
  }
  return samples;
}

std::vector<Sample> sobol(std::size_t dimensions, std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint32_t> shift(dimensions, 0);
  if (seed != 0) {
    for (std::uint32_t& one : shift)
      one = word(random);
  }
  Lattice lattice(dimensions);
  std::vector<Sample> samples(count, Sample(dimensions));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t d = 0; d < dimensions; ++d) {
      // Boost leaves out the sequence's first point, the origin, which its balance needs.
      const std::uint32_t coordinate = i == 0 ? 0 : static_cast<std::uint32_t>(lattice());
      samples[i][d] = (coordinate ^ shift[d]) * unit;
    }
  }
  return samples;
}

}  // namespace doorbell::sweep
