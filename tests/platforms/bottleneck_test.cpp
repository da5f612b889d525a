#include "platforms/report/bottleneck.h"

#include <gtest/gtest.h>

#include <array>

namespace doorbell {
namespace {

TEST(Bottleneck, NothingBusyIsNone) {
  EXPECT_EQ(bottleneck_of({}), std::nullopt);
  EXPECT_EQ(bottleneck_of(std::array{ServerLoad{}, ServerLoad{}}), std::nullopt);
}

TEST(Bottleneck, IsTheBusiestAndTheFirstOfEqualOnes) {
  const ServerLoad slow{.utilisation = 0.4, .places = 1, .highest = 1, .mean_service = 50};
  const ServerLoad busy{.utilisation = 0.5, .places = 1, .highest = 1, .mean_service = 100};
  EXPECT_EQ(bottleneck_of(std::array{slow, busy, busy}), 1U);
}

// What serves one at a time keeps nobody's place: a shorter one that is nearly as busy is another
// limit, and a lesser one.
TEST(Bottleneck, OneThatServesOneAtATimeIsItself) {
  const ServerLoad line{.utilisation = 0.9, .places = 1, .highest = 1, .mean_service = 10};
  const ServerLoad queue{.utilisation = 0.99, .places = 1, .highest = 1, .mean_service = 600};
  EXPECT_EQ(bottleneck_of(std::array{line, queue}), 1U);
}

class Places : public ::testing::Test {
 protected:
  const ServerLoad entries_{.utilisation = 1, .places = 64, .highest = 64, .mean_service = 6000};
  ServerLoad slot_{.utilisation = 0.85, .places = 4, .highest = 4, .mean_service = 100};
};

// Entries that are full because each waits for a slot.
TEST_F(Places, ThatAreFullBeforeWhatIsTooSlowAreNotIt) {
  EXPECT_EQ(bottleneck_of(std::array{entries_, slot_}), 1U);
  EXPECT_EQ(bottleneck_of(std::array{slot_, entries_}), 0U);
}

TEST_F(Places, AreItThemselvesBeforeWhatIsLessBusy) {
  slot_.utilisation = 0.75;
  EXPECT_EQ(bottleneck_of(std::array{entries_, slot_}), 0U);
}

TEST_F(Places, AreItThemselvesBeforeWhatWasNeverFull) {
  slot_.highest = 3;
  EXPECT_EQ(bottleneck_of(std::array{entries_, slot_}), 0U);
}

// Of two that are one within the other the inner one is held for the shorter time.
TEST_F(Places, OneWithinTheOther) {
  const ServerLoad buffer{.utilisation = 0.9, .places = 16, .highest = 16, .mean_service = 1000};
  EXPECT_EQ(bottleneck_of(std::array{buffer, entries_, slot_}), 2U);
}

}  // namespace
}  // namespace doorbell
