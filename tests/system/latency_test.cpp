// Closed forms of an MSI's whole road: uncontended, its end-to-end latency is the sum of what is
// configured, to the picosecond.
#include <gtest/gtest.h>

#include "tests/system/machine.h"
#include "tests/system/road.h"

namespace doorbell::testing {
namespace {

struct Trip {
  Time started;
  Time ended;
};

/// Whether the first MSI finds the configuration of its stream in the cache.
enum class Configuration { cached, invalidated };

/// Sends `count` MSIs of one vector to a processor that waits, each after the one before is
/// handled.
std::vector<Trip> trips(Machine& machine, unsigned count, Configuration configuration) {
  std::vector<Trip> trips;
  machine.platform().simulation().journeys().on_finish(
      [&](const Journey& journey, Outcome outcome) {
        EXPECT_EQ(outcome, Outcome::acknowledged);
        trips.push_back({journey.started(), journey.latest()});
      });
  machine.run([&] {
    const machine_device& device = machine.add_device(0, 4);
    if (configuration == Configuration::invalidated) {
      EXPECT_EQ(
          smmu_invalidate_stream(&machine.software().smmu, device.function->requester_id, false),
          STATUS_OK);
    }
    for (unsigned i = 1; i <= count; ++i) {
      const auto send = [](pcie::TrafficPort& port) -> Task<void> { co_await port.signal(1); };
      machine.start(send(machine.traffic(0)));
      EXPECT_TRUE(machine.wait_for_interrupts(i));
      machine.pass(10 * microsecond);
    }
  });
  EXPECT_EQ(trips.size(), count);
  return trips;
}

void expect_closed_forms(const virt::VirtParameters& parameters,
                         Configuration configuration = Configuration::cached) {
  Machine machine(parameters);
  const std::vector<Trip> measured = trips(machine, 3, configuration);
  const auto road = [&](unsigned i) {
    return Road(machine.platform().parameters(), machine.platform().scheduler(),
                measured[i].started);
  };
  // The first one walks, and its LPI's configuration is read.
  EXPECT_EQ(measured[0].ended, road(0)
                                   .link_and_root_complex()
                                   .full_walk(configuration == Configuration::cached)
                                   .fabric()
                                   .its()
                                   .redistributor()
                                   .memory_read()
                                   .acknowledge()
                                   .end());
  for (unsigned i : {1, 2}) {
    EXPECT_EQ(measured[i].ended, road(i)
                                     .link_and_root_complex()
                                     .micro_tlb()
                                     .fabric()
                                     .its()
                                     .redistributor()
                                     .acknowledge()
                                     .end());
  }
}

/// The defaults, and every socket watched.
virt::VirtParameters checked() {
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  return parameters;
}

// docs/timing.md, V10: what Tang measured from the write to the handler.
TEST(MsiLatency, StaysWithinTheBudgetOfAServer) {
  Machine machine(checked());
  const std::vector<Trip> measured = trips(machine, 3, Configuration::cached);
  ASSERT_EQ(measured.size(), 3U);
  for (unsigned i : {1, 2})
    EXPECT_LT(measured[i].ended - measured[i].started, 750 * nanosecond);
}

TEST(MsiLatency, IsTheSumOfTheDefaults) {
  expect_closed_forms(checked());
}

/// Without the last-level cache all that is read is cold.
virt::VirtParameters without_last_level_cache(virt::VirtParameters parameters) {
  parameters.ram.last_level_cache.size = 0;
  return parameters;
}

TEST(MsiLatency, OfACompletelyColdOneHasTheFetchesOfSteAndCd) {
  expect_closed_forms(without_last_level_cache(checked()), Configuration::invalidated);
}

/// Every part away from its default, and every socket watched.
virt::VirtParameters other_parts() {
  return with_other_parts(checked());
}

TEST(MsiLatency, FollowsEveryPart) {
  expect_closed_forms(other_parts());
}

TEST(MsiLatency, OfACompletelyColdOneFollowsEveryPart) {
  virt::VirtParameters parameters = without_last_level_cache(other_parts());
  parameters.smmu.tcu.configuration_cache.latency = 17;
  parameters.fabric.width = 16;
  expect_closed_forms(parameters, Configuration::invalidated);
}

}  // namespace
}  // namespace doorbell::testing
