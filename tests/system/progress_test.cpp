// Progress: with every buffer on the road full, what stands behind a full ITS is never what the ITS
// needs to go on.
#include <gtest/gtest.h>

#include "doorbell/pcie/arch/dma_engine.h"
#include "platforms/virt/accounts.h"
#include "sw/include/processor.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr std::uint64_t pages_iova = 0x7f10'0000;
constexpr std::uint64_t pages_at = 0x6800'0000;
constexpr unsigned pages = 24;

const Statistic& statistic(Machine& machine, const std::string& name) {
  const Statistic* found = machine.platform().simulation().statistics().find(name);
  if (found == nullptr) throw std::logic_error("no statistic " + name);
  return *found;
}
const ServerStatistics& server(Machine& machine, const std::string& name) {
  return dynamic_cast<const ServerStatistics&>(statistic(machine, name));
}
const QueueStatistics& queue(Machine& machine, const std::string& name) {
  return dynamic_cast<const QueueStatistics&>(statistic(machine, name));
}
/// Whatever anything waits in or is served by is empty.
void expect_nothing_under_way(Machine& machine) {
  machine.platform().simulation().statistics().visit([](const Statistic& each) {
    if (const auto* queue = dynamic_cast<const QueueStatistics*>(&each)) {
      EXPECT_EQ(queue->occupancy(), 0u) << each.path();
    }
    const auto* server = dynamic_cast<const ServerStatistics*>(&each);
    const bool of_processor = each.path().find(".cpu") != std::string::npos;
    if (server != nullptr && !of_processor) {
      EXPECT_EQ(server->busy(), 0u) << each.path();
    }
  });
  EXPECT_EQ(machine.platform().simulation().journeys().in_flight(), 0u);
}

/// Everything one or two deep, and a memory of a microsecond without a cache.
virt::VirtParameters narrow() {
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  parameters.ram.last_level_cache.size = 0;
  parameters.ram.read_latency = microsecond;
  parameters.ram.write_latency = microsecond;
  parameters.ram.reads = 2;
  parameters.ram.writes = 2;
  parameters.fabric.port_reads = 2;
  parameters.fabric.port_writes = 2;
  parameters.fabric.target_reads = 2;
  parameters.fabric.target_writes = 2;
  smmu::SmmuParameters& smmu = parameters.smmu;
  constexpr CacheGeometry two{2, 2, ReplacementPolicy::lru, 1};
  smmu.tbu.micro_tlb.geometry = two;
  smmu.tbu.main_tlb.geometry = two;
  smmu.tbu.outstanding_reads = 4;
  smmu.tbu.outstanding_writes = 4;
  smmu.tbu.translation_slots = 4;
  smmu.tbu.translation_requests = 4;
  smmu.tcu.translation_slots = 4;
  smmu.tcu.walkers = 2;
  smmu.tcu.command_fetch = 1;
  smmu.tcu.configuration_cache.geometry = two;
  for (smmu::CacheParameters& walk_cache : smmu.tcu.walk_cache)
    walk_cache.geometry = two;
  gic::GicParameters& gic = parameters.gic;
  gic.its.device_cache_entries = 2;
  gic.its.event_cache_entries = 2;
  gic.its.collection_cache_entries = 2;
  gic.its.doorbell_entries = 1;
  gic.its.translation_slots = 1;
  gic.its.outstanding_reads = 1;
  gic.its.lpi_credits = 1;
  gic.redistributor.lpi_cache_entries = 2;
  gic.redistributor.outstanding_reads = 1;
  gic.redistributor.pending_table_changes = 1;
  parameters.root_complex.posted_entries = 4;
  parameters.root_complex.read_entries = 2;
  parameters.root_complex.processor_entries = 1;
  return parameters;
}

/// Data to a page, a message, and a read of another page, again and again.
Task<void> storm(pcie::TrafficPort& port, unsigned messages, unsigned vectors, unsigned& ended) {
  for (unsigned i = 0; i < messages; ++i) {
    co_await port.write(pages_iova + i * 5 % pages * 4096, 64);
    co_await port.signal(i % vectors);
    co_await port.read(pages_iova + (i * 7 + 3) % pages * 4096, 256);
  }
  ++ended;
}

