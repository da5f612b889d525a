#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace doorbell::sweep {

/// A point of the unit cube: one coordinate a dimension, each in [0, 1).
using Sample = std::vector<double>;

/// Latin hypercube: of `count` equal slices of each dimension every one holds exactly one point.
/// The same seed gives the same points everywhere.
std::vector<Sample> latin_hypercube(std::size_t dimensions, std::size_t count, std::uint64_t seed);

/// The first `count` points of Sobol's sequence (Bratley and Fox, ACM TOMS 14 (1988), algorithm
/// 659, with the direction numbers of Joe and Kuo as Boost has them), moved by a digital shift that
/// the seed gives; seed 0 leaves them where they are. Of 2^k points each of 2^k equal slices of
/// each dimension holds one. At most 3667 dimensions.
std::vector<Sample> sobol(std::size_t dimensions, std::size_t count, std::uint64_t seed);

}  // namespace doorbell::sweep
