// MSIs through each regime of the SMMU, set up by the firmware: bypass, stage 1, stage 2, both, and
// the reserved window. The right LPI, isolation, and latency as the sum of its parts.
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "platforms/virt/accounts.h"
#include "sw/drivers/pcie/msix.h"
#include "sw/include/access.h"
#include "tests/system/machine.h"
#include "tests/system/road.h"

namespace doorbell::testing {
namespace {

struct Regime {
  const char* name;
  machine_translation translation;
  bool window = false;  ///< The ITS's page is the reserved window.
};
std::ostream& operator<<(std::ostream& out, const Regime& regime) {
  return out << regime.name;
}
constexpr Regime bypass{"bypass", MACHINE_UNTRANSLATED}, stage_1{"stage_1", MACHINE_STAGE_1},
    stage_2{"stage_2", MACHINE_STAGE_2}, nested{"nested", MACHINE_NESTED},
    window{"window", MACHINE_STAGE_1, true};

std::string name_of(const ::testing::TestParamInfo<Regime>& info) {
  return info.param.name;
}

virt::VirtParameters parameters_of(const Regime& regime, virt::VirtParameters parameters = {}) {
  parameters.check_protocol = true;
  if (regime.window) parameters.smmu.reserved_window = {0x0809'0000, 0x1'0000};
  return parameters;
}

Task<void> signal(pcie::TrafficPort& port, unsigned vector) {
  co_await port.signal(vector);
}

/// The platform and its firmware, whose SMMU translates by a regime.
class RegimeMachine {
 public:
  explicit RegimeMachine(const Regime& regime, const virt::VirtParameters& parameters = {})
      : regime_(regime), machine_(parameters_of(regime, parameters)) {
    events.clear();
    software().description.translation = regime.translation;
    software().description.doorbell_window = regime.window;
    software().on_event = [](::machine*, const smmu_event* event) { events.push_back(*event); };
  }
  ::machine& software() { return machine_.software(); }
  Machine& operator*() { return machine_; }
  Machine* operator->() { return &machine_; }
  const Regime& regime() const { return regime_; }

  static inline std::vector<smmu_event> events;