/// Messages alone.
Task<void> burst(pcie::TrafficPort& port, unsigned messages, unsigned vectors, unsigned& ended) {
  for (unsigned i = 0; i < messages; ++i)
    co_await port.signal(i % vectors);
  ++ended;
}

TEST(Progress, EverythingCompletesWithAFullItsWalksAndCommandsUnderWay) {
  constexpr unsigned vectors = 8;
  constexpr unsigned messages = 800;
  virt::VirtParameters parameters = narrow();
  Machine machine(parameters);
  machine_device* devices[2] = {};
  unsigned its_commands = 0, smmu_commands = 0, met = 0;
  // Other processors invalidate from their handlers, as a driver does that unmaps a buffer.
  machine.on_interrupt([&](const msi_vector& vector) {
    if (vector.processor == 0 || vector.taken % 4 != 0) return;
    const machine_range range{pages_iova + vector.event_id * 4096, 4096};
    machine_device& device = *devices[vector.device_id >> 3 == 1 ? 0 : 1];
    EXPECT_EQ(machine_invalidate(&device, &range, 1), STATUS_OK);
    ++smmu_commands;
  });
  Conservation account;
  RunTotals totals;
  machine.run([&] {
    for (unsigned i = 0; i < 2; ++i) {
      devices[i] = &machine.add_device(i, vectors);
      ASSERT_EQ(machine_map(devices[i], pages_iova, pages_at + i * 0x10'0000, pages * 4096, true),
                STATUS_OK);
    }
    unsigned ended = 0;
    for (unsigned i = 0; i < 2; ++i) {
      machine.start(storm(machine.traffic(i), messages, vectors, ended));
      machine.start(burst(machine.traffic(i), messages, vectors, ended));
    }
    const ServerStatistics& doorbells = server(machine, "virt.gic.its.doorbell_buffer");
    const QueueStatistics& at_the_door = queue(machine, "virt.gic.its.doorbell_buffer_queue");
    const ServerStatistics& walkers = server(machine, "virt.smmu.tcu.walkers");
    const auto all_at_once = [&] {
      return doorbells.busy() == 1 && at_the_door.occupancy() != 0 && walkers.busy() != 0;
    };
    for (unsigned i = 0; ended < 4; ++i) {
      while (!all_at_once() && ended < 4)
        spin_hint();
      const unsigned vector = i % vectors;
      machine_device& device = *devices[i & 1];
      met += all_at_once();
      // GITS_CWRITER, and a poll of GITS_CREADR until the ITS has done it.
      ASSERT_EQ(machine_move(&device, vector, (vector + i / vectors) % 4), STATUS_OK);
      ASSERT_EQ(msi_set_enabled(&device.msi, vector, true), STATUS_OK);  // INV
      ++its_commands;
      met += all_at_once();
      const machine_range range{pages_iova, pages * 4096};
      ASSERT_EQ(machine_invalidate(&device, &range, 1), STATUS_OK);  // TLBI and CMD_SYNC
      ++smmu_commands;
    }
    machine.pass(500 * microsecond);
    account = virt::conservation_of(machine.platform());
    totals = virt::totals_of(machine.platform());
    expect_nothing_under_way(machine);
  });
  EXPECT_GE(met, 4u);
  EXPECT_GE(its_commands, 4u);
  EXPECT_GE(smmu_commands, 20u);
  EXPECT_EQ(account.sent, 4u * messages);
  EXPECT_TRUE(account.balanced());
  for (const auto& [name, count] : outcomes_of(account)) {
    EXPECT_TRUE(name == "made pending" || name == "coalesced with a pending one")
        << name << ": " << count;
  }
  EXPECT_EQ(totals.acknowledged, outcomes_of(account)["made pending"]);
  EXPECT_EQ(machine.handled(), totals.acknowledged);
}

/// Where a function finds BAR 0 of its peer.
constexpr std::uint64_t peer_iova = 0x7f20'0000;
constexpr std::uint64_t peer_doorbells = peer_iova + pcie::dma::doorbell_region;

Task<void> read_words(pcie::TrafficPort& port, std::uint64_t iova, unsigned count,
                      unsigned& ended) {
  for (unsigned i = 0; i < count; ++i) {
    const bool ok = co_await port.read(iova, 4);
    EXPECT_TRUE(ok);
  }
  ++ended;
}

Task<void> post_words(pcie::TrafficPort& port, std::uint64_t iova, unsigned count,
                      unsigned& ended) {
  for (unsigned i = 0; i < count; ++i) {
    const bool ok = co_await port.write(iova + i % 64 * 4, 4);
    EXPECT_TRUE(ok);
  }
  ++ended;
}

struct PeerToPeer {
  const char* name;
  void (*narrow)(virt::VirtParameters&);
};

class PeerToPeerProgress : public ::testing::TestWithParam<PeerToPeer> {};

// The completion of a peer's read comes back behind the peer's posted writes, to memory and to its
// own peers, which may wait for nothing but writes: not behind a refused read, nor behind an access
// to configuration space, whose completion waits in the same way.
TEST_P(PeerToPeerProgress, WritesPassWhatWaitsForThem) {
  constexpr unsigned count = 200;
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  GetParam().narrow(parameters);
  Machine machine(parameters);
  unsigned ended = 0, configured = 0;
  machine.run([&] {
    machine_device* devices[2] = {&machine.add_device(0, 1), &machine.add_device(1, 1)};
    for (unsigned i = 0; i < 2; ++i) {
      ASSERT_EQ(machine_map(devices[i], pages_iova, pages_at + i * 0x10'0000, 4096, true),
                STATUS_OK);
      ASSERT_EQ(machine_map(devices[i], peer_iova, devices[1 - i]->function->bars[0].address,
                            pcie::dma::bar_bytes, true),
                STATUS_OK);
    }
    for (unsigned i = 0; i < 2; ++i) {
      pcie::TrafficPort& port = machine.traffic(i);
      for (unsigned reader = 0; reader < 3; ++reader)
        machine.start(read_words(port, peer_iova, count, ended));
      machine.start(read_words(port, pages_iova, count, ended));
      machine.start(post_words(port, pages_iova, count, ended));
      machine.start(post_words(port, peer_doorbells, count, ended));
    }
    const pcie_host& host = machine.software().pcie;
    for (; ended < 12 && configured < 4 * count; ++configured) {
      const std::uint16_t function = devices[configured & 1]->function->requester_id;
      pcie_config_write(&host, function, 0x3c, configured & 0xff);
      EXPECT_EQ(pcie_config_read(&host, function, 0x3c) & 0xff, configured & 0xff);
    }
    machine.pass(millisecond);
  });
  EXPECT_EQ(ended, 12u);
  EXPECT_GE(configured, count / 2);
}

INSTANTIATE_TEST_SUITE_P(
    OneOfEach, PeerToPeerProgress,
    ::testing::Values(
        PeerToPeer{"tbu_reads", [](auto& p) { p.smmu.tbu.outstanding_reads = 1; }},
        PeerToPeer{"tbu_writes", [](auto& p) { p.smmu.tbu.outstanding_writes = 1; }},
        PeerToPeer{"port_reads", [](auto& p) { p.fabric.port_reads = 1; }},
        PeerToPeer{"target_reads", [](auto& p) { p.fabric.target_reads = 1; }},
        PeerToPeer{"target_writes", [](auto& p) { p.fabric.target_writes = 1; }},
        PeerToPeer{"processor_entries", [](auto& p) { p.root_complex.processor_entries = 1; }},
        PeerToPeer{"read_entries", [](auto& p) { p.root_complex.read_entries = 1; }},
        PeerToPeer{"posted_entries", [](auto& p) { p.root_complex.posted_entries = 1; }}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace doorbell::testing
