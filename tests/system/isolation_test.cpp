// Isolation: what a function can raise is decided by the tables of its StreamID and DeviceID alone.
// The intruder below knows all there is to know of its victim: doorbell, EventID and INTID.
#include <gtest/gtest.h>

#include <array>

#include "platforms/virt/accounts.h"
#include "sw/drivers/pcie/msix.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr unsigned vectors = 8;
constexpr unsigned coveted = 5;  // the victim's vector

Task<void> signal(pcie::TrafficPort& port, unsigned vector) {
  co_await port.signal(vector);
}

Task<void> write(pcie::TrafficPort& port, std::uint64_t address, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes;
  for (unsigned i = 0; i < 4; ++i)
    bytes[i] = static_cast<std::uint8_t>(value >> 8 * i);
  co_await port.write(address, 4, bytes);
}

class Isolation : public ::testing::Test {
 protected:
  /// Victim and intruder are set up; `attack` happens; then the victim's own interrupt still comes.
  void run(std::function<void()> attack) {
    machine_.on_interrupt([this](const msi_vector& vector) {
      ++(vector.device_id == victim_->msi.device_id ? of_victim_ : of_intruder_);
    });
    machine_.run([&] {
      victim_ = &machine_.add_device(0, vectors);
      intruder_ = &machine_.add_device(1, vectors);
      attack();
      EXPECT_EQ(of_victim_, 0u);
      machine_.start(signal(machine_.traffic(0), coveted));
      machine_.pass(10 * microsecond);
      EXPECT_EQ(of_victim_, 1u);
      account_ = virt::conservation_of(machine_.platform());
    });
    EXPECT_TRUE(account_.balanced());
    EXPECT_EQ(account_.sent, sent_ + written_by_dma_ + 1);
  }

  /// The intruder sends a message that its driver never set up.
  void send(std::uint64_t address, std::uint32_t data) {
    constexpr unsigned entry = 9;  // of its MSI-X table
    msix_program(&intruder_->msi.msix, entry, address, data);
    msix_unmask(&intruder_->msi.msix, entry);
    machine_.start(signal(machine_.traffic(1), entry));
    machine_.pass(5 * microsecond);
    ++sent_;
  }
  /// The same without a message: what is written to an ITS's doorbell is one, whoever wrote it.
  void write_by_dma(std::uint64_t address, std::uint32_t data) {
    machine_.start(write(machine_.traffic(1), address, data));
    machine_.pass(5 * microsecond);
    ++written_by_dma_;
  }
  std::uint64_t doorbell() const { return intruder_->msi.doorbell; }

  virt::VirtParameters parameters_{.check_protocol = true};
  Machine machine_{parameters_};
  machine_device* victim_ = nullptr;
  machine_device* intruder_ = nullptr;
  std::uint64_t of_victim_ = 0;
  std::uint64_t of_intruder_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t written_by_dma_ = 0;
  Conservation account_;
};

TEST_F(Isolation, AnEventIDIsTheSendersOwn) {
  run([&] {
    send(doorbell(), coveted);
    write_by_dma(doorbell(), coveted);
    send(doorbell(), victim_->msi.vectors[coveted].intid);
  });
  EXPECT_EQ(of_intruder_, 2u);
  const std::map<std::string, std::uint64_t> expected{{"made pending", 3},
                                                      {"dropped by the ITS: ID_OOR", 1}};
  EXPECT_EQ(outcomes_of(account_), expected);
}

TEST_F(Isolation, AnUnmappedDeviceRaisesNothing) {
  run([&] {
    ASSERT_EQ(its_unmap_device(&machine_.software().its, intruder_->msi.device_id), STATUS_OK);
    for (unsigned vector = 0; vector < vectors; ++vector)
      send(doorbell(), vector);
  });
  EXPECT_EQ(of_intruder_, 0u);
  const std::map<std::string, std::uint64_t> expected{
      {"made pending", 1}, {"dropped by the ITS: UNMAPPED_DEVICE", vectors}};
  EXPECT_EQ(outcomes_of(account_), expected);
}

TEST_F(Isolation, AnUnmappedEventRaisesNothing) {
  run([&] {
    ASSERT_EQ(msi_release(&intruder_->msi, coveted), STATUS_OK);
    send(doorbell(), coveted);
    send(doorbell(), coveted);
  });
  EXPECT_EQ(of_intruder_, 0u);
  const std::map<std::string, std::uint64_t> expected{
      {"made pending", 1}, {"dropped by the ITS: UNMAPPED_INTERRUPT", 2}};
  EXPECT_EQ(outcomes_of(account_), expected);
}

TEST_F(Isolation, WithoutTheDoorbellPageInItsDomainItReachesNothing) {
  run([&] {
    const machine_range page{machine_.software().description.doorbell_iova, 4096};
    ASSERT_EQ(machine_unmap(intruder_, &page, 1), STATUS_OK);
    for (unsigned vector = 0; vector < vectors; ++vector)
      send(doorbell(), vector);
  });
  EXPECT_EQ(of_intruder_, 0u);
  const std::map<std::string, std::uint64_t> expected{
      {"made pending", 1}, {"terminated by the SMMU, event recorded", vectors}};
  EXPECT_EQ(outcomes_of(account_), expected);
  EXPECT_EQ(machine_.software().events, vectors);
  EXPECT_EQ(machine_.platform().gic().its().counters().doorbells.value(), 1u);
}

TEST_F(Isolation, ThePhysicalDoorbellIsOutOfItsReach) {
  run([&] {
    send(its_doorbell(&machine_.software().its), coveted);
    ASSERT_EQ(smmu_abort(&machine_.software().smmu, intruder_->function->requester_id), STATUS_OK);
    send(doorbell(), coveted);
  });
  EXPECT_EQ(of_intruder_, 0u);
  const std::map<std::string, std::uint64_t> expected{
      {"made pending", 1},
      {"terminated by the SMMU, event recorded", 1},
      {"terminated by the SMMU, event suppressed", 1}};
  EXPECT_EQ(outcomes_of(account_), expected);
  EXPECT_EQ(machine_.platform().gic().its().counters().doorbells.value(), 1u);
}

/// The first endpoint on a bus of its own: a root port would have it there.
virt::VirtParameters on_bus_3() {
  virt::VirtParameters parameters{.check_protocol = true};
  parameters.root_complex.ports[0] = {.bus = 3, .whole_bus = true};
  return parameters;
}

TEST(Identity, AFunctionOnABusOfItsOwnIsFoundOnceAndKeepsItsStreamID) {
  const virt::VirtParameters parameters = on_bus_3();
  Machine machine(parameters);
  std::vector<std::uint32_t> streams;
  machine.platform().simulation().journeys().on_finish(
      [&](const Journey& journey, Outcome) { streams.push_back(journey.identity().stream); });
  machine.run([&] {
    // Host bridge and two endpoints, though software looked at all of bus 3.
    EXPECT_EQ(machine.functions_found(), 3u);
    const machine_device& drive = machine.add_device(0, 1);
    EXPECT_EQ(drive.msi.device_id, 0x300u);
    machine.start(signal(machine.traffic(0), 0));
    EXPECT_TRUE(machine.wait_for_interrupts(1));
  });
  EXPECT_EQ(streams, (std::vector<std::uint32_t>{0x300}));
}

}  // namespace
}  // namespace doorbell::testing
