#include "doorbell/core/arch/departures.h"

#include <gtest/gtest.h>

namespace doorbell {
namespace {

TEST(Departures, AReasonIsOfTheKeyThatLeft) {
  Departures departures;
  const std::uint64_t key = hash_of(1, 2);
  EXPECT_EQ(departures.reason(key), 0);
  departures.left(key, 3);
  EXPECT_EQ(departures.reason(key), 3);
  // Whatever of a hash chooses the place: a key that differs in its upper bits alone isn't it.
  for (unsigned bit = 0; bit < 64; ++bit)
    EXPECT_EQ(departures.reason(key ^ std::uint64_t{1} << bit), 0) << bit;
}

TEST(Departures, TheLatestReasonCounts) {
  Departures departures;
  const std::uint64_t key = hash_of(1, 2);
  departures.left(key, 1);
  departures.left(key, 2);
  EXPECT_EQ(departures.reason(key), 2);
}

}  // namespace
}  // namespace doorbell
