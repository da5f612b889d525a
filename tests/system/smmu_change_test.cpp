// The firmware's tables of the SMMU on the platform: MSIs through stream tables of two levels and
// through a substream, and STEs and CDs that change under DMA (IHI 0070 3.21.3).
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>

#include "doorbell/core/arch/little_endian.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/own_device.h"
#include "sw/drivers/smmu/contexts.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr std::uint32_t id = 0x1108;
constexpr std::uint64_t iova = 0x10'0000;
constexpr std::uint64_t first_page = 0x6000'0000, second_page = 0x6001'0000;
constexpr std::uint64_t doorbell_iova = 0xffff'f040;

/// A device that reads and writes, with a PASID or without.
class Device : public Module {
 public:
  explicit Device(const sc_core::sc_module_name& name)
      : Module(name), dma("dma"), registers("registers", tasks_, {}, [](Payload& payload) {
          payload.set_response_status(tlm::TLM_OK_RESPONSE);
          return Task<void>::ready();
        }) {}
  InitiatorSocket dma;
  TargetSocket registers;

  std::optional<std::uint32_t> pasid;
  unsigned passed = 0;
  unsigned refused = 0;
  std::uint32_t last_read = 0;
  bool reading = false;

  Task<void> access(tlm::tlm_command command, std::uint64_t address, std::uint32_t value) {
    PayloadReference payload = simulation().payloads().take(command, address, 4);
    store_little_endian(payload->data(), value);
    payload->requester().has_pasid = pasid.has_value();
    payload->requester().pasid = pasid.value_or(0);
    co_await dma.transport(*payload);
    last_read = load_little_endian<std::uint32_t>(payload->data());
    ++(payload->is_response_ok() ? passed : refused);
  }
  /// Reads of one page without a pause, until `reading` is false.
  Task<void> read_on() {
    reading = true;
    while (reading)
      co_await access(tlm::TLM_READ_COMMAND, iova, 0);
  }

 private:
  TaskGroup tasks_{scheduler()};
};

virt::VirtParameters with_substreams() {
  virt::VirtParameters parameters{.check_protocol = true};
  parameters.smmu.offered.substream_id_bits = 16;
  return parameters;
}

class SmmuTables : public ::testing::Test {
 protected:
  SmmuTables() {
    machine_.software().description.two_level_streams = true;
    machine_.software().description.substream_id_bits = 16;
    device_.dma.bind(machine_.platform().own_dma(0));
    machine_.platform().own_registers(0).bind(device_.registers);
  }
  struct ::smmu& driver() {
    return machine_.software().smmu;
  }
  /// In firmware: an address space of the device's doorbell and a page.
  void make_domain(smmu_domain& domain, std::uint16_t asid, std::uint64_t page,
                   unsigned granule = GRANULE_4K) {
    ASSERT_EQ(smmu_domain_initialise_granule(&driver(), &domain, asid, 48, granule), STATUS_OK);
    ASSERT_EQ(smmu_map(&domain, iova, page, 1u << granule, MAP_WRITE), STATUS_OK);
  }
  void add_device() {
    ASSERT_EQ(machine_add_platform_device(&machine_.software(), &attached_, id, 1, 2), STATUS_OK);
    const auto count = [](msi_vector*, void* self) {
      ++static_cast<SmmuTables*>(self)->interrupts_;
    };
    ASSERT_EQ(machine_request(&attached_, 1, 0, count, this), STATUS_OK);
    ASSERT_EQ(machine_map(&attached_, iova, first_page, 4096, true), STATUS_OK);
    mem_write32(first_page, 0x1111);
    mem_write32(second_page, 0x2222);
  }
  /// In firmware: one access, and whether it got through.
  bool access(tlm::tlm_command command, std::uint64_t address, std::uint32_t value = 0) {
    const unsigned ended = device_.passed + device_.refused, passed = device_.passed;
    machine_.start(device_.access(command, address, value));
    while (device_.passed + device_.refused == ended)
      spin_hint();
    return device_.passed != passed;
  }
  bool ring() { return access(tlm::TLM_WRITE_COMMAND, doorbell_iova, 1); }
  /// In firmware: reads go on while `change` runs, with some before and after it.
  void under_dma(const std::function<void()>& change) {
    device_.passed = device_.refused = 0;
    machine_.start(device_.read_on());
    machine_.pass(2 * microsecond);
    change();
    machine_.pass(2 * microsecond);
    device_.reading = false;
    machine_.pass(5 * microsecond);
    EXPECT_GT(device_.passed, 10u);
  }
  std::uint64_t events() { return virt::totals_of(machine_.platform()).faults.events_recorded; }

