#include <gtest/gtest.h>

#include "doorbell/core/arch/error.h"
#include "doorbell/peripherals/arch/parameters.h"

namespace doorbell::peripherals {
namespace {

std::uint32_t seconds_of(const char* epoch) {
  RtcParameters parameters;
  parameters.epoch = epoch;
  return parameters.seconds();
}

TEST(RtcEpoch, IsSecondsSince1970) {
  EXPECT_EQ(seconds_of("1970-01-01T00:00:00Z"), 0u);
  EXPECT_EQ(seconds_of("2024-01-01T00:00:00Z"), 1'704'067'200u);
  EXPECT_EQ(seconds_of("2024-02-29T23:59:59Z"), 1'709'251'199u);
  EXPECT_EQ(seconds_of("2106-02-07T06:28:15Z"), 0xFFFF'FFFFu) << "the last that RTCDR holds";
}

TEST(RtcEpoch, NothingElseIsTaken) {
  for (const char* epoch : {"", "2024", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z",
                            "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z",
                            "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "1969-12-31T23:59:59Z",
                            "2106-02-07T06:28:16Z", "2024-01-01T00:00:00Z ", "-024-01-01T00:00:00Z",
                            "20x4-01-01T00:00:00Z"}) {
    EXPECT_THROW(seconds_of(epoch), InputError) << epoch;
  }
}

}  // namespace
}  // namespace doorbell::peripherals
