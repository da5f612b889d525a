#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engines/machine.h"

namespace doorbell::cpu {
namespace {

using testing::HasSubstr;
using Kind = InstructionEngine::Stop::Kind;

constexpr std::uint64_t records = SharedMemory::base + 0x10'0000;
constexpr std::uint64_t unmapped = 0x10'0000;
constexpr std::uint64_t read_only = 0x1000;
constexpr std::uint64_t never_executed = 0x2000;
constexpr std::uint64_t device = 0x0900'0000;

/// ESR_ELx: exception class, IL, ISS (DDI 0487, D17.2.37).
constexpr std::uint64_t syndrome(unsigned exception_class, unsigned iss) {
  return std::uint64_t{exception_class} << 26 | 1 << 25 | iss;
}

struct Record {
  std::uint64_t vector;
  std::uint64_t syndrome;
  std::uint64_t return_address;
  std::uint64_t address;
  std::uint64_t state;
};

class Exceptions : public testing::Test {
 protected:
  Exceptions() : translation_(memory_), processor_(memory_) {
    translation_.map(read_only, SharedMemory::base + 0x8000, Translation::read_only);
    translation_.map(never_executed, SharedMemory::base + 0x9000, Translation::never_executed);
    InstructionEngine& engine = processor_.engine();
    engine.set(VBAR_EL1, programs::vectors);
    processor_.set_x(19, records);
    processor_.set_x(1, unmapped);
    processor_.set_x(2, read_only);
    processor_.set_x(3, never_executed);
  }

  Record record(unsigned n) const {
    const std::uint64_t at = records + n * sizeof(Record);
    return {memory_.word(at), memory_.word(at + 8), memory_.word(at + 16), memory_.word(at + 24),
            memory_.word(at + 32)};
  }
  std::uint64_t recorded() const { return (processor_.x(19) - records) / sizeof(Record); }
  void expect(unsigned n, std::uint64_t vector, std::uint64_t wanted) const {
    EXPECT_EQ(record(n).vector, vector) << n;
    EXPECT_EQ(record(n).syndrome, wanted) << n;
  }