 private:
  Regime regime_;
  Machine machine_;
};

class MsiRegimes : public ::testing::TestWithParam<Regime> {};
INSTANTIATE_TEST_SUITE_P(All, MsiRegimes,
                         ::testing::Values(bypass, stage_1, stage_2, nested, window), name_of);

// DeviceID, EventID and INTID are the sender's own, whatever its address went through.
TEST_P(MsiRegimes, RaiseTheirOwnLpis) {
  constexpr unsigned vectors = 4;
  RegimeMachine machine(GetParam());
  using Seen = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
  std::set<Seen> expected, seen;
  std::uint64_t taken = 0;
  machine->on_interrupt([&](const msi_vector& vector) {
    seen.insert({vector.device_id, vector.event_id, vector.intid});
    ++taken;
  });
  machine->run([&] {
    for (unsigned i = 0; i < 2; ++i) {
      const machine_device& device = machine->add_device(i, vectors);
      for (unsigned vector = 0; vector < vectors; ++vector)
        expected.insert({device.msi.device_id, vector, device.msi.vectors[vector].intid});
    }
    for (unsigned vector = 0; vector < vectors; ++vector) {
      machine->start(signal(machine->traffic(0), vector));
      machine->start(signal(machine->traffic(1), vector));
      machine->pass(5 * microsecond);
    }
  });
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(taken, 2 * vectors);
  EXPECT_TRUE(machine.events.empty());
  EXPECT_TRUE(virt::conservation_of(machine->platform()).balanced());
}

// What the intruder knows of its victim, EventID and address, is of no use to it.
TEST_P(MsiRegimes, KeepDevicesApart) {
  RegimeMachine machine(GetParam());
  std::set<std::uint32_t> devices;
  std::uint32_t intruder_id = 0;
  machine->on_interrupt([&](const msi_vector& vector) { devices.insert(vector.device_id); });
  machine->run([&] {
    const machine_device& victim = machine->add_device(0, 8);
    const machine_device& intruder = machine->add_device(1, 1);
    intruder_id = intruder.msi.device_id;
    for (const std::uint32_t data : {5u, victim.msi.vectors[5].intid}) {
      msix_program(&intruder.msi.msix, 9, victim.msi.doorbell, data);
      msix_unmask(&intruder.msi.msix, 9);
      machine->start(signal(machine->traffic(1), 9));
      machine->pass(5 * microsecond);
    }
    EXPECT_TRUE(devices.empty());  // the ITS has no such event of the intruder
    machine->start(signal(machine->traffic(1), 0));
    machine->pass(5 * microsecond);
  });
  EXPECT_EQ(devices, (std::set<std::uint32_t>{intruder_id}));
  EXPECT_TRUE(machine.events.empty());
}

/// What an event says of a fault: 7.3.13.
struct Fault {
  std::uint64_t type, stream, stage_2, event_class, address, ipa;
  bool operator==(const Fault&) const = default;
};
Fault fault_of(const smmu_event& event) {
  const auto& w = event.words;
  const std::uint64_t page = ~0xfffull;
  return {w[0] & 0xff,    w[0] >> 32,  w[1] >> 39 & 1,
          w[1] >> 40 & 3, w[2] & page, w[3] & page & ((1ull << 52) - 1)};
}
constexpr std::uint64_t of_input = 2;

/// A device whose page of the doorbell is gone from its domain raises nothing; the other one does.
class MsiOfAnUnmappedDoorbell : public ::testing::TestWithParam<Regime> {};
INSTANTIATE_TEST_SUITE_P(All, MsiOfAnUnmappedDoorbell, ::testing::Values(stage_1, stage_2, nested),
                         name_of);

TEST_P(MsiOfAnUnmappedDoorbell, IsAnEventAndNoInterrupt) {
  RegimeMachine machine(GetParam());
  const bool by_stage_2 = GetParam().translation == MACHINE_STAGE_2;
  std::uint64_t stream = 0, iova = 0;
  machine->run([&] {
    machine_device& device = machine->add_device(0, 1);
    machine->add_device(1, 1);
    stream = device.function->requester_id;
    iova = machine.software().description.doorbell_iova;
    const machine_range page{iova, 4096};
    ASSERT_EQ(machine_unmap(&device, &page, 1), STATUS_OK);
    machine->start(signal(machine->traffic(0), 0));
    machine->pass(20 * microsecond);
    EXPECT_EQ(machine->handled(), 0u);
    machine->start(signal(machine->traffic(1), 0));
    EXPECT_TRUE(machine->wait_for_interrupts(1));
  });
  ASSERT_EQ(machine.events.size(), 1u);
  EXPECT_EQ(fault_of(machine.events[0]),
            (Fault{0x10, stream, by_stage_2, of_input, iova, by_stage_2 ? iova : 0}));
  EXPECT_TRUE(virt::conservation_of(machine->platform()).balanced());
}

// The hypervisor takes the doorbell's page from the guest: stage 1 still has it.
TEST(MsiOfAGuest, WhoseDoorbellTheHypervisorTookIsAnEventOfStage2) {
  RegimeMachine machine(nested);
  std::uint64_t stream = 0, iova = 0, ipa = 0;
  machine->run([&] {
    stream = machine->add_device(0, 1).function->requester_id;
    iova = machine.software().description.doorbell_iova;
    ipa = machine.software().description.doorbell_ipa;
    machine->start(signal(machine->traffic(0), 0));
    EXPECT_TRUE(machine->wait_for_interrupts(1));  // it is in the TLBs now
    ASSERT_EQ(smmu_unmap(&machine.software().smmu, &machine.software().guest, ipa, 4096),
              STATUS_OK);
    machine->start(signal(machine->traffic(0), 0));
    machine->pass(20 * microsecond);
  });
  EXPECT_EQ(machine->handled(), 1u);
  ASSERT_EQ(machine.events.size(), 1u);
  EXPECT_EQ(fault_of(machine.events[0]), (Fault{0x10, stream, 1, of_input, iova, ipa}));
}

/// What the walk caches of stage 2 hold of the guest's addresses: tables of level 1, blocks.
class Below {
 public:
  /// Descriptors that are read for an address in a block, or in a page.
  unsigned reads(std::uint64_t ipa, bool in_block) {
    const bool table_known = !gigabytes_.insert(ipa >> 30).second;
    const bool block_known = in_block && !blocks_.insert(ipa >> 21).second;
    if (block_known) return 0;
    return (table_known ? 0 : 1) + (in_block ? 1 : 2);
  }

