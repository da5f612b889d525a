// Two Security states on the whole platform: native firmware at EL3 keeps interrupts for itself and
// starts the drivers at Non-secure EL1, which see none of them and take their own.
#include <gtest/gtest.h>

#include "platforms/virt/accounts.h"
#include "sw/drivers/gic/registers.h"
#include "sw/drivers/gic/secure.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/include/system_register.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr processor_state at_EL3{.exception_level = 3, .secure = 1, .fiqs_to_el3 = 1};
constexpr processor_state at_NS_EL1{.exception_level = 1, .secure = 0, .fiqs_to_el3 = 1};
constexpr std::uint32_t of_group0 = 60, of_secure_group1 = 61, of_non_secure = 62;

Task<void> signal(pcie::TrafficPort& port, unsigned vector) {
  co_await port.signal(vector);
}

class SecurityStatesTest : public ::testing::Test {
 protected:
  SecurityStatesTest() {
    machine_.before([this](unsigned processor) {
      struct ::gic frames {};
      frames.distributor = machine_.software().description.distributor;
      frames.redistributors = machine_.software().description.redistributors;
      frames.redistributor_limit = machine_.platform().processor_count();
      processor_enter(&at_EL3);
      if (processor == 0) {
        ASSERT_EQ(gic_secure_initialise(&frames), STATUS_OK);
        gic_secure_keep(&frames, of_group0, SECURE_GROUP_0, 0x20);
        gic_secure_keep(&frames, of_secure_group1, SECURE_GROUP_1, 0x60);
      }
      ASSERT_EQ(gic_secure_initialise_processor(&frames), STATUS_OK);
      processor_enter(&at_NS_EL1);
    });
  }
  static virt::VirtParameters parameters() {
    virt::VirtParameters parameters;
    parameters.check_protocol = true;
    parameters.gic.common.security = gic::SecurityStates::two;
    return parameters;
  }
  std::uint64_t distributor(std::uint64_t offset) {
    return machine_.software().description.distributor + offset;
  }
  void set_wire(std::uint32_t INTID, bool level) {
    WireIn& wire = machine_.platform().gic().distributor().spi(INTID);
    static_cast<sc_core::sc_export<WireInterface>&>(wire).operator->()->set(
        level, machine_.platform().scheduler().now());
    machine_.pass(microsecond);
  }
  Machine machine_{parameters()};
};

TEST_F(SecurityStatesTest, NonSecureSoftwareTakesItsLpis) {
  machine_.run([&] {
    machine_.add_device(0, 4);
    for (unsigned vector = 0; vector < 4; ++vector)
      machine_.start(signal(machine_.traffic(0), vector));
    EXPECT_TRUE(machine_.wait_for_interrupts(4));
  });
  const Conservation account = virt::conservation_of(machine_.platform());
  EXPECT_EQ(account.sent, 4u);
  EXPECT_TRUE(account.balanced());
}

TEST_F(SecurityStatesTest, NonSecureSoftwareSeesNothingOfSecureInterrupts) {
  constexpr std::uint32_t bits = 7u << (of_group0 % 32);
  machine_.run([&] {
    EXPECT_EQ(mmio_read32(distributor(GICD_CTLR)), GICD_CTLR_ARE_NS | GICD_CTLR_EnableGrp1A);
    mmio_write32(distributor(GICD_ISENABLER + 4), bits);
    EXPECT_EQ(mmio_read32(distributor(GICD_ISENABLER + 4)) & bits, 1u << (of_non_secure % 32));
    mmio_write32(distributor(GICD_ICENABLER + 4), bits);
    EXPECT_EQ(mmio_read32(distributor(GICD_IGROUPR + 4)), 0u);
    EXPECT_EQ(mmio_read32(distributor(GICD_IPRIORITYR + of_group0)) & 0xFFFF, 0u);
    processor_enter(&at_EL3);
    EXPECT_EQ(mmio_read32(distributor(GICD_ISENABLER + 4)) & bits, 3u << (of_group0 % 32));
    EXPECT_EQ(mmio_read32(distributor(GICD_IPRIORITYR + of_group0)) & 0xFFFF, 0x6020u);
    processor_enter(&at_NS_EL1);
  });
}

TEST_F(SecurityStatesTest, EachTakesItsOwnSpis) {
  machine_.run([&] {
    const std::uint64_t state = interrupts_mask();
    gic_enable(&machine_.software().gic, of_non_secure);
    set_wire(of_group0, true);
    set_wire(of_secure_group1, true);
    set_wire(of_non_secure, true);
    EXPECT_EQ(gic_acknowledge(), 1023u) << "a Secure one is more urgent";
    processor_enter(&at_EL3);
    EXPECT_EQ(gic_secure_acknowledge(), of_group0);
    set_wire(of_group0, false);
    gic_secure_end(of_group0);
    EXPECT_EQ(gic_secure_acknowledge(), 1020u) << "of Secure Group 1";
    EXPECT_EQ(gic_acknowledge(), of_secure_group1);
    set_wire(of_secure_group1, false);
    gic_end(of_secure_group1);
    EXPECT_EQ(gic_secure_acknowledge(), 1021u) << "of Non-secure Group 1";
    processor_enter(&at_NS_EL1);
    EXPECT_EQ(gic_acknowledge(), of_non_secure);
    EXPECT_EQ(system_register_read(::ICC_RPR_EL1), PRIORITY_DEFAULT) << "as Non-secure wrote it";
    set_wire(of_non_secure, false);
    gic_end(of_non_secure);
    EXPECT_EQ(gic_acknowledge(), 1023u);
    interrupts_restore(state);
  });
}

