// The whole GIC beside a plain one that was written from the specification (tests/gic/reference),
// over random sequences of what software of both Security states and devices do: the same INTID at
// each acknowledge (or one of those that the architecture leaves open), the same lines, and the
// same pending and active interrupts after each sequence, which ends with everything taken. A
// million sequences where DOORBELL_LONG is 1.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "tests/gic/reference/comparison.h"

namespace doorbell::gic::test {
namespace {

using reference::Fault;

constexpr unsigned steps = 24;

struct Kind {
  OneOfN one_of_n;
  SecurityStates security;
};

void PrintTo(const Kind& kind, std::ostream* stream) {
  *stream << (kind.security == SecurityStates::two ? "two states" : "one state");
}

class Reference : public testing::TestWithParam<Kind> {};

TEST_P(Reference, AgreesOverRandomSequences) {
  const char* const wish = std::getenv("DOORBELL_LONG");
  const bool at_length = wish != nullptr && std::string_view(wish) == "1";
  const unsigned sequences = at_length ? 125'000 : 200;  // a million with all kinds
  const auto seed = 1 + static_cast<std::uint64_t>(GetParam().one_of_n);
  Comparison comparison(GetParam().one_of_n, GetParam().security, seed);
  for (unsigned i = 0; i < sequences; ++i)
    ASSERT_TRUE(comparison.sequence(steps)) << "sequence " << i << ": " << comparison.difference();
}

std::string name_of(const testing::TestParamInfo<Kind>& tested) {
  static constexpr const char* names[] = {"None", "First", "RoundRobin", "LeastLoaded"};
  const bool two = tested.param.security == SecurityStates::two;
  return std::string(names[static_cast<unsigned>(tested.param.one_of_n)]) +
         (two ? "OfTwoStates" : "");
}

INSTANTIATE_TEST_SUITE_P(OneOfN, Reference,
                         testing::Values(Kind{OneOfN::none, SecurityStates::one},
                                         Kind{OneOfN::first, SecurityStates::one},
                                         Kind{OneOfN::round_robin, SecurityStates::one},
                                         Kind{OneOfN::least_loaded, SecurityStates::one},
                                         Kind{OneOfN::none, SecurityStates::two},
                                         Kind{OneOfN::first, SecurityStates::two},
                                         Kind{OneOfN::round_robin, SecurityStates::two},
                                         Kind{OneOfN::least_loaded, SecurityStates::two}),
                         name_of);

/// What the comparison must find: a GIC and a reference that differ in just that.
struct Seeded {
  Fault fault;
  const char* name;
};

void PrintTo(const Seeded& seeded, std::ostream* stream) {
  *stream << seeded.name;
}

constexpr Seeded seeded[] = {
    {Fault::equals_preempt, "EqualsPreempt"},
    {Fault::whole_priorities_decide, "WholePrioritiesDecide"},
    {Fault::masks_let_equals_pass, "MasksLetEqualsPass"},
    {Fault::ends_deactivate_in_EOImode_1, "EndsDeactivateInEOImode1"},
    {Fault::DIR_works_in_EOImode_0, "DIRWorksInEOImode0"},
    {Fault::ends_of_the_wrong_group_drop, "EndsOfTheWrongGroupDrop"},
    {Fault::common_binary_points_are_apart, "CommonBinaryPointsAreApart"},
    {Fault::LPIs_have_an_active_state, "LPIsHaveAnActiveState"},
    {Fault::moves_leave_what_is_pending, "MovesLeaveWhatIsPending"},
    {Fault::disabled_LPIs_are_taken, "DisabledLPIsAreTaken"},
    {Fault::sleepers_take, "SleepersTake"},
    {Fault::SGIs_of_any_group_are_forwarded, "SGIsOfAnyGroupAreForwarded"},
    {Fault::non_secure_sets_secure_priorities, "NonSecureSetsSecurePriorities"},
    {Fault::priorities_are_not_shifted, "PrioritiesAreNotShifted"},
    {Fault::NSACR_opens_nothing, "NSACROpensNothing"},
    {Fault::secure_interrupts_are_seen_by_all, "SecureInterruptsAreSeenByAll"},
    {Fault::EL3_learns_of_nobody, "EL3LearnsOfNobody"},
    {Fault::non_secure_lowers_secure_masks, "NonSecureLowersSecureMasks"},
    {Fault::lines_ignore_the_state, "LinesIgnoreTheState"},
};

class SeededFault : public testing::TestWithParam<Seeded> {};

TEST_P(SeededFault, IsFound) {
  Comparison comparison(OneOfN::none, SecurityStates::two, 7, GetParam().fault);
  unsigned sequences = 0;
  while (sequences < 4000 && comparison.sequence(steps))
    ++sequences;
  EXPECT_FALSE(comparison.difference().empty());
}

INSTANTIATE_TEST_SUITE_P(OfAList, SeededFault, testing::ValuesIn(seeded),
                         [](const testing::TestParamInfo<Seeded>& tested) {
                           return std::string(tested.param.name);
                         });

}  // namespace
}  // namespace doorbell::gic::test
