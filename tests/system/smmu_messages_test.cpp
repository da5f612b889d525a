// The SMMU's own MSIs, through the fabric into the ITS under the SMMU's DeviceID: CMD_SYNC, Event
// queue, global errors, PRI queue and performance monitors (IHI 0070 3.18, 10.4).
#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/protocols/dti_ats.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/address_space.h"
#include "platforms/virt/platform.h"
#include "sw/drivers/smmu/ats.h"
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr std::uint32_t id = 0x200;
constexpr std::uint64_t IRQ_CFG1 = 8;  // behind each *_IRQ_CFG0
/// Events of the SMMU as a device of the ITS.
enum Source : unsigned { sync, events, errors, page_requests, monitor, sources };

/// A function whose page requests come by the root complex.
class PageRequester : public Module {
 public:
  PageRequester(const sc_core::sc_module_name& name, MessageTarget<DtiAts>& smmu)
      : Module(name), ats_("ats", [](const dti_ats::ToRootComplex&) {}) {
    ats_.bind(smmu);
  }
  Task<void> ask() {
    co_await ats_.credits(DtiAts::page_request_credits).take();
    ats_.send(dti_ats::PageRequest{.stream = {8}, .address = 0x7000, .read = true, .last = true},
              8 * nanosecond);
  }

 private:
  MessageInitiator<DtiAts> ats_;
};

virt::VirtParameters with_page_requests() {
  virt::VirtParameters parameters;
  parameters.smmu.offered.ats = parameters.smmu.offered.pri = true;
  parameters.smmu.tcu.msi_device_id = id;
  parameters.check_protocol = true;
  return parameters;
}

Task<void> read(pcie::TrafficPort& port, std::uint64_t address) {
  co_await port.read(address, 8, {});
}

class SmmuMessages : public ::testing::Test {
 protected:
  struct ::smmu& driver() {
    return machine_.software().smmu;
  }
  std::uint64_t doorbell() { return its_doorbell(&machine_.software().its); }
  void set_irq_ctrl(std::uint32_t value) {
    mmio_write32(driver().base + SMMU_IRQ_CTRL, value);
    ASSERT_EQ(poll32(driver().base + SMMU_IRQ_CTRLACK, UINT32_MAX, value), STATUS_OK);
  }
  void aim(std::uint64_t cfg0, Source source) {
    mmio_write64(driver().base + cfg0, doorbell());
    mmio_write32(driver().base + cfg0 + IRQ_CFG1, source);
  }
  /// A vector for each, and the SMMU told of all but the monitor's.
  void set_up() {
    ASSERT_EQ(machine_add_platform_device(&machine_.software(), &smmu_, id, 1, sources), STATUS_OK);
    const auto take = [](msi_vector* vector, void* self) {
      static_cast<SmmuMessages*>(self)->taken_.push_back(vector->event_id);
    };
    for (unsigned source = 0; source < sources; ++source)
      ASSERT_EQ(machine_request(&smmu_, source, source % 4, take, this), STATUS_OK);
    ASSERT_EQ(smmu_start_page_requests(&driver(), &queue_, 4), STATUS_OK);
    set_irq_ctrl(0);
    aim(SMMU_EVENTQ_IRQ_CFG0, events);
    aim(SMMU_GERROR_IRQ_CFG0, errors);
    aim(SMMU_PRIQ_IRQ_CFG0, page_requests);
    set_irq_ctrl(IRQ_CTRL_EVENTQ | IRQ_CTRL_GERROR | IRQ_CTRL_PRIQ);
  }
  /// What came since it was last asked.
  std::vector<unsigned> taken() {
    machine_.pass(20 * microsecond);
    return std::exchange(taken_, {});
  }
  void post_sync(Source source) {
    smmu_command command = smmu_command_sync();
    command.words[0] &= ~(std::uint64_t{3} << 12);
    command.words[0] |= std::uint64_t{1} << 12 | std::uint64_t{source} << 32;  // CS: IRQ; MSIData
    command.words[1] = doorbell();
    ASSERT_EQ(smmu_post(&driver(), command), STATUS_OK);
  }
  /// A counter of cycles that is about to overflow (10.4).
  void overflow_of_a_counter() {
    const std::uint64_t page = virt::counter_group_page(0, 0).base;
    mmio_write64(page + 0xe58, doorbell());  // SMMU_PMCG_IRQ_CFG0
    mmio_write32(page + 0xe60, monitor);     // SMMU_PMCG_IRQ_CFG1
    mmio_write64(page + 0xc40, 1);           // SMMU_PMCG_INTENSET0
    mmio_write32(page + 0xe50, 1);           // SMMU_PMCG_IRQ_CTRL
    ASSERT_EQ(poll32(page + 0xe54, 1, 1), STATUS_OK);
    mmio_write64(virt::counter_group_page(0, 1).base, UINT64_MAX - 100);  // SMMU_PMCG_EVCNTR0
    mmio_write32(page + 0x400, 1u << 29);  // SMMU_PMCG_EVTYPER0: cycles, of all streams
    mmio_write64(page + 0xc00, 1);         // SMMU_PMCG_CNTENSET0
  }

  Machine machine_{with_page_requests()};
  PageRequester function_{"function", machine_.platform().smmu().tcu.ats()};
  machine_device smmu_{};
  smmu_queue queue_{};
  std::vector<unsigned> taken_;
  Conservation account_;
};

using Once = std::vector<unsigned>;

TEST_F(SmmuMessages, RaiseTheirLpis) {
  unsigned of_others = 0;
  machine_.on_interrupt([&](const msi_vector&) { ++of_others; });
  machine_.run([&] {
    set_up();
    machine_.add_device(0, sources);  // with the same EventIDs
    EXPECT_EQ(taken(), Once{});
    post_sync(sync);
    EXPECT_EQ(taken(), Once{sync});
    machine_.start(read(machine_.traffic(0), 0x1000));  // nothing is mapped there
    EXPECT_EQ(taken(), Once{events});
    const smmu_command illegal = {{0xff, 0}};
    ASSERT_EQ(smmu_post(&driver(), illegal), STATUS_OK);
    EXPECT_EQ(taken(), Once{errors});
    EXPECT_EQ(driver().command_errors, 1u);
    machine_.start(function_.ask());
    EXPECT_EQ(taken(), Once{page_requests});
    overflow_of_a_counter();
    EXPECT_EQ(taken(), Once{monitor});
    account_ = virt::conservation_of(machine_.platform());
  });
  EXPECT_EQ(of_others, 0u);
  EXPECT_EQ(account_.sent, 5u);
  EXPECT_TRUE(account_.balanced());
}

// Its DeviceID is what keeps the SMMU apart, too: without an ITT of its own it reaches nobody.
TEST_F(SmmuMessages, ReachNobodyElse) {
  unsigned of_others = 0;
  machine_.on_interrupt([&](const msi_vector&) { ++of_others; });
  machine_.run([&] {
    machine_.add_device(0, sources);
    post_sync(events);
    EXPECT_EQ(taken(), Once{});
    EXPECT_EQ(smmu_sync(&driver()), STATUS_OK) << "the SMMU goes on";
    account_ = virt::conservation_of(machine_.platform());
  });
  EXPECT_EQ(of_others, 0u);
  EXPECT_EQ(account_.sent, 1u);
  EXPECT_TRUE(account_.balanced()) << "it was dropped by the ITS";
}

}  // namespace
}  // namespace doorbell::testing
