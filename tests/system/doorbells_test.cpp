// Doorbells other than an ITS on the platform, behind the SMMU, with the drivers of sw/.
#include <gtest/gtest.h>

#include <array>

#include "platforms/virt/accounts.h"
#include "sw/drivers/gic/direct_lpi.h"
#include "sw/drivers/pcie/msix.h"
#include "tests/system/machine.h"
#include "tests/system/road.h"

namespace doorbell::testing {
namespace {

using gic::DoorbellKind;
using gic::LpiSupport;

virt::VirtParameters with(DoorbellKind doorbell) {
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  parameters.gic.doorbell = doorbell;
  parameters.gic.lpis = doorbell == DoorbellKind::its   ? LpiSupport::its
                        : doorbell == DoorbellKind::lpi ? LpiSupport::direct
                                                        : LpiSupport::none;
  return parameters;
}

Task<void> signal(pcie::TrafficPort& port, unsigned vector) {
  co_await port.signal(vector);
}

class EachDoorbell : public ::testing::TestWithParam<DoorbellKind> {
 protected:
  void send(unsigned endpoint, unsigned vector) {
    machine_.start(signal(machine_.traffic(endpoint), vector));
    machine_.pass(5 * microsecond);
  }
  Machine machine_{with(GetParam())};
};

TEST_P(EachDoorbell, InterruptsTheProcessorOfItsVector) {
  std::map<std::uint32_t, unsigned> taken;  // by INTID
  machine_.on_interrupt([&taken](const msi_vector& vector) { ++taken[vector.intid]; });
  machine_.run([&] {
    machine_.add_device(0, 4);
    machine_.add_device(1, 4);
    for (unsigned vector = 0; vector < 4; ++vector) {
      send(0, vector);
      send(1, vector);
    }
    EXPECT_TRUE(machine_.wait_for_interrupts(8));
  });
  EXPECT_EQ(taken.size(), 8u) << "each has an INTID of its own";
  for (unsigned i = 1; i < 4; ++i)
    EXPECT_GE(machine_.software().taken[i], 2u) << "processor " << i;
  const Conservation account = virt::conservation_of(machine_.platform());
  EXPECT_EQ(account.sent, 8u);
  EXPECT_TRUE(account.balanced());
  EXPECT_EQ(outcomes_of(account), (std::map<std::string, std::uint64_t>{{"made pending", 8}}));
  EXPECT_EQ(machine_.platform().simulation().journeys().finished(Outcome::acknowledged), 8u);
}

// A vector goes round the processors while its function sends: each message interrupts one of
// them, or is coalesced with one that does.
TEST_P(EachDoorbell, AMovingVectorLosesNothing) {
  constexpr unsigned messages = 200;
  unsigned sent = 0;
  machine_.run([&] {
    machine_device& device = machine_.add_device(0, 1);
    const auto stream = [](Machine& machine, unsigned& count) -> Task<void> {
      for (; count < messages; ++count) {
        co_await machine.traffic(0).signal(0);
        co_await Delay{machine.platform().scheduler(), 700 * nanosecond};
      }
    };
    machine_.start(stream(machine_, sent));
    for (unsigned move = 1; sent < messages; ++move) {
      ASSERT_EQ(machine_move(&device, 0, move % 4), STATUS_OK);
      machine_.pass(move % 7 * 300 * nanosecond);
    }
    machine_.pass(50 * microsecond);
  });
  const Conservation account = virt::conservation_of(machine_.platform());
  EXPECT_TRUE(account.balanced());
  const auto outcomes = outcomes_of(account);
  std::uint64_t well = 0;
  for (const char* const outcome : {"made pending", "coalesced with a pending one"}) {
    if (outcomes.contains(outcome)) well += outcomes.at(outcome);
  }
  EXPECT_EQ(well, account.sent) << "none is terminated, dropped or lost";
  EXPECT_GE(outcomes.at("made pending"), messages / 2);
  EXPECT_EQ(machine_.handled(), outcomes.at("made pending"));
  EXPECT_EQ(machine_.platform().simulation().journeys().in_flight(), 0u);
}

TEST_P(EachDoorbell, AMaskedVectorWaitsAndAReleasedOneIsSilent) {
  machine_.run([&] {
    machine_device& device = machine_.add_device(0, 2);
    EXPECT_EQ(msi_set_enabled(&device.msi, 1, false), STATUS_OK);
    send(0, 1);
    EXPECT_EQ(machine_.handled(), 0u);
    EXPECT_EQ(msi_set_enabled(&device.msi, 1, true), STATUS_OK);
    EXPECT_TRUE(machine_.wait_for_interrupts(1));
    EXPECT_EQ(machine_release(&device, 1), STATUS_OK);
    send(0, 1);
    EXPECT_EQ(machine_.handled(), 1u);
    EXPECT_EQ(msi_detach(&device.msi), STATUS_OK);
  });
}

/// From the function to the end of the acknowledge: once with all caches cold, once with all warm.
TEST_P(EachDoorbell, TheLatencyIsTheSumOfItsParts) {
  Machine machine(with_other_parts(with(GetParam())));
  std::vector<std::pair<Time, Time>> trips;
  machine.platform().simulation().journeys().on_finish([&](const Journey& journey, Outcome) {
    trips.emplace_back(journey.started(), journey.latest());
  });
  machine.run([&] {
    machine.add_device(0, 4);
    for (unsigned i = 1; i <= 2; ++i) {
      machine.start(signal(machine.traffic(0), 1));
      EXPECT_TRUE(machine.wait_for_interrupts(i));
      machine.pass(10 * microsecond);
    }
  });
  ASSERT_EQ(trips.size(), 2u);
  for (const bool cold : {true, false}) {
    const auto& [started, ended] = trips[cold ? 0 : 1];
    Road road(machine.platform().parameters(), machine.platform().scheduler(), started);
    road.link_and_root_complex();
    cold ? road.full_walk(true) : road.micro_tlb();
    road.fabric();
    const bool lpis = GetParam() == DoorbellKind::its || GetParam() == DoorbellKind::lpi;
    if (GetParam() == DoorbellKind::its) road.its();
    if (GetParam() == DoorbellKind::lpi) road.set_lpi_register();
    if (lpis) road.redistributor();
    if (lpis && cold) road.memory_read();
    if (!lpis) road.message_frame();
    EXPECT_EQ(ended, road.acknowledge().end()) << (cold ? "cold" : "warm");
  }
}

std::string name_of(const ::testing::TestParamInfo<DoorbellKind>& kind) {
  constexpr std::array names{"its", "v2m", "spi", "lpi"};
  return names[static_cast<std::size_t>(kind.param)];
}

INSTANTIATE_TEST_SUITE_P(All, EachDoorbell,
                         ::testing::Values(DoorbellKind::its, DoorbellKind::v2m, DoorbellKind::spi,
                                           DoorbellKind::lpi),
                         name_of);

// Isolation: the SMMU is all that confines a device. Without DeviceIDs, one that may write the
// frame raises the vectors of every other.
TEST(FrameOfSpis, IsEverybodysWhoMayWriteIt) {
  Machine machine(with(DoorbellKind::v2m));
  std::vector<std::uint32_t> devices;
  machine.on_interrupt(
      [&devices](const msi_vector& vector) { devices.push_back(vector.device_id); });
  machine.run([&] {
    machine_device& hostile = machine.add_device(0, 1);
    machine_device& victim = machine.add_device(1, 1);
    msix_program(&hostile.msi.msix, 1, hostile.msi.doorbell, victim.msi.vectors[0].intid);
    msix_unmask(&hostile.msi.msix, 1);
    machine.start(signal(machine.traffic(0), 1));
    EXPECT_TRUE(machine.wait_for_interrupts(1));
  });
  EXPECT_EQ(devices, std::vector<std::uint32_t>{machine.requester_id(1)});
}

// The page of GICR_SETLPIR holds the whole RD frame: a device that may ring it takes LPIs away from
// the processor.
TEST(PageOfSetlpir, IsTheWholeRedistributors) {
  Machine machine(with(DoorbellKind::lpi));
  machine.run([&] {
    machine_device& hostile = machine.add_device(0, 1);
    const redistributor& first = machine.software().redistributors[0];
    const std::uint64_t doorbell = hostile.msi.doorbell - hostile.msi.doorbell % 4096;
    msix_program(&hostile.msi.msix, 1, doorbell, 0);  // GICR_CTLR
    msix_unmask(&hostile.msi.msix, 1);
    machine.start(signal(machine.traffic(0), 1));
    machine.pass(10 * microsecond);
    EXPECT_TRUE(direct_lpi_supported(&first));
    machine.start(signal(machine.traffic(0), 0));
    machine.pass(10 * microsecond);
  });
  EXPECT_EQ(machine.handled(), 0u);
  const auto& counters = machine.platform().gic().redistributor(0).lpis().counters();
  EXPECT_EQ(counters.dropped_lpis_disabled.value(), 1u);
  EXPECT_TRUE(virt::conservation_of(machine.platform()).balanced());
}

// A doorbell page of a processor is there as long as a vector uses it.
TEST(PageOfSetlpir, GoesWithItsLastVector) {
  Machine machine(with(DoorbellKind::lpi));
  machine.run([&] {
    machine_device& device = machine.add_device(0, 2);  // for processors 0 and 1
    const std::uint64_t second = device.msi.doorbell - device.msi.doorbell % 4096 - 4096;
    std::uint64_t address = 0;
    EXPECT_TRUE(page_table_lookup(&device.domain.table, second, &address));
    EXPECT_EQ(address, machine.software().redistributors[1].base);
    EXPECT_EQ(machine_move(&device, 1, 0), STATUS_OK);
    EXPECT_FALSE(page_table_lookup(&device.domain.table, second, &address));
    EXPECT_EQ(machine_move(&device, 1, 3), STATUS_OK);
    EXPECT_TRUE(page_table_lookup(&device.domain.table, second - 2 * 4096, &address));
    EXPECT_EQ(machine_release(&device, 1), STATUS_OK);
    EXPECT_FALSE(page_table_lookup(&device.domain.table, second - 2 * 4096, &address));
  });
}

}  // namespace
}  // namespace doorbell::testing
