// With the credits of all redistributors gone, what stands behind them fills up from the ITS to the
// link and stands still, the command queue goes on, and nothing is lost when credits come back.
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "platforms/virt/accounts.h"
#include "sw/drivers/its/queue.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr unsigned vectors = 16;
constexpr unsigned messages = 200;  // of each function
constexpr std::uint32_t doorbell_entries = 2, port_writes = 4, tbu_writes = 6, posted_entries = 8,
                        posted_headers = 12;

/// Configurations of LPIs are far away, and each redistributor takes one LPI at a time. Buffers
/// grow towards the devices, as each holds what the next one holds.
virt::VirtParameters narrow() {
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  parameters.memory_of.lpi_tables = memory::Place::remote;
  parameters.memory_of.remote_distance = 100 * microsecond;
  parameters.gic.common.intid_bits = 14;  // small Pending tables, which are read at first
  parameters.gic.redistributor.lpi_cache_entries = parameters.gic.redistributor.lpi_cache_ways = 1;
  parameters.gic.its.lpi_credits = 1;
  parameters.gic.its.doorbell_entries = doorbell_entries;
  parameters.fabric.port_writes = port_writes;
  parameters.smmu.tbu.outstanding_writes = tbu_writes;
  parameters.root_complex.posted_entries = posted_entries;
  parameters.endpoints[0].link.upstream_credits.limits.posted = {posted_headers, 64};
  return parameters;
}

Task<void> burst(pcie::TrafficPort& port, unsigned& sent) {
  for (unsigned i = 0; i < messages; ++i) {
    co_await port.signal(i % vectors);
    ++sent;
  }
}

class Backpressure : public ::testing::Test {
 protected:
  /// Whether each part, from the ITS to the link, holds all that it can.
  std::array<bool, 5> full() {
    const auto busy = [this](const char* name) {
      const Statistic* const found = machine_.platform().simulation().statistics().find(name);
      return dynamic_cast<const ServerStatistics&>(*found).busy();
    };
    const auto held = [this](const char* name) {
      const Statistic* const found = machine_.platform().simulation().statistics().find(name);
      return dynamic_cast<const Gauge&>(*found).value();
    };
    return {busy("virt.gic.its.doorbell_buffer") == doorbell_entries,
            machine_.platform().smmu().downstream_writes().outstanding() >= port_writes,
            machine_.platform().smmu().upstream_writes().held() >= tbu_writes,
            busy("virt.root_complex.posted_writes") == posted_entries,
            held("virt.link0.upstream.posted_headers_held") == posted_headers};
  }
  Machine machine_{narrow()};
};

TEST_F(Backpressure, StandsStillFromTheItsToTheLinkAndLosesNothing) {
  // MAPTI, of a device that sends nothing: without a SYNC, which would wait for what was sent.
  constexpr std::uint64_t MAPTI = 0x0a, idle_device = 0x4000, INTID = 8192 + 1000;
  const its_command map_event{{MAPTI | idle_device << 32, INTID << 32, 0, 0}};
  unsigned sent = 0;
  std::array<std::optional<Time>, 5> since;
  machine_.run([&] {
    machine_.add_device(0, vectors);
    ASSERT_EQ(its_map_device(&machine_.software().its, idle_device, 4), STATUS_OK);
    machine_.pass(10 * millisecond);
    machine_.start(burst(machine_.traffic(0), sent));
    const Time end = machine_.platform().scheduler().now() + 20 * microsecond;
    while (machine_.platform().scheduler().now() < end) {
      machine_.pass(20 * nanosecond);
      const std::array<bool, 5> now = full();
      for (std::size_t part = 0; part < now.size(); ++part) {
        if (!now[part]) since[part].reset();
        if (now[part] && !since[part]) since[part] = machine_.platform().scheduler().now();
      }
    }
    for (std::size_t part = 0; part < since.size(); ++part) {
      ASSERT_TRUE(since[part].has_value()) << "part " << part << " isn't full";
      if (part != 0) {
        EXPECT_LE(since[part - 1], since[part]) << "part " << part;
      }
    }
    EXPECT_LT(since.front(), since.back());
    const unsigned so_far = sent;
    EXPECT_LT(so_far, messages);
    // Registers and queue of the ITS have ways of their own.
    const Time before = machine_.platform().scheduler().now();
    EXPECT_EQ(its_issue(&machine_.software().its, &map_event, 1), STATUS_OK);
    EXPECT_LT(machine_.platform().scheduler().now() - before, 20 * microsecond);
    EXPECT_EQ(sent, so_far) << "all of it stands still meanwhile";
    machine_.pass(10 * millisecond);
    EXPECT_EQ(sent, messages);
  });
  const Conservation account = virt::conservation_of(machine_.platform());
  EXPECT_EQ(account.sent, messages);
  EXPECT_TRUE(account.balanced());
  for (const auto& [name, count] : outcomes_of(account)) {
    EXPECT_TRUE(name == "made pending" || name == "coalesced with a pending one")
        << name << ": " << count;
  }
  EXPECT_EQ(machine_.handled(), outcomes_of(account)["made pending"]);
  EXPECT_EQ(machine_.platform().simulation().journeys().in_flight(), 0u);
}

}  // namespace
}  // namespace doorbell::testing