  SharedMemory memory_;
  Translation translation_;
  TestProcessor processor_;
};

TEST_F(Exceptions, EachCauseAtEl1HasItsSyndromeAndAddresses) {
  Translation::enable(processor_.engine());
  ASSERT_EQ(processor_.run_from(programs::faults), Kind::hypercall);
  ASSERT_EQ(recorded(), 12u);
  constexpr std::uint64_t own = 4;
  expect(0, own, syndrome(0x15, 0x123));
  EXPECT_EQ(record(0).return_address, programs::faults_svc + 4);
  EXPECT_EQ(record(0).state, 0x3c5u);
  expect(1, own, syndrome(0x00, 0));
  EXPECT_EQ(record(1).return_address, programs::faults_undefined);
  expect(2, own, syndrome(0x3c, 0x45));
  expect(3, own, syndrome(0x00, 0));  // SMC without EL3
  expect(4, own, syndrome(0x00, 0));  // HLT without a debugger
  expect(5, own, syndrome(0x25, 0x21));
  EXPECT_EQ(record(5).address, read_only + 4);
  EXPECT_EQ(record(5).return_address, programs::faults_unaligned + 4);
  expect(6, own, syndrome(0x25, 0x07));  // translation fault, level 3
  EXPECT_EQ(record(6).address, unmapped + 8);
  EXPECT_EQ(record(6).return_address, programs::faults_load);
  expect(7, own, syndrome(0x25, 0x4f));  // WnR, permission fault, level 3
  EXPECT_EQ(record(7).address, read_only + 16);
  EXPECT_EQ(record(7).return_address, programs::faults_store);
  expect(8, own, syndrome(0x21, 0x0f));
  EXPECT_EQ(record(8).address, never_executed);
  EXPECT_EQ(record(8).return_address, never_executed);
  expect(9, own, syndrome(0x22, 0));  // PC alignment
  EXPECT_EQ(record(9).address, never_executed + 2);
  expect(10, own, syndrome(0x22, 0));  // in a page that may be executed
  EXPECT_EQ(record(10).address, read_only + 0x206);
  expect(11, own, syndrome(0x00, 0));
}

TEST_F(Exceptions, El0EntersTheVectorsOfALowerLevel) {
  translation_.map(0x3000, programs::user & ~std::uint64_t{0xfff},
                   Translation::user | Translation::read_only);
  Translation::enable(processor_.engine());
  processor_.engine().set(SCTLR_EL1, *processor_.engine().get(SCTLR_EL1) & ~0x1'0000);
  processor_.set_x(0, 0x3000 + (programs::user & 0xfff));
  // HVC is UNDEFINED at EL0: the end is reached again and again.
  ASSERT_EQ(processor_.run_from(programs::enter_user, 300), Kind::horizon);
  constexpr std::uint64_t lower = 8;
  ASSERT_GE(recorded(), 9u);
  expect(0, lower, syndrome(0x15, 7));
  EXPECT_EQ(record(0).state, 0u);
  // MRS of a register of EL1.
  expect(1, lower, syndrome(0x00, 0));
  expect(2, lower, syndrome(0x24, 0x07));
  EXPECT_EQ(record(2).address, unmapped);
  // A page of EL1's alone.
  expect(3, lower, syndrome(0x24, 0x4f));
  EXPECT_EQ(record(3).address, read_only);
  // WFI with SCTLR_EL1.nTWI = 0: CV, COND 0xe, TI 0.
  expect(4, lower, syndrome(0x01, 0x1e0'0000));
  // CNTVCT_EL0 with CNTKCTL_EL1.EL0VCTEN = 0: MRS X6, CNTVCT_EL0.
  expect(5, lower,
         syndrome(0x18, 3u << 20 | 2u << 17 | 3u << 14 | 14u << 10 | 6u << 5 | 0u << 1 | 1));
  expect(6, lower, syndrome(0x00, 0));
  expect(7, lower, syndrome(0x15, 8));
  expect(8, lower, syndrome(0x00, 0));
}

TEST_F(Exceptions, AnErrorResponseIsASynchronousExternalAbort) {
  processor_.device_answers = false;
  processor_.set_x(1, device);
  processor_.set_x(2, 5);
  processor_.set_x(3, device + 0x400);
  ASSERT_EQ(processor_.run_from(programs::external), Kind::hypercall);
  ASSERT_EQ(recorded(), 4u);
  expect(0, 4, syndrome(0x25, 0x10));
  EXPECT_EQ(record(0).address, device + 0x24);
  EXPECT_EQ(record(0).return_address, programs::external_load);
  expect(1, 4, syndrome(0x25, 0x50));
  EXPECT_EQ(record(1).address, device + 40);
  EXPECT_EQ(record(1).return_address, programs::external_store);
  expect(2, 4, syndrome(0x25, 0x10));
  EXPECT_EQ(record(2).address, device - 16);
  EXPECT_EQ(record(2).return_address, programs::external_pair);
  // Instructions aren't fetched from devices.
  expect(3, 4, syndrome(0x21, 0x10));
  EXPECT_EQ(record(3).address, device + 0x400);
  EXPECT_EQ(record(3).return_address, device + 0x400);
  EXPECT_EQ(processor_.x(1), device);  // no write-back
}

TEST_F(Exceptions, AVectorThatFaultsForEverStopsTheRun) {
  processor_.set_x(1, device + 0x1000);
  processor_.engine().set(Register::pc(), programs::stuck);
  const InstructionEngine::Stop stop = processor_.engine().run(1'000'000);
  EXPECT_EQ(stop.kind, Kind::stuck);
  EXPECT_THAT(stop.why, HasSubstr("0x0000000009001200"));
}

TEST_F(Exceptions, SemihostingIsACallOnlyWhereItIsAskedFor) {
  processor_.set_x(28, programs::end);
  ASSERT_EQ(processor_.run_from(programs::semihosting), Kind::hypercall);
  EXPECT_EQ(recorded(), 1u);
  TestProcessor asked(memory_, {.semihosting = true});
  ASSERT_EQ(asked.run_from(programs::semihosting), Kind::semihosting);
  EXPECT_EQ(asked.x(0), 0x18u);
  EXPECT_EQ(asked.engine().run(100).kind, Kind::hypercall);
}

}  // namespace
}  // namespace doorbell::cpu
