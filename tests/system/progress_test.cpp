// Progress: with every buffer on the road full, what stands behind a full ITS is never what the ITS
// needs to go on. And what the road delivers doesn't depend on how time is kept, nor on other
// functions.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "platforms/virt/accounts.h"
#include "sw/drivers/pcie/msix.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "system/machine.h"

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
std::uint64_t counter(Machine& machine, const std::string& name) {
  return dynamic_cast<const Counter&>(statistic(machine, name)).value();
}

std::map<std::string, std::uint64_t> outcomes_of(const Conservation& account) {
  std::map<std::string, std::uint64_t> outcomes;
  for (const auto& [name, count] : account.outcomes) {
    if (count != 0) outcomes[name] = count;
  }
  return outcomes;
}

/// Whatever anything waits in or is served by is empty.
void expect_nothing_under_way(Machine& machine) {
  machine.platform().simulation().statistics().visit([](const Statistic& each) {
    if (const auto* queue = dynamic_cast<const QueueStatistics*>(&each)) {
      EXPECT_EQ(queue->occupancy(), 0u) << each.path();
    }
    const auto* server = dynamic_cast<const ServerStatistics*>(&each);
    const bool of_processor = each.path().find(".cpu") != std::string::npos;
    if (server != nullptr && !of_processor) EXPECT_EQ(server->busy(), 0u) << each.path();
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
  constexpr smmu::CacheGeometry two{2, 2, smmu::ReplacementPolicy::lru, 1};
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
  constexpr unsigned messages = 120;
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
  EXPECT_GE(met, 10u);
  EXPECT_GE(its_commands, 10u);
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

/// The same MSIs with either timing.
class FunctionalResult : public ::testing::TestWithParam<Timing> {};

Task<void> write_and_signal(pcie::TrafficPort& port, unsigned vector, std::uint64_t value) {
  std::array<std::uint8_t, 8> word;
  for (unsigned i = 0; i < 8; ++i)
    word[i] = static_cast<std::uint8_t>(value >> 8 * i);
  co_await port.write(Machine::data_iova + vector * 8, 8, word);
  co_await port.signal(vector);
}

TEST_P(FunctionalResult, IsTheSameInEitherTiming) {
  constexpr unsigned vectors = 8;
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  Machine machine(parameters);
  struct Taken {
    std::uint32_t intid;
    unsigned processor;
    std::uint64_t data;
    auto operator<=>(const Taken&) const = default;
  };
  std::vector<Taken> taken, expected;
  machine.on_interrupt([&](const msi_vector& vector) {
    taken.push_back(
        {vector.intid, processor_number(), mem_read64(Machine::data_page + vector.event_id * 8)});
  });
  Conservation account;
  machine.run(
      [&] {
        machine_device& device = machine.add_device(0, vectors);
        ASSERT_EQ(machine_move(&device, 5, 3), STATUS_OK);
        ASSERT_EQ(msi_set_enabled(&device.msi, 6, false), STATUS_OK);
        ASSERT_EQ(its_discard_event(&machine.software().its, device.msi.device_id, 7, 3),
                  STATUS_OK);
        std::uint64_t handled = 0;
        for (std::uint64_t i = 0; i < 4 * vectors; ++i) {
          const auto vector = static_cast<unsigned>(i % vectors);
          machine.start(write_and_signal(machine.traffic(0), vector, 0xda7a'0000 + i));
          machine.pass(5 * microsecond);
          EXPECT_EQ(mem_read64(Machine::data_page + vector * 8), 0xda7a'0000 + i);
          if (vector >= 6) continue;
          expected.push_back({8192 + vector, vector == 5 ? 3 : vector % 4, 0xda7a'0000 + i});
          EXPECT_TRUE(machine.wait_for_interrupts(++handled));
        }
        account = virt::conservation_of(machine.platform());
      },
      GetParam());
  EXPECT_EQ(taken, expected);
  const std::map<std::string, std::uint64_t> outcomes{
      {"made pending", 25},
      {"coalesced with a pending one", 3},
      {"dropped by the ITS: UNMAPPED_INTERRUPT", 4}};
  EXPECT_EQ(outcomes_of(account), outcomes);
  EXPECT_EQ(account.sent, 32u);
  EXPECT_EQ(counter(machine, "virt.smmu.tbu.transactions"), 64u);
  EXPECT_EQ(counter(machine, "virt.smmu.tbu.terminated"), 0u);
  EXPECT_EQ(machine.platform().gic().its().counters().doorbells.value(), 32u);
}

INSTANTIATE_TEST_SUITE_P(Timings, FunctionalResult,
                         ::testing::Values(Timing::approximate, Timing::loose),
                         [](const auto& instance) {
                           return instance.param == Timing::loose ? "loose" : "approximate";
                         });

/// A function that does all it can to raise an interrupt of another: it knows the doorbell, the
/// other's EventID and INTID.
class Isolation : public ::testing::Test {
 protected:
  static virt::VirtParameters parameters() {
    virt::VirtParameters parameters;
    parameters.check_protocol = true;
    return parameters;
  }

  void attack() {
    pcie::TrafficPort& attacker = machine_.traffic(1);
    constexpr unsigned entry = 9;  // of its MSI-X table, which the driver has left alone
    const std::uint64_t page = machine_.software().description.doorbell_iova;
    const std::uint64_t addresses[] = {intruder_->msi.doorbell, page, victim_->msi.doorbell,
                                       its_doorbell(&machine_.software().its)};
    const std::uint32_t messages[] = {victim_vector, victim_->msi.vectors[victim_vector].intid,
                                      victim_->msi.device_id};
    for (const std::uint64_t address : addresses) {
      for (const std::uint32_t data : messages) {
        msix_program(&intruder_->msi.msix, entry, address, data);
        msix_unmask(&intruder_->msi.msix, entry);
        machine_.start(send(attacker, entry));
        machine_.pass(5 * microsecond);
        ++sent_;
      }
    }
  }
  static Task<void> send(pcie::TrafficPort& port, unsigned vector) { co_await port.signal(vector); }

  /// The victim has eight vectors; the intruder one, of its own.
  void set_up() {
    victim_ = &machine_.add_device(0, 8);
    intruder_ = &machine_.add_device(1, 1);
  }
  void finish() {
    EXPECT_EQ(machine_.handled(), 0u);
    machine_.start(send(machine_.traffic(0), victim_vector));
    EXPECT_TRUE(machine_.wait_for_interrupts(1));  // the victim's own still comes
    machine_.pass(10 * microsecond);
    account_ = virt::conservation_of(machine_.platform());
  }
  void expect(std::map<std::string, std::uint64_t> outcomes) {
    outcomes["made pending"] = 1;
    EXPECT_EQ(outcomes_of(account_), outcomes);
    EXPECT_EQ(account_.sent, sent_ + 1);
    EXPECT_TRUE(account_.balanced());
    EXPECT_EQ(machine_.handled(), 1u);
  }

  static constexpr unsigned victim_vector = 5;
  Machine machine_{parameters()};
  machine_device* victim_ = nullptr;
  machine_device* intruder_ = nullptr;
  Conservation account_;
  std::uint64_t sent_ = 0;
};

}  // namespace
}  // namespace doorbell::testing
