// The scenarios of sw/scenarios on native processors. That they say the same on AArch64, here and
// on QEMU, is tests/software/scenarios.py.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <vector>

#include "platforms/virt/accounts.h"
#include "tests/sw/scenario_machine.h"

namespace doorbell::sw {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t drive_bytes = 1 << 20;

class Scenarios : public testing::TestWithParam<std::tuple<const char*, Timing>> {
 protected:
  Scenarios() {
    for (std::size_t i = 0; i < drives_.size(); ++i) {
      drives_[i] = ::testing::TempDir() + "doorbell_scenario_" + std::to_string(getpid()) + "_" +
                   std::to_string(i);
      std::vector<char> bytes(drive_bytes);
      for (std::size_t at = 0; at < drive_bytes; ++at)
        bytes[at] = static_cast<char>((at * 37 + i) ^ at >> 9);
      std::ofstream(drives_[i], std::ios::binary).write(bytes.data(), drive_bytes);
    }
  }
  ~Scenarios() override {
    for (const std::string& drive : drives_)
      std::remove(drive.c_str());
  }
  std::array<std::string, SCENARIO_DRIVES> drives_;
};

TEST_P(Scenarios, Pass) {
  const auto [name, timing] = GetParam();
  ScenarioMachine machine(drives_);
  const std::string transcript = machine.run(find_scenario(name), timing);
  EXPECT_THAT(transcript, EndsWith("PASS\n"));
  // What QEMU may do, whose drives keep hold of memory that has been unmapped.
  EXPECT_THAT(transcript, Not(HasSubstr("changed=1")));
  EXPECT_TRUE(virt::conservation_of(machine.platform()).balanced());
  for (unsigned i = 0; i < SCENARIO_PROCESSORS; ++i)
    EXPECT_TRUE(machine.platform().processor(i).halted()) << "processor " << i;
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios,
                         ::testing::Combine(::testing::Values("vectors", "doorbells", "affinity",
                                                              "isolation", "reallocation", "storm",
                                                              "unmap"),
                                            ::testing::Values(Timing::loose, Timing::approximate)),
                         [](const auto& run) {
                           return std::string(std::get<0>(run.param)) +
                                  (std::get<1>(run.param) == Timing::loose ? "_loose"
                                                                           : "_approximate");
                         });

}  // namespace
}  // namespace doorbell::sw