 private:
  std::set<std::uint64_t> gigabytes_, blocks_;
};

/// Where what a doorbell's walk reads of stage 1 is.
struct Places {
  std::uint64_t context_descriptor = 0;
  std::array<std::uint64_t, 4> descriptors{};
};
/// In firmware.
Places places_of(const machine_device& device, std::uint64_t iova) {
  Places places{.context_descriptor = device.domain.context_descriptor};
  for (unsigned level = 0; level < 4; ++level)
    places.descriptors[level] = page_table_descriptor(&device.domain.table, iova, level);
  return places;
}

/// The way through the TCU, everything cold, as docs/smmu.md has it.
Road& through_tcu(Road& road, RegimeMachine& machine, const Places& places) {
  const Regime& regime = machine.regime();
  if (regime.window) return road.micro_tlb();
  road.to_tcu().memory_read(64);  // the STE
  if (regime.translation == MACHINE_UNTRANSLATED) return road.answer();
  if (regime.translation == MACHINE_STAGE_2) return road.walk_stage_2(3).answer();
  const bool both = regime.translation == MACHINE_NESTED;
  Below below;
  if (both) road.walk_stage_2(below.reads(places.context_descriptor, true));
  road.memory_read(64).walk_stage_1();
  for (const std::uint64_t descriptor : places.descriptors) {
    if (both) road.walk_stage_2(below.reads(descriptor, true));
    road.memory_read();
  }
  if (both) road.walk_stage_2(below.reads(machine.software().description.doorbell_ipa, false));
  return road.answer();
}

/// In firmware: what stage 2 says of the doorbell is written once more, as loose set-up leaves
/// nothing in the last-level cache.
void renew(struct smmu_domain& guest, std::uint64_t ipa) {
  for (unsigned level = guest.table.first_level; level < 4; ++level) {
    const std::uint64_t descriptor = page_table_descriptor(&guest.table, ipa, level);
    mem_write64(descriptor, mem_read64(descriptor));
  }
}

void expect_closed_form(const Regime& regime, const virt::VirtParameters& parameters) {
  RegimeMachine machine(regime, parameters);
  std::vector<std::pair<Time, Time>> trips;
  machine->platform().simulation().journeys().on_finish([&](const Journey& journey, Outcome) {
    trips.emplace_back(journey.started(), journey.latest());
  });
  Places places;
  machine->run([&] {
    const machine_device& device = machine->add_device(0, 4);
    if (regime.translation == MACHINE_STAGE_1 || regime.translation == MACHINE_NESTED)
      places = places_of(device, machine.software().description.doorbell_iova);
    if (regime.translation == MACHINE_NESTED)
      renew(machine.software().guest, machine.software().description.doorbell_ipa);
    struct ::smmu* const smmu = &machine.software().smmu;
    EXPECT_EQ(smmu_invalidate_all_streams(smmu), STATUS_OK);
    EXPECT_EQ(smmu_invalidate_all(smmu), STATUS_OK);
    for (unsigned i = 1; i <= 2; ++i) {
      machine->start(signal(machine->traffic(0), 1));
      EXPECT_TRUE(machine->wait_for_interrupts(i));
      machine->pass(10 * microsecond);
    }
  });
  ASSERT_EQ(trips.size(), 2u);
  const auto road = [&](unsigned i) {
    return Road(machine->platform().parameters(), machine->platform().scheduler(), trips[i].first)
        .link_and_root_complex();
  };
  Road first = road(0);
  EXPECT_EQ(trips[0].second, through_tcu(first, machine, places)
                                 .fabric()
                                 .its()
                                 .redistributor()
                                 .memory_read()  // the LPI's configuration
                                 .acknowledge()
                                 .end());
  EXPECT_EQ(trips[1].second,
            road(1).micro_tlb().fabric().its().redistributor().acknowledge().end());
}

TEST_P(MsiRegimes, TakeTheSumOfTheirParts) {
  expect_closed_form(GetParam(), {});
}

TEST_P(MsiRegimes, TakeTheSumOfOtherParts) {
  virt::VirtParameters parameters = with_other_parts({});
  parameters.smmu.tcu.configuration_cache.latency = 17;
  for (unsigned level = 0; level < 4; ++level) {
    parameters.smmu.tcu.walk_cache[level].latency = 6;
    parameters.smmu.tcu.walk_cache_stage2[level].latency = 9;
  }
  expect_closed_form(GetParam(), parameters);
}

}  // namespace
}  // namespace doorbell::testing