  Machine machine_{with_substreams(),
                   {{.name = "device",
                     .registers = {virt::platform_bus.base + 0x1000, 0x1000},
                     .stream_id = id,
                     .device_id = id,
                     .doorbell = doorbell_iova}}};
  Device device_{"device"};
  machine_device attached_{};
  unsigned interrupts_ = 0;
};

TEST_F(SmmuTables, AMessageComesThroughTwoLevels) {
  machine_.run([&] {
    add_device();
    EXPECT_TRUE(driver().two_level_streams);
    EXPECT_TRUE(ring());
    machine_.pass(20 * microsecond);
    EXPECT_EQ(interrupts_, 1u);
    // A PCIe function has its entry in another table of the second level.
    machine_.add_device(0, 1);
    machine_.start([](pcie::TrafficPort& port) -> Task<void> {
      co_await port.signal(0);
    }(machine_.traffic(0)));
    EXPECT_TRUE(machine_.wait_for_interrupts(1));
  });
  EXPECT_EQ(interrupts_, 1u);
  EXPECT_EQ(events(), 0u);
  EXPECT_TRUE(virt::conservation_of(machine_.platform()).balanced());
}

TEST_F(SmmuTables, AMessageComesThroughASubstream) {
  smmu_domain domain{};
  smmu_contexts contexts{};
  machine_.run([&] {
    add_device();
    make_domain(domain, 9, second_page);
    std::uint64_t doorbell = 0;
    ASSERT_EQ(msi_map_doorbell(machine_.software().msis.its, &domain, doorbell_iova & ~0xfffull,
                               &doorbell),
              STATUS_OK);
    ASSERT_EQ(doorbell, doorbell_iova);
    ASSERT_EQ(smmu_contexts_initialise(&driver(), &contexts, 16), STATUS_OK);
    ASSERT_TRUE(contexts.two_level);
    ASSERT_EQ(smmu_set_context(&driver(), &contexts, 0, &attached_.domain), STATUS_OK);
    under_dma([&] { ASSERT_EQ(smmu_attach_contexts(&driver(), id, &contexts), STATUS_OK); });
    EXPECT_EQ(device_.refused, 0u);  // its own CD, from a table now: one word of the STE
    device_.pasid = 0x1403;
    EXPECT_FALSE(ring());
    EXPECT_EQ(events(), 1u);  // the leaf isn't there
    ASSERT_EQ(smmu_set_context(&driver(), &contexts, 0x1403, &domain), STATUS_OK);
    EXPECT_TRUE(access(tlm::TLM_READ_COMMAND, iova));
    EXPECT_EQ(device_.last_read, 0x2222u);
    EXPECT_TRUE(ring());
    machine_.pass(20 * microsecond);
    EXPECT_EQ(interrupts_, 1u);
    // The process ends: aborted, and nothing recorded.
    ASSERT_EQ(smmu_quiet_context(&driver(), &contexts, 0x1403, &domain), STATUS_OK);
    EXPECT_FALSE(ring());
    EXPECT_EQ(events(), 1u);
    device_.pasid.reset();
    EXPECT_TRUE(access(tlm::TLM_READ_COMMAND, iova));
    EXPECT_EQ(device_.last_read, 0x1111u);
  });
  EXPECT_EQ(interrupts_, 1u);
}