/// What EL3 has taken by FIQ: of Group 0, and of Secure Group 1 where ICC_IAR0_EL1 says so.
struct Taken {
  std::vector<std::uint32_t> INTIDs;
  std::function<void(std::uint32_t INTID)> end;  ///< lowers its wire
};

void take_at_EL3(void* argument) {
  auto& taken = *static_cast<Taken*>(argument);
  std::uint32_t INTID = gic_secure_acknowledge();
  const bool of_group1 = INTID == 1020;
  if (of_group1) INTID = gic_acknowledge();
  taken.INTIDs.push_back(INTID);
  taken.end(INTID);
  of_group1 ? gic_end(INTID) : gic_secure_end(INTID);
}

// Secure interrupts come to EL3 by FIQ while Non-secure software takes its own by IRQ, masked or
// not, in WFI or not.
TEST_F(SecurityStatesTest, SecureInterruptsComeToEL3ByFiq) {
  Taken taken;
  taken.end = [this](std::uint32_t INTID) { set_wire(INTID, false); };
  machine_.run([&] {
    fiqs_install(take_at_EL3, &taken);
    machine_.add_device(0, 4);
    set_wire(of_group0, true);
    EXPECT_EQ(taken.INTIDs, std::vector{of_group0});
    const std::uint64_t state = interrupts_mask();
    set_wire(of_secure_group1, true);
    EXPECT_EQ(taken.INTIDs, (std::vector{of_group0, of_secure_group1}));
    interrupts_restore(state);
    machine_.start(signal(machine_.traffic(0), 0));
    EXPECT_TRUE(machine_.wait_for_interrupts(1));
    EXPECT_EQ(gic_acknowledge(), 1023u);
    EXPECT_EQ(mmio_read32(distributor(GICD_IGROUPR + 4)), 0u) << "Non-secure again";
    fiqs_install(nullptr, nullptr);
  });
  EXPECT_EQ(taken.INTIDs.size(), 2U);
}

// At EL3 all come by FIQ, also what is Non-secure and was pending before: on the return it is an
// IRQ at once, however long EL3 has been about its own (IHI 0069 4.6.2).
TEST_F(SecurityStatesTest, APendingNonSecureInterruptKeepsNobodyAtEL3) {
  struct Drained {
    std::function<void()> end;
    unsigned times = 0;
  };
  Drained drained{[&] { set_wire(of_group0, false); }};
  machine_.run([&] {
    const auto drain = [](void* argument) {
      auto& seen = *static_cast<Drained*>(argument);
      ++seen.times;
      for (;;) {
        const std::uint32_t INTID = gic_secure_acknowledge();
        if (INTID >= 1020 && INTID <= 1023) break;
        seen.end();
        gic_secure_end(INTID);
      }
    };
    machine_.add_device(0, 4);
    const std::uint64_t state = interrupts_mask();
    machine_.start(signal(machine_.traffic(0), 0));
    machine_.pass(5 * microsecond);
    fiqs_install(drain, &drained);
    processor_enter(&at_EL3);
    processor_enter(&at_NS_EL1);
    machine_.pass(microsecond);
    EXPECT_EQ(drained.times, 0u);
    set_wire(of_group0, true);
    machine_.pass(5 * microsecond);
    EXPECT_EQ(drained.times, 1u);
    interrupts_restore(state);
    EXPECT_TRUE(machine_.wait_for_interrupts(1));
    fiqs_install(nullptr, nullptr);
  });
}

// Without SCR_EL3.FIQ software at Secure EL1 takes Group 0 by FIQ, by its own mask, and Secure
// Group 1 by IRQ.
TEST_F(SecurityStatesTest, SecureEL1TakesGroup0ByFiqAndItsGroup1ByIrq) {
  static constexpr processor_state at_S_EL1{.exception_level = 1, .secure = 1, .fiqs_to_el3 = 0};
  Taken taken;
  taken.end = [this](std::uint32_t INTID) { set_wire(INTID, false); };
  machine_.run([&] {
    const std::uint64_t state = interrupts_mask();
    fiqs_install(take_at_EL3, &taken);
    processor_enter(&at_S_EL1);
    set_wire(of_group0, true);
    EXPECT_TRUE(taken.INTIDs.empty()) << "masked";
    fiqs_unmask();
    machine_.pass(microsecond);
    EXPECT_EQ(taken.INTIDs, std::vector{of_group0});
    set_wire(of_secure_group1, true);
    EXPECT_EQ(taken.INTIDs.size(), 1U) << "an IRQ, which is masked";
    EXPECT_EQ(gic_acknowledge(), of_secure_group1);
    set_wire(of_secure_group1, false);
    gic_end(of_secure_group1);
    fiqs_mask();
    processor_enter(&at_NS_EL1);
    interrupts_restore(state);
  });
}

}  // namespace
}  // namespace doorbell::testing
