// Every doorbell ends as exactly one outcome, counted by the block that decides it.
#include <gtest/gtest.h>

#include "platforms/virt/accounts.h"
#include "sw/drivers/pcie/msix.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

Task<void> signal(pcie::TrafficPort& port, unsigned vector) {
  co_await port.signal(vector);
}

class ConservationTest : public ::testing::Test {
 protected:
  static virt::VirtParameters parameters() {
    virt::VirtParameters parameters;
    parameters.check_protocol = true;
    parameters.endpoints.resize(5);
    parameters.root_complex.ports.clear();
    for (std::uint32_t i = 0; i < 5; ++i)
      parameters.root_complex.ports.push_back({.device = i + 1});
    parameters.endpoints[4].link.latency = 100 * microsecond;
    return parameters;
  }

  /// Sends MSIs of `vector`, one after the other, each given time to come to its end.
  void send(unsigned endpoint, unsigned vector, unsigned count = 1) {
    for (unsigned i = 0; i < count; ++i) {
      machine_.start(signal(machine_.traffic(endpoint), vector));
      machine_.pass(5 * microsecond);
    }
  }

  /// An entry of the MSI-X table that the driver never wrote.
  void program(machine_device& device, unsigned entry, std::uint64_t address, std::uint32_t data) {
    msix_program(&device.msi.msix, entry, address, data);
    msix_unmask(&device.msi.msix, entry);
  }

  Machine machine_{parameters()};
};

TEST_F(ConservationTest, ARunWithEveryOutcomeIsAccountedFor) {
  // The Event queue holds two records and nobody takes them out.
  machine_.software().description.log2_events = 1;
  machine_.software().description.smmu_event_interrupt = 0;
  Conservation account;
  RunTotals totals;
  machine_.run([&] {
    machine& software = machine_.software();
    machine_device& good = machine_.add_device(0, 4);
    send(0, 0, 3);  // taken by processor 0
    ASSERT_EQ(msi_set_enabled(&good.msi, 2, false), STATUS_OK);
    send(0, 2, 3);                             // pending, and two that coalesce; masked at the end
    program(good, 8, good.msi.doorbell, 200);  // beyond the device's EventIDs
    send(0, 8, 2);
    ASSERT_EQ(its_discard_event(&software.its, good.msi.device_id, 3, 3), STATUS_OK);
    send(0, 3);  // no such event any more
    constexpr std::uint64_t nothing_iova = 0x7e00'0000;
    ASSERT_EQ(machine_map(&good, nothing_iova, 0x0a00'0000, 4096, true), STATUS_OK);
    program(good, 9, nothing_iova, 0);
    send(0, 9);  // translated to where nothing answers
    constexpr std::uint64_t memory_iova = 0x7e01'0000;
    ASSERT_EQ(machine_map(&good, memory_iova, 0x6000'0000, 4096, true), STATUS_OK);
    program(good, 10, memory_iova, 0);
    send(0, 10);  // translated to memory

    machine_device& unmapped = machine_.add_device(1, 1);
    ASSERT_EQ(its_unmap_device(&software.its, unmapped.msi.device_id), STATUS_OK);
    send(1, 0, 2);

    machine_device& faulting = machine_.add_device(2, 1);
    const machine_range doorbell{software.description.doorbell_iova, 4096};
    ASSERT_EQ(machine_unmap(&faulting, &doorbell, 1), STATUS_OK);
    send(2, 0, 5);  // two events recorded, three lost

    machine_device& aborted = machine_.add_device(3, 1);
    ASSERT_EQ(smmu_abort(&software.smmu, aborted.function->requester_id), STATUS_OK);
    send(3, 0, 4);

    machine_.add_device(4, 1);
    machine_.pass(
        500 * microsecond);  // posted writes have reached the device at the end of its long link
    machine_.start(signal(machine_.traffic(4), 0));
    machine_.pass(5 * microsecond);
    account = virt::conservation_of(machine_.platform());
    totals = virt::totals_of(machine_.platform());
    machine_.pass(200 * microsecond);
  });
  const std::map<std::string, std::uint64_t> expected{
      {"made pending", 4},
      {"coalesced with a pending one", 2},
      {"dropped by the ITS: ID_OOR", 2},
      {"dropped by the ITS: UNMAPPED_INTERRUPT", 1},
      {"dropped by the ITS: UNMAPPED_DEVICE", 2},
      {"answered with an error", 1},
      {"written to something that is no doorbell", 1},
      {"terminated by the SMMU, event recorded", 2},
      {"terminated by the SMMU, event lost", 3},
      {"terminated by the SMMU, event suppressed", 4},
      {"on the road at the end", 1},
  };
  EXPECT_EQ(outcomes_of(account), expected);
  EXPECT_EQ(account.sent, 23u);
  EXPECT_TRUE(account.balanced());
  EXPECT_EQ(totals.sent, 23u);
  EXPECT_EQ(totals.acknowledged, 3u);
}

}  // namespace
}  // namespace doorbell::testing