// To and fro between two address spaces: one word of the STE, then one of the CD.
TEST_F(SmmuTables, WhatChangesOneWordLosesNoTransaction) {
  smmu_domain other{}, same_asid{};
  smmu_contexts contexts{};
  machine_.run([&] {
    add_device();
    make_domain(other, 9, second_page);
    under_dma([&] {
      for (unsigned i = 0; i < 10; ++i) {
        ASSERT_EQ(smmu_attach(&driver(), id, &other), STATUS_OK);
        machine_.pass(500 * nanosecond);
        EXPECT_EQ(device_.last_read, 0x2222u);
        ASSERT_EQ(smmu_attach(&driver(), id, &attached_.domain), STATUS_OK);
        machine_.pass(500 * nanosecond);
        EXPECT_EQ(device_.last_read, 0x1111u);
      }
    });
    EXPECT_EQ(device_.refused, 0u);
    ASSERT_EQ(smmu_contexts_initialise(&driver(), &contexts, 4), STATUS_OK);
    ASSERT_EQ(smmu_set_context(&driver(), &contexts, 0, &attached_.domain), STATUS_OK);
    make_domain(same_asid, 1, second_page);
    under_dma([&] {
      ASSERT_EQ(smmu_attach_contexts(&driver(), id, &contexts), STATUS_OK);
      ASSERT_EQ(smmu_set_context(&driver(), &contexts, 0, &same_asid), STATUS_OK);
      ASSERT_EQ(smmu_invalidate_asid(&driver(), 1), STATUS_OK);
      machine_.pass(500 * nanosecond);
      EXPECT_EQ(device_.last_read, 0x2222u);
    });
    EXPECT_EQ(device_.refused, 0u);
  });
  EXPECT_EQ(events(), 0u);
}

// ASID and tables of a CD change together: what comes in between is refused, and recorded.
TEST_F(SmmuTables, WhatChangesTwoWordsRefusesWhatComesInBetween) {
  smmu_domain other{};
  smmu_contexts contexts{};
  machine_.run([&] {
    add_device();
    make_domain(other, 9, second_page);
    ASSERT_EQ(smmu_contexts_initialise(&driver(), &contexts, 4), STATUS_OK);
    ASSERT_EQ(smmu_set_context(&driver(), &contexts, 0, &attached_.domain), STATUS_OK);
    ASSERT_EQ(smmu_attach_contexts(&driver(), id, &contexts), STATUS_OK);
    under_dma([&] { ASSERT_EQ(smmu_set_context(&driver(), &contexts, 0, &other), STATUS_OK); });
    EXPECT_GT(device_.refused, 0u);
    EXPECT_EQ(device_.last_read, 0x2222u);
  });
  EXPECT_EQ(events(), device_.refused);
}

TEST_F(SmmuTables, EachGranuleTranslates) {
  std::array<smmu_domain, 2> domains{};
  machine_.run([&] {
    add_device();
    const std::array<unsigned, 2> granules{GRANULE_16K, GRANULE_64K};
    for (unsigned i = 0; i < granules.size(); ++i) {
      make_domain(domains[i], static_cast<std::uint16_t>(10 + i), second_page, granules[i]);
      ASSERT_EQ(smmu_attach(&driver(), id, &domains[i]), STATUS_OK);
      EXPECT_TRUE(access(tlm::TLM_READ_COMMAND, iova));
      EXPECT_EQ(device_.last_read, 0x2222u);
      EXPECT_TRUE(access(tlm::TLM_READ_COMMAND, iova + (1u << granules[i]) - 4));
      EXPECT_FALSE(access(tlm::TLM_READ_COMMAND, iova + (1u << granules[i])));
      ASSERT_EQ(smmu_unmap(&driver(), &domains[i], iova, 1u << granules[i]), STATUS_OK);
      EXPECT_FALSE(access(tlm::TLM_READ_COMMAND, iova));
    }
  });
  EXPECT_EQ(events(), 4u);
}

}  // namespace
}  // namespace doorbell::testing
