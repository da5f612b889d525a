// A real interrupt, in a region between two texts on the console: a firmware on an AArch64
// processor sleeps in WFI until its drive has read a block.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "platforms/checkpoint/quiescence.h"
#include "platforms/console/marker.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/drive_option.h"
#include "tests/software/firmware.h"
#include "tests/system/road.h"

namespace doorbell::testing {
namespace {

constexpr std::uint32_t io_vector = 1;
constexpr std::size_t reads = 4;
/// Link layer, a header with a 32-bit address, and a completion queue entry of 16 bytes.
constexpr unsigned completion_tlp_bytes = 8 + 12 + 16;
constexpr unsigned message_tlp_bytes = 8 + 12 + 4;

class NvmeInterrupt : public ::testing::Test {
 protected:
  struct Trip {
    Time started;
    Time ended;
  };

  ~NvmeInterrupt() override { std::remove(path_.c_str()); }

  virt::VirtParameters with_drive(virt::VirtParameters parameters) {
    std::ofstream(path_, std::ios::binary) << std::string(64 << 10, 'd');
    virt::use_drive(parameters, path_);
    parameters.check();
    return parameters;
  }

  /// Measures from "ready" to "done".
  void run(const virt::VirtParameters& parameters) {
    FirmwareMachine machine(NVME_FIRMWARE, with_drive(parameters));
    KeptConsole console;
    console::Marker marker(console);
    machine.platform().uart()->connect(marker);
    checkpoint::Quiescence quiescence(machine.platform());
    Simulation& simulation = Simulation::current();
    marker.watch("ready", [&] {
      quiescence.reach([&] {
        simulation.scheduler().set_timing(Timing::approximate);
        simulation.begin_measuring(simulation.scheduler().now());
        measures_ = true;
        marker.watch("done", [&] { quiescence.pause([&] { end(machine); }); });
      });
    });
    simulation.journeys().on_finish([&](const Journey& journey, Outcome outcome) {
      if (!measures_) return;
      EXPECT_EQ(outcome, Outcome::acknowledged);
      EXPECT_EQ(journey.identity().event, io_vector);
      trips_.push_back({journey.started(), journey.latest()});
      ends_.push_back(end_of_road(machine.platform(), journey.started()));
    });
    machine.run(Timing::loose);
    EXPECT_EQ(console.text(), "ready\ndone\nasked\nPASS\n");
  }

  void end(FirmwareMachine& machine) {
    measures_ = false;
    account_ = virt::conservation_of(machine.platform());
    Simulation::current().scheduler().set_timing(Timing::loose);
  }

  /// The entry leaves as the message does, and is ahead of it on the line; the message may not pass
  /// it on the way to another target.
  static Time end_of_road(virt::Platform& platform, Time started) {
    Road entry(platform.parameters(), platform.scheduler(), started);
    entry.link_and_root_complex(completion_tlp_bytes).micro_tlb().memory_write();
    return Road(platform.parameters(), platform.scheduler(), started)
        .link_and_root_complex(message_tlp_bytes, completion_tlp_bytes)
        .micro_tlb()
        .not_before(entry)
        .fabric()
        .its()
        .redistributor()
        .acknowledge()
        .end();
  }

  void expect_closed_form(const virt::VirtParameters& parameters) {
    run(parameters);
    ASSERT_EQ(trips_.size(), reads);
    // All caches were cold.
    EXPECT_GT(trips_[0].ended, ends_[0]);
    for (std::size_t i = 1; i < reads; ++i)
      EXPECT_EQ(trips_[i].ended, ends_[i]) << i;
    EXPECT_EQ(account_.sent, reads);
    EXPECT_TRUE(account_.balanced());
  }

  std::string path_ = ::testing::TempDir() + "doorbell_nvme_interrupt_" + std::to_string(getpid());
  bool measures_ = false;
  std::vector<Trip> trips_;
  std::vector<Time> ends_;
  Conservation account_;
};

TEST_F(NvmeInterrupt, ThatEndsWfiTakesTheSumOfTheDefaults) {
  expect_closed_form(FirmwareMachine::parameters(1));
}

TEST_F(NvmeInterrupt, ThatEndsWfiFollowsEveryPart) {
  expect_closed_form(with_other_parts(FirmwareMachine::parameters(1)));
}

// They were never started.
TEST_F(NvmeInterrupt, IsTheSameWithOtherProcessorsOff) {
  expect_closed_form(FirmwareMachine::parameters(4));
}

}  // namespace
}  // namespace doorbell::testing
