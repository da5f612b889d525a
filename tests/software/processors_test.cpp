#include <gtest/gtest.h>

#include "tests/software/firmware.h"

namespace doorbell::testing {
namespace {

std::string two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

/// What processors_firmware.c prints, here and on QEMU.
std::string expected_text(unsigned processors) {
  std::string text;
  for (unsigned i = 0; i < processors; ++i)
    text += "started " + two_digits(i) + "\n";
  for (unsigned i = 1; i < processors; ++i)
    text += "passed on by " + two_digits(i) + "\n";
  return text + "processors " + two_digits(processors) +
         "\ntimer\n"
         "memory 0x00000000000000ff\nUART 0x0000000000000004\nECAM 0x0000000000000004\n"
         "aborted\nPASS\n";
}

class Aarch64Processors : public ::testing::TestWithParam<std::tuple<unsigned, Timing>> {};

TEST_P(Aarch64Processors, StartByPsciAndPassAnSgiOn) {
  const auto [processors, timing] = GetParam();
  FirmwareMachine machine(PROCESSORS_FIRMWARE, processors);
  machine.run(timing);
  EXPECT_EQ(machine.text(), expected_text(processors));
  EXPECT_TRUE(machine.ended());
}

INSTANTIATE_TEST_SUITE_P(All, Aarch64Processors,
                         ::testing::Combine(::testing::Values(1, 2, 4, 8),
                                            ::testing::Values(Timing::loose, Timing::approximate)),
                         [](const auto& run) {
                           return std::to_string(std::get<0>(run.param)) +
                                  (std::get<1>(run.param) == Timing::loose ? "loose"
                                                                           : "approximate");
                         });

}  // namespace
}  // namespace doorbell::testing
