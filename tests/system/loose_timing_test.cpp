// The road delivers the same in loose timing as in approximate timing.
#include <gtest/gtest.h>

#include <array>

#include "platforms/virt/accounts.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

std::uint64_t counter(Machine& machine, const std::string& name) {
  const Statistic* found = machine.platform().simulation().statistics().find(name);
  if (found == nullptr) throw std::logic_error("no statistic " + name);
  return dynamic_cast<const Counter&>(*found).value();
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

}  // namespace
}  // namespace doorbell::testing
