// Two ITSs: each endpoint's functions write to the doorbell of theirs.
#include <gtest/gtest.h>

#include "platforms/virt/accounts.h"
#include "sw/drivers/pcie/msix.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

Task<void> signal(pcie::TrafficPort& port, unsigned vector) {
  co_await port.signal(vector);
}

class SeveralItsTest : public ::testing::Test {
 protected:
  static virt::VirtParameters parameters() {
    virt::VirtParameters parameters;
    parameters.check_protocol = true;
    parameters.gic.its_count = 2;
    parameters.endpoints[1].its = 1;
    return parameters;
  }
  void send(unsigned endpoint, unsigned vector) {
    machine_.start(signal(machine_.traffic(endpoint), vector));
    machine_.pass(5 * microsecond);
  }
  gic::ItsStatistics& counters(unsigned its) {
    return machine_.platform().gic().its(its).counters();
  }
  Machine machine_{parameters()};
};

TEST_F(SeveralItsTest, EachEndpointHasItsOwnDoorbell) {
  machine_.run([&] {
    machine_.add_device(0, 4);
    machine_.add_device(1, 4);
    for (unsigned vector = 0; vector < 4; ++vector) {
      send(0, vector);
      send(1, vector);
      send(1, vector);
    }
    EXPECT_TRUE(machine_.wait_for_interrupts(12));
  });
  EXPECT_EQ(counters(0).doorbells.value(), 4u);
  EXPECT_EQ(counters(1).doorbells.value(), 8u);
  const Conservation account = virt::conservation_of(machine_.platform());
  EXPECT_EQ(account.sent, 12u);
  EXPECT_TRUE(account.balanced());
}

TEST_F(SeveralItsTest, VectorsMoveAndMaskAtTheirOwnIts) {
  machine_.run([&] {
    machine_device& device = machine_.add_device(1, 1);
    EXPECT_EQ(machine_move(&device, 0, 3), STATUS_OK);
    send(1, 0);
    EXPECT_TRUE(machine_.wait_for_interrupts(1));
    EXPECT_EQ(machine_.software().taken[3], 1u);
    EXPECT_EQ(msi_set_enabled(&device.msi, 0, false), STATUS_OK);
    send(1, 0);
    EXPECT_EQ(machine_.handled(), 1u);
    EXPECT_EQ(msi_detach(&device.msi), STATUS_OK);
  });
  EXPECT_EQ(counters(0).doorbells.value(), 0u);
  EXPECT_EQ(counters(0).commands.value(), 0u) << "SYNCs go to the ITS of their commands alone";
}

TEST_F(SeveralItsTest, ADeviceReachesNothingByAnothersDoorbell) {
  machine_.run([&] {
    machine_.add_device(0, 4);
    machine_device& device = machine_.add_device(1, 4);
    constexpr std::uint64_t iova = 0x7e00'0000;
    const std::uint64_t doorbell = its_doorbell(&machine_.software().its);
    ASSERT_EQ(machine_map(&device, iova, doorbell - doorbell % 4096, 4096, true), STATUS_OK);
    for (unsigned event = 0; event < 4; ++event) {
      msix_program(&device.msi.msix, 8, iova + doorbell % 4096, event);
      msix_unmask(&device.msi.msix, 8);
      send(1, 8);
    }
  });
  EXPECT_EQ(machine_.handled(), 0u);
  EXPECT_EQ(counters(0).dropped_for(gic::ItsError::UNMAPPED_DEVICE).value(), 4u);
  EXPECT_TRUE(virt::conservation_of(machine_.platform()).balanced());
}

}  // namespace
}  // namespace doorbell::testing
