#include "doorbell/gic/arch/move_all_marks.h"

#include <gtest/gtest.h>

namespace doorbell::gic {
namespace {

TEST(MoveAllMarks, AreWhatWasPendingWhenItBegan) {
  MoveAllMarks marks;
  EXPECT_FALSE(marks.next(0).has_value());
  marks.begin(0, {8200, 8193, 8300});
  EXPECT_EQ(marks.next(0), 8193u);
  marks.gone(8193);
  marks.gone(8300);
  EXPECT_EQ(marks.next(0), 8200u) << "one that was acknowledged isn't moved";
  marks.gone(8200);
  EXPECT_FALSE(marks.next(0).has_value());
}

TEST(MoveAllMarks, OfEachITSAreItsOwn) {
  MoveAllMarks marks;
  marks.begin(0, {8200});
  marks.begin(1, {8200, 8201});
  EXPECT_EQ(marks.next(0), 8200u);
  marks.gone(8200);
  EXPECT_FALSE(marks.next(0).has_value());
  EXPECT_EQ(marks.next(1), 8201u) << "8200 has gone for both";
}

}  // namespace
}  // namespace doorbell::gic
