#include "doorbell/cpu/arch/psci.h"

#include <gtest/gtest.h>

namespace doorbell::cpu {
namespace {

using Kind = Psci::Action::Kind;
using Power = Psci::Power;

constexpr std::uint64_t CPU_OFF = 0x8400'0002;
constexpr std::uint64_t CPU_ON_32 = 0x8400'0003;
constexpr std::uint64_t CPU_ON_64 = 0xc400'0003;
constexpr std::uint64_t AFFINITY_INFO_32 = 0x8400'0004;
constexpr std::uint64_t AFFINITY_INFO_64 = 0xc400'0004;
constexpr std::uint64_t entry = 0x4020'0000;

class PsciCalls : public testing::Test {
 protected:
  PsciCalls() { psci_.set_power(0, Power::on); }
  Psci::Action call(std::uint64_t function, std::uint64_t x1 = 0, std::uint64_t x2 = 0,
                    std::uint64_t x3 = 0) {
    return psci_.call(
        {function, {x1, x2, x3}},
        [](void*, std::uint64_t address) { return address >= 0x4000'0000; }, nullptr);
  }
  std::int64_t answer(std::uint64_t function, std::uint64_t x1 = 0, std::uint64_t x2 = 0) {
    const Psci::Action action = call(function, x1, x2);
    EXPECT_EQ(action.kind, Kind::answer);
    return action.value;
  }

  Psci psci_{{0, 1, 0x100}};
};

TEST_F(PsciCalls, VersionAndFeatures) {
  EXPECT_EQ(answer(0x8400'0000), 0x1'0000);
  EXPECT_EQ(answer(0x8400'000a, CPU_ON_64), Psci::SUCCESS);
  EXPECT_EQ(answer(0x8400'000a, CPU_ON_32), Psci::SUCCESS);
  EXPECT_EQ(answer(0x8400'000a, 0x8400'0001), Psci::NOT_SUPPORTED) << "CPU_SUSPEND";
  EXPECT_EQ(answer(0x8400'0006), 2) << "MIGRATE_INFO_TYPE: no migration required";
  EXPECT_EQ(answer(0x8000'0000), Psci::NOT_SUPPORTED) << "SMCCC_VERSION";
  EXPECT_EQ(answer(0), Psci::NOT_SUPPORTED);
}

TEST_F(PsciCalls, AProcessorIsOffThenPendingThenOn) {
  EXPECT_EQ(answer(AFFINITY_INFO_64, 0x100), 1);
  const Psci::Action action = call(CPU_ON_64, 0x100, entry, 0x1234'5678'9abc);
  EXPECT_EQ(action.kind, Kind::start);
  EXPECT_EQ(action.processor, 2u);
  EXPECT_EQ(action.entry, entry);
  EXPECT_EQ(action.context, 0x1234'5678'9abcu);
  EXPECT_EQ(action.value, Psci::SUCCESS);
  EXPECT_EQ(answer(AFFINITY_INFO_64, 0x100), 2);
  EXPECT_EQ(answer(CPU_ON_64, 0x100, entry), Psci::ON_PENDING);
  psci_.set_power(2, Power::on);
  EXPECT_EQ(answer(AFFINITY_INFO_32, 0x100), 0);
  EXPECT_EQ(answer(CPU_ON_64, 0x100, entry), Psci::ALREADY_ON);
}

TEST_F(PsciCalls, WrongArgumentsHaveErrorsOfTheirOwn) {
  EXPECT_EQ(answer(CPU_ON_64, 7, entry), Psci::INVALID_PARAMETERS);
  EXPECT_EQ(answer(CPU_ON_64, 1, 0x0900'0000), Psci::INVALID_ADDRESS);
  EXPECT_EQ(answer(AFFINITY_INFO_64, 7), Psci::INVALID_PARAMETERS);
  EXPECT_EQ(answer(AFFINITY_INFO_64, 0, 1), Psci::INVALID_PARAMETERS) << "of a whole cluster";
  EXPECT_EQ(answer(AFFINITY_INFO_64, 1), 1) << "still off";
}

TEST_F(PsciCalls, The32BitFormHasArgumentsOf32Bits) {
  const Psci::Action action = call(CPU_ON_32, 0xffff'ffff'0000'0001, 0xf'4020'0000, 0xf'0000'0005);
  EXPECT_EQ(action.kind, Kind::start);
  EXPECT_EQ(action.processor, 1u);
  EXPECT_EQ(action.entry, entry);
  EXPECT_EQ(action.context, 5u);
}

TEST_F(PsciCalls, SomeDoNotReturn) {
  EXPECT_EQ(call(CPU_OFF).kind, Kind::stop);
  EXPECT_EQ(call(0x8400'0008).kind, Kind::system_off);
  EXPECT_EQ(call(0x8400'0009).kind, Kind::system_reset);
  EXPECT_EQ(call(0xffff'ffff'8400'0008).kind, Kind::system_off) << "bits 63:32 are ignored";
}

}  // namespace
}  // namespace doorbell::cpu
