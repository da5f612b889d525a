// A device of one's own on the platform, beside PCIe: who it is, what it may reach, and that its
// MSIs are accounted for.
#include "platforms/virt/own_device.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "doorbell/core/arch/little_endian.h"
#include "platforms/virt/accounts.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr std::uint32_t id = 0x100;
constexpr std::uint64_t iova = 0x10'0000;
constexpr std::uint64_t page = 0x6000'0000;
constexpr std::uint64_t doorbell_iova = 0xffff'f040;

/// Registers that remember, and DMA by tasks.
class Device : public Module {
 public:
  explicit Device(const sc_core::sc_module_name& name)
      : Module(name),
        dma("dma"),
        registers("registers", tasks_, {}, [this](Payload& payload) { return serve(payload); }) {}
  InitiatorSocket dma;
  TargetSocket registers;
  std::uint64_t written_at = ~0ULL;
  unsigned ended = 0;
  bool ok = false;

  Task<void> write(std::uint64_t address, std::uint32_t value) {
    PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, address, 4);
    store_little_endian(payload->data(), value);
    co_await dma.transport(*payload);
    ok = payload->is_response_ok();
    ++ended;
  }

 private:
  Task<void> serve(Payload& payload) {
    if (payload.is_write()) written_at = payload.get_address();
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return Task<void>::ready();
  }
  TaskGroup tasks_{scheduler()};
};

class OwnDeviceTest : public ::testing::Test {
 protected:
  OwnDeviceTest() {
    device_.dma.bind(machine_.platform().own_dma(0));
    machine_.platform().own_registers(0).bind(device_.registers);
  }
  void set_up_device() {
    ASSERT_EQ(machine_add_platform_device(&machine_.software(), &attached_, id, 1, 2), STATUS_OK);
    ASSERT_EQ(attached_.msi.doorbell, doorbell_iova);
    const auto count = [](msi_vector*, void* self) {
      ++static_cast<OwnDeviceTest*>(self)->interrupts_;
    };
    ASSERT_EQ(machine_request(&attached_, 1, 0, count, this), STATUS_OK);
    ASSERT_EQ(machine_map(&attached_, iova, page, 4096, true), STATUS_OK);
  }
  /// In firmware: has the device write, and waits for the answer.
  bool write(std::uint64_t address, std::uint32_t value) {
    const unsigned before = device_.ended;
    machine_.start(device_.write(address, value));
    while (device_.ended == before)
      spin_hint();
    return device_.ok;
  }
  Conservation account() { return virt::conservation_of(machine_.platform()); }

  Machine machine_{virt::VirtParameters{},
                   {{.name = "device",
                     .registers = {virt::platform_bus.base + 0x1000, 0x1000},
                     .stream_id = id,
                     .device_id = id,
                     .doorbell = doorbell_iova}}};
  Device device_{"device"};
  machine_device attached_{};
  unsigned interrupts_ = 0;
};

TEST_F(OwnDeviceTest, ItsRegistersAreWhereItWasPut) {
  machine_.run([&] { mmio_write32(virt::platform_bus.base + 0x1010, 1); });
  EXPECT_EQ(device_.written_at, 0x10u);
}

TEST_F(OwnDeviceTest, ItsDmaIsTranslatedByItsOwnStream) {
  machine_.run([&] {
    set_up_device();
    EXPECT_TRUE(write(iova + 8, 77));
    EXPECT_EQ(mem_read32(page + 8), 77u);
    EXPECT_FALSE(write(iova + 0x1000, 1)) << "a page that nobody mapped";
  });
  EXPECT_EQ(virt::totals_of(machine_.platform()).faults.events_recorded, 1u);
}

TEST_F(OwnDeviceTest, ItsMsiInterruptsAndIsAccountedFor) {
  machine_.run([&] {
    set_up_device();
    EXPECT_TRUE(write(doorbell_iova, 1));
    while (interrupts_ == 0)
      spin_hint();
  });
  EXPECT_EQ(interrupts_, 1u);
  EXPECT_EQ(account().sent, 1u);
  EXPECT_EQ(outcomes_of(account()), (std::map<std::string, std::uint64_t>{{"made pending", 1}}));
  const auto vectors = machine_.platform().simulation().stage_statistics().vectors();
  ASSERT_EQ(vectors.size(), 1u);
  EXPECT_EQ(vectors[0].device, id);
  EXPECT_EQ(vectors[0].event, 1u);
}

TEST_F(OwnDeviceTest, AnEventThatNobodyMappedIsDroppedAndAccountedFor) {
  machine_.run([&] {
    set_up_device();
    EXPECT_TRUE(write(doorbell_iova, 0)) << "posted: the ITS drops it afterwards";
    machine_.pass(10 * microsecond);
  });
  EXPECT_EQ(interrupts_, 0u);
  EXPECT_EQ(account().sent, 1u);
  EXPECT_TRUE(account().balanced());
}

TEST_F(OwnDeviceTest, AnMsiOfAnUnmappedDoorbellIsTerminatedAndAccountedFor) {
  machine_.run([&] { EXPECT_FALSE(write(doorbell_iova, 1)) << "the stream has no address space"; });
  EXPECT_EQ(account().sent, 1u);
  EXPECT_TRUE(account().balanced());
}

TEST(OwnDevice, RegistersOverSomethingElseAreRefused) {
  const virt::VirtParameters parameters;
  const auto make = [&] {
    virt::Platform platform("virt", parameters, {},
                            {{.name = "device",
                              .registers = {virt::gicd.base + 0x1000, 0x1000},
                              .stream_id = id,
                              .device_id = id,
                              .doorbell = {}}});
  };
  EXPECT_THROW(make(), std::invalid_argument);
}

}  // namespace
}  // namespace doorbell::testing
