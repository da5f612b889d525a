// 1 of N: which processor takes an SPI that any may take (IHI 0069, 3.2.1).
#include "doorbell/gic/arch/spi_router.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/gic/arch/distributor_state.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t IRM = 1ULL << 31;

/// Three processors, of which all are awake and take Group 1; SPIs 40 to 47 are anybody's.
class OneOfNSpis : public testing::TestWithParam<OneOfN> {
 protected:
  OneOfNSpis() {
    for (unsigned i = 0; i < 3; ++i) {
      state.set_takes_part(i, true);
      state.set_enabled_groups(i, 2);
      state.set_mask(i, 0xF0);
    }
    write(0, 4, 3);
    write(0x0084, 4, ~0u);
    write(0x0104, 4, 0xFF00);
    for (std::uint64_t INTID = 40; INTID < 48; ++INTID) {
      write(0x6000 + 8 * INTID, 8, IRM);
      write(0x0400 + INTID, 1, 0xA0);
    }
    state.on_taken_back([this](std::uint32_t INTID) { taken_back.push_back(INTID); });
  }
  void write(std::uint64_t offset, unsigned size, std::uint64_t value) {
    EXPECT_EQ(state.registers().write(offset, size, value), RegisterResult::ok);
  }
  std::vector<unsigned> targets(std::uint32_t from, std::uint32_t to) const {
    std::vector<unsigned> found;
    for (std::uint32_t INTID = from; INTID < to; ++INTID)
      found.push_back(state.target(INTID).value_or(99));
    return found;
  }
  void raise(std::uint32_t INTID) { state.set_line(INTID, true); }
  void end(std::uint32_t INTID) {
    state.set_line(INTID, false);
    state.deactivate(INTID);
  }
  DistributorState state{{.one_of_n = GetParam(), .processors = {{0}, {1}, {0x100}}}};
  std::vector<std::uint32_t> taken_back;
};

using First = OneOfNSpis;
INSTANTIATE_TEST_SUITE_P(Policy, First, testing::Values(OneOfN::first));

TEST_P(First, IsChosenWhenItIsDeliverable) {
  EXPECT_FALSE(state.target(40).has_value());
  raise(40);
  EXPECT_EQ(state.target(40), 0u);
  EXPECT_EQ(state.highest_for(0).INTID, 40u);
  state.acknowledge(40);
  EXPECT_FALSE(state.target(40).has_value()) << "taken";
  state.deactivate(40);
  EXPECT_EQ(state.target(40), 0u) << "the level is still there";
  write(0x0184, 4, 1u << 8);
  EXPECT_FALSE(state.target(40).has_value()) << "disabled";
}

TEST_P(First, IsAwakeAndTakesTheGroup) {
  state.set_takes_part(0, false);
  state.set_enabled_groups(1, 1);
  raise(40);
  EXPECT_EQ(state.target(40), 2u);
  write(0x0084, 4, 0);
  EXPECT_EQ(taken_back, (std::vector<std::uint32_t>{40}));
  state.returned(40);
  EXPECT_EQ(state.target(40), 1u) << "of Group 0 now";
}

TEST_P(First, IsNotExcluded) {
  state.set_excluded(0, 2);
  raise(40);
  EXPECT_EQ(state.target(40), 1u);
  write(0x0084, 4, 0);
  state.set_enabled_groups(0, 3);
  state.returned(40);
  EXPECT_EQ(state.target(40), 0u) << "it is excluded of the other group";
}

// ICC_PMR_EL1 of one never delays an SPI that another would take.
TEST_P(First, DoesNotMaskIt) {
  state.set_mask(0, 0xA0);
  raise(40);
  EXPECT_EQ(state.target(40), 1u);
}

TEST_P(First, GivesItBackWhenItMasksIt) {
  raise(40);
  ASSERT_EQ(state.target(40), 0u);
  state.set_mask(0, 0x80);
  EXPECT_FALSE(state.target(40).has_value()) << "on its way back";
  EXPECT_FALSE(state.highest_for(0).valid());
  EXPECT_EQ(taken_back, (std::vector<std::uint32_t>{40}));
  state.returned(40);
  EXPECT_EQ(state.target(40), 1u);
}

TEST_P(First, GivesItBackWhenItFallsAsleep) {
  raise(40);
  state.set_takes_part(0, false);
  state.returned(40);
  EXPECT_EQ(state.target(40), 1u);
}

TEST_P(First, KeepsItWhenAnotherComes) {
  state.set_takes_part(0, false);
  raise(40);
  ASSERT_EQ(state.target(40), 1u);
  state.set_takes_part(0, true);
  EXPECT_EQ(state.target(40), 1u);
  EXPECT_TRUE(taken_back.empty());
}

TEST_P(First, IsWaitedForWhenNobodyMayTakeIt) {
  for (unsigned i = 0; i < 3; ++i)
    state.set_mask(i, 0);
  raise(40);
  EXPECT_FALSE(state.target(40).has_value());
  state.set_mask(2, 0xF0);
  EXPECT_EQ(state.target(40), 2u);
}

TEST_P(First, IsNobodysOnceItIsRoutedToOne) {
  raise(40);
  write(0x6000 + 8 * 40, 8, 0x100);
  EXPECT_EQ(state.target(40), 2u);
  state.set_takes_part(2, false);
  EXPECT_EQ(state.target(40), 2u) << "that is no 1 of N";
}

using RoundRobin = OneOfNSpis;
INSTANTIATE_TEST_SUITE_P(Policy, RoundRobin, testing::Values(OneOfN::round_robin));

TEST_P(RoundRobin, GoesFromOneToTheNext) {
  for (std::uint32_t INTID = 40; INTID < 45; ++INTID)
    raise(INTID);
  EXPECT_EQ(targets(40, 45), (std::vector<unsigned>{0, 1, 2, 0, 1}));
  state.set_mask(2, 0);
  raise(45);
  EXPECT_EQ(state.target(45), 0u) << "past the one that masks";
}

using LeastLoaded = OneOfNSpis;
INSTANTIATE_TEST_SUITE_P(Policy, LeastLoaded, testing::Values(OneOfN::least_loaded));

TEST_P(LeastLoaded, WhatEndsWithAnotherRouteCountsNoLonger) {
  raise(40);
  state.acknowledge(40);
  raise(41);
  EXPECT_EQ(state.target(41), 1u) << "the active one counts";
  write(0x6000 + 8 * 40, 8, 1);  // GICD_IROUTER40: processor 1 alone
  end(40);
  raise(42);
  EXPECT_EQ(state.target(42), 0u);
}

TEST_P(LeastLoaded, CountsWhatWasChosenAndHasNotEnded) {
  for (std::uint32_t INTID = 40; INTID < 43; ++INTID)
    raise(INTID);
  EXPECT_EQ(targets(40, 43), (std::vector<unsigned>{0, 1, 2}));
  state.acknowledge(41);
  raise(43);
  EXPECT_EQ(state.target(43), 0u) << "the active one counts";
  end(41);
  raise(44);
  EXPECT_EQ(state.target(44), 1u);
  state.set_line(42, false);
  raise(45);
  EXPECT_EQ(state.target(45), 2u) << "it was withdrawn";
  for (const std::uint32_t INTID : {40u, 43u, 44u, 45u}) {
    state.acknowledge(INTID);
    write(0x0384, 4, 1u << (INTID - 32));  // GICD_ICACTIVER ends it as well
    end(INTID);
  }
  raise(46);
  EXPECT_EQ(state.target(46), 0u) << "all have ended";
}

}  // namespace
}  // namespace doorbell::gic
