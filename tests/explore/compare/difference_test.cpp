#include "platforms/explore/compare/difference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "doorbell/core/arch/error.h"

namespace doorbell::explore {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
using Direction = ToleranceRule::Direction;

Metric metric(Metric::Number number, Better better = Better::lower) {
  return {"latency.its.waiting.p99", "ps", better, "help", number};
}

Metric count(std::uint64_t number, Better better = Better::lower) {
  return metric(number, better);
}

const ToleranceRule equal{.metric = "**", .direction = Direction::both};

ToleranceRule relative(double share, Direction direction = Direction::worse) {
  return {.metric = "**", .relative = share, .direction = direction};
}

Standing standing(const Metric& base, const Metric& next, const ToleranceRule& rule) {
  return difference(base, next, rule).value().standing;
}

TEST(Difference, TheSameIsNoDifference) {
  EXPECT_FALSE(difference(count(5), count(5), equal));
  EXPECT_FALSE(difference(metric(0.25), metric(0.25), equal));
  EXPECT_FALSE(difference(metric(infinity), metric(infinity), equal));
  EXPECT_FALSE(difference(metric(std::monostate{}), metric(std::monostate{}), equal));
  EXPECT_FALSE(difference(metric(std::nan("")), metric(std::monostate{}), equal));
}

TEST(Difference, TheSameNumberOfAnotherTypeIsNoDifference) {
  EXPECT_FALSE(difference(count(5), metric(std::int64_t{5}), equal));
  EXPECT_FALSE(difference(count(5), metric(5.0), equal));
  EXPECT_TRUE(difference(count(~0ull), metric(std::int64_t{-1}), equal));
}

TEST(Difference, IntegersThatDoublesCannotTellApartDiffer) {
  const std::uint64_t large = (1ull << 60) + 1;
  EXPECT_FALSE(same_number(count(large), count(large - 1)));
}

TEST(Difference, WorseIsWhatTheMetricSays) {
  const auto moved = [](Better better, std::uint64_t base, std::uint64_t next) {
    return difference(count(base, better), count(next, better), equal).value().movement;
  };
  EXPECT_EQ(moved(Better::lower, 1, 2), Movement::worse);
  EXPECT_EQ(moved(Better::lower, 2, 1), Movement::better);
  EXPECT_EQ(moved(Better::higher, 1, 2), Movement::better);
  EXPECT_EQ(moved(Better::higher, 2, 1), Movement::worse);
  EXPECT_EQ(moved(Better::neither, 1, 2), Movement::changed);
}

TEST(Difference, OfANegativeBaseARiseIsStillARise) {
  const auto rise = difference(metric(-10.0), metric(-5.0), equal);
  EXPECT_EQ(rise.value().relative(), 0.5);
  EXPECT_EQ(rise.value().movement, Movement::worse);
}

TEST(Difference, ExactlyTheToleranceIsWithin) {
  EXPECT_EQ(standing(count(100), count(105), relative(0.05)), Standing::within);
  EXPECT_EQ(standing(count(100), count(106), relative(0.05)), Standing::outside);
  EXPECT_EQ(standing(count(100), count(129), relative(0.29)), Standing::within);
}

TEST(Difference, OneSidedLetsAnImprovementPass) {
  EXPECT_EQ(standing(count(100), count(10), relative(0.05)), Standing::within);
  EXPECT_EQ(standing(count(100), count(10), relative(0.05, Direction::both)), Standing::outside);
  EXPECT_EQ(standing(count(10, Better::higher), count(100, Better::higher), relative(0.05)),
            Standing::within);
  EXPECT_EQ(standing(count(100, Better::higher), count(90, Better::higher), relative(0.05)),
            Standing::outside);
}

TEST(Difference, OneSidedJudgesBothWaysWhereWorseIsUnknown) {
  for (const std::uint64_t next : {90, 110})
    EXPECT_EQ(standing(count(100, Better::neither), count(next, Better::neither), relative(0.05)),
              Standing::outside);
}

TEST(Difference, FromZeroNoShareIsAllowedButAnAbsoluteIs) {
  EXPECT_EQ(standing(count(0), count(1), relative(10)), Standing::outside);
  EXPECT_FALSE(difference(count(0), count(1), equal)->relative());
  const ToleranceRule absolute{.metric = "**", .absolute_time = 1};
  EXPECT_EQ(standing(count(0), count(1), absolute), Standing::within);
  EXPECT_EQ(standing(count(0), count(2), absolute), Standing::outside);
}

TEST(Difference, AValueThatAppearsOrVanishesIsOutsideAnyTolerance) {
  for (const bool appears : {true, false}) {
    const Metric none = metric(std::monostate{});
    const Metric base = appears ? none : count(5);
    const Metric next = appears ? count(5) : none;
    const Difference found = difference(base, next, relative(100)).value();
    EXPECT_EQ(found.standing, Standing::outside);
    EXPECT_EQ(found.movement, Movement::changed);
    EXPECT_FALSE(found.measurable());
    EXPECT_EQ(found.change(), 0);
    EXPECT_FALSE(found.relative());
  }
}

TEST(Difference, AnOptionalValueMayAppear) {
  const ToleranceRule optional{.metric = "**", .relative = 0.05, .optional = true};
  EXPECT_EQ(standing(metric(std::monostate{}), count(5), optional), Standing::reported);
  EXPECT_EQ(standing(count(100), count(106), optional), Standing::outside);
}

TEST(Difference, InfinitiesAreOutside) {
  EXPECT_EQ(standing(metric(1.0), metric(infinity), relative(0.5)), Standing::outside);
  const Difference found =
      difference(metric(infinity), metric(1.0), relative(0.5, Direction::both)).value();
  EXPECT_FALSE(found.relative());
  EXPECT_EQ(found.movement, Movement::better);
  EXPECT_EQ(found.standing, Standing::outside);
}

TEST(Difference, IgnoredIsNotSeenAndReportOnlyNeverOutside) {
  EXPECT_FALSE(difference(count(1), count(2), {.metric = "**", .ignore = true}));
  EXPECT_EQ(standing(count(1), count(2), {.metric = "**", .report_only = true}),
            Standing::reported);
}

TEST(Difference, OtherUnitsCannotBeCompared) {
  Metric next = count(1);
  next.unit = "ns";
  EXPECT_THROW(difference(count(1), next, equal), InputError);
}

/// A difference of metric `name` from 100 to `next`.
Difference moved(const std::string& name, std::uint64_t next, const ToleranceRule& rule,
                 Better better = Better::lower) {
  const Metric base{name, "ps", better, "", std::uint64_t{100}};
  return difference(base, {name, "ps", better, "", next}, rule).value();
}

std::vector<std::string> order(std::vector<Difference> differences) {
  std::sort(differences.begin(), differences.end(), comes_before);
  std::vector<std::string> names;
  for (const Difference& difference : differences)
    names.push_back(difference.base.name);
  return names;
}

using Names = std::vector<std::string>;

TEST(Order, OutsideThenWithinThenReported) {
  EXPECT_EQ(order({moved("reported", 900, {.metric = "**", .report_only = true}),
                   moved("within", 104, relative(0.05)), moved("outside", 101, equal)}),
            (Names{"outside", "within", "reported"}));
}

TEST(Order, WorseThenChangedThenBetter) {
  EXPECT_EQ(order({moved("better", 10, equal), moved("changed", 500, equal, Better::neither),
                   moved("worse", 101, equal)}),
            (Names{"worse", "changed", "better"}));
}

TEST(Order, ByHowManyTimesTheToleranceThenByShare) {
  EXPECT_EQ(order({moved("twice", 120, relative(0.1)), moved("four times", 104, relative(0.01)),
                   moved("exact, small", 101, equal), moved("exact, large", 110, equal)}),
            (Names{"exact, large", "exact, small", "four times", "twice"}));
}

TEST(Order, FiguresOfTheWholeRunBeforeThoseOfAPart) {
  EXPECT_EQ(order({moved("virt.queue.mean", 900, equal), moved("latency.its.p99", 400, equal),
                   moved("latency.end_to_end.p99", 101, equal), moved("totals.x", 102, equal)}),
            (Names{"totals.x", "latency.end_to_end.p99", "virt.queue.mean", "latency.its.p99"}));
}

TEST(Order, EqualOnesByName) {
  EXPECT_EQ(order({moved("b", 110, equal), moved("a", 110, equal)}), (Names{"a", "b"}));
}

}  // namespace
}  // namespace doorbell::explore
