// Random programs on QEMU and here. A GoogleTest, so that mutants can name it.
#include <gtest/gtest.h>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

TEST(RandomPrograms, PrintWhatTheyPrintOnQemuAndMeetAllThatIsNamed) {
  const CommandResult result = run_command(std::string("/usr/bin/python3 -B ") +
                                           source_path("tests/software/random_programs.py") + " " +
                                           DOORBELL_COMMAND + " " + QEMU + " " + RANDOM_FIRMWARE);
  EXPECT_EQ(result.status, 0) << result.output << result.errors;
}

}  // namespace
}  // namespace doorbell::testing
