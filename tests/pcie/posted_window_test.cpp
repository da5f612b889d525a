#include "doorbell/pcie/arch/posted_window.h"

#include <gtest/gtest.h>

namespace doorbell::pcie {
namespace {

TEST(PostedWindowTest, MovesOnlyPastWhatHasBeenObserved) {
  PostedWindow window;
  for (std::uint64_t n = 0; n < 3; ++n)
    EXPECT_EQ(window.arrive(), n);
  EXPECT_TRUE(window.all_before(0));
  EXPECT_FALSE(window.observe(1));  // the first is still under way
  EXPECT_FALSE(window.all_before(2));
  EXPECT_TRUE(window.observe(0));
  EXPECT_TRUE(window.all_before(2));
  EXPECT_FALSE(window.all_before(3));
  EXPECT_TRUE(window.observe(2));
  EXPECT_TRUE(window.all_before(window.arrivals()));
  EXPECT_EQ(window.unobserved(), 0u);
}

TEST(PostedWindowTest, GrowsWithWhatIsUnobserved) {
  PostedWindow window;
  for (unsigned round = 0; round < 3; ++round) {
    const std::uint64_t first = window.arrivals();
    for (unsigned i = 0; i < 1000; ++i)
      window.arrive();
    for (unsigned i = 1000; i-- > 1;)
      EXPECT_FALSE(window.observe(first + i));
    EXPECT_EQ(window.unobserved(), 1000u);
    EXPECT_TRUE(window.observe(first));
    EXPECT_TRUE(window.all_before(first + 1000));
  }
}

TEST(PostedWindowTest, APlaceThatIsUsedAgainIsUnobserved) {
  PostedWindow window;
  for (unsigned round = 0; round < 40; ++round) {
    const std::uint64_t first = window.arrive();
    const std::uint64_t second = window.arrive();
    EXPECT_TRUE(window.observe(first));
    EXPECT_FALSE(window.all_before(second + 1));
    EXPECT_TRUE(window.observe(second));
  }
}

TEST(PostedWindowTest, GrowsWithWhatWasObserved) {
  PostedWindow window;
  for (unsigned i = 0; i < 16; ++i)
    window.arrive();
  for (unsigned i = 1; i <= 5; ++i)
    EXPECT_FALSE(window.observe(i));
  window.arrive();
  EXPECT_TRUE(window.observe(0));
  EXPECT_TRUE(window.all_before(6));
  EXPECT_FALSE(window.all_before(7));
}

}  // namespace
}  // namespace doorbell::pcie
