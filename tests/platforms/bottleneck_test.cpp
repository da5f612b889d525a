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
  const ServerLoad slow{
      .utilisation = 0.4, .places = 1, .highest = 1, .mean_service = 50, .completions = 9};
  const ServerLoad busy{
      .utilisation = 0.5, .places = 1, .highest = 1, .mean_service = 100, .completions = 9};
  EXPECT_EQ(bottleneck_of(std::array{slow, busy, busy}), 1U);
}

TEST(Bottleneck, IsNothingThatHasServedNobodyOrIsBetterBusy) {
  const ServerLoad slow{
      .utilisation = 0.4, .places = 1, .highest = 1, .mean_service = 50, .completions = 9};
  ServerLoad held{.utilisation = 1, .places = 4, .highest = 4, .mean_service = 10};
  ServerLoad idle{.utilisation = 0.9,
                  .places = 1,
                  .highest = 1,
                  .mean_service = 20,
                  .completions = 9,
                  .better_busy = true};
  EXPECT_EQ(bottleneck_of(std::array{held, idle, slow}), 2U);
  EXPECT_EQ(bottleneck_of(std::array{held, idle}), std::nullopt);
  // Nor does it stand behind places that are full.
  const ServerLoad entries{
      .utilisation = 1, .places = 64, .highest = 64, .mean_service = 6000, .completions = 9};
  EXPECT_EQ(bottleneck_of(std::array{held, idle, entries}), 2U);
}

// What serves one at a time keeps nobody's place: a shorter one that is nearly as busy is another
// limit, and a lesser one.
TEST(Bottleneck, OneThatServesOneAtATimeIsItself) {
  const ServerLoad line{
      .utilisation = 0.9, .places = 1, .highest = 1, .mean_service = 10, .completions = 9};
  const ServerLoad queue{
      .utilisation = 0.99, .places = 1, .highest = 1, .mean_service = 600, .completions = 9};
  EXPECT_EQ(bottleneck_of(std::array{line, queue}), 1U);
}

class Places : public ::testing::Test {
 protected:
  const ServerLoad entries_{
      .utilisation = 1, .places = 64, .highest = 64, .mean_service = 6000, .completions = 9};
  ServerLoad slot_{
      .utilisation = 0.85, .places = 4, .highest = 4, .mean_service = 100, .completions = 9};
};

// Entries that are full because each waits for a slot.
TEST_F(Places, ThatAreFullBeforeWhatIsTooSlowAreNotIt) {
  EXPECT_EQ(bottleneck_of(std::array{entries_, slot_}), 1U);
  EXPECT_EQ(bottleneck_of(std::array{slot_, entries_}), 0U);
}

// A processor takes less time for each than a pipeline, which is nevertheless the slower one.
TEST_F(Places, StandBeforeTheBusiestOfThoseWithOnePlace) {
  const ServerLoad pipeline{
      .utilisation = 0.95, .places = 1, .highest = 1, .mean_service = 100, .completions = 9};
  const ServerLoad processor{
      .utilisation = 0.85, .places = 1, .highest = 1, .mean_service = 50, .completions = 9};
  EXPECT_EQ(bottleneck_of(std::array{entries_, pipeline, processor}), 1U);
  EXPECT_EQ(bottleneck_of(std::array{processor, entries_, pipeline}), 2U);
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
  const ServerLoad buffer{
      .utilisation = 0.9, .places = 16, .highest = 16, .mean_service = 1000, .completions = 9};
  EXPECT_EQ(bottleneck_of(std::array{buffer, entries_, slot_}), 2U);
}

// Few of those in the outer one are in the inner one, which are those that stay for long.
TEST_F(Places, OneWithinTheOtherForFew) {
  const ServerLoad buffer{
      .utilisation = 0.92, .places = 16, .highest = 16, .mean_service = 250, .completions = 16000};
  const ServerLoad credits{
      .utilisation = 0.90, .places = 16, .highest = 16, .mean_service = 800, .completions = 5000};
  EXPECT_EQ(bottleneck_of(std::array{buffer, credits}), 1U);
  EXPECT_EQ(bottleneck_of(std::array{credits, buffer}), 0U);
  const ServerLoad table{
      .utilisation = 0.75, .places = 1, .highest = 1, .mean_service = 650, .completions = 300};
  EXPECT_EQ(bottleneck_of(std::array{buffer, credits, table}), 2U);
}

}  // namespace
}  // namespace doorbell
