#include <gtest/gtest.h>

#include "tests/engines/machine.h"

namespace doorbell::cpu {
namespace {

using Kind = InstructionEngine::Stop::Kind;

constexpr std::uint64_t counter = SharedMemory::base + 0x10'0000;
constexpr std::uint64_t device = 0x0a00'0000;
constexpr std::uint64_t page = 0x5000;

class Coherence : public testing::Test {
 protected:
  Coherence() : translation_(memory_), first_(memory_), second_(memory_) {}
  void connect() {
    first_.others = {&second_};
    second_.others = {&first_};
  }

  SharedMemory memory_;
  Translation translation_;
  TestProcessor first_;
  TestProcessor second_;
};

TEST_F(Coherence, ExclusivesLoseNoIncrementWhereverProcessorsAlternate) {
  constexpr std::uint64_t turns = 5000;
  for (TestProcessor* processor : {&first_, &second_}) {
    processor->set_x(1, counter);
    processor->set_x(4, turns);
    processor->engine().set(Register::pc(), programs::increase);
  }
  bool running[2] = {true, true};
  for (std::uint64_t quantum = 1; running[0] || running[1]; quantum = quantum % 13 + 1) {
    for (int i = 0; i < 2; ++i) {
      InstructionEngine& engine = (i == 0 ? first_ : second_).engine();
      if (!running[i]) continue;
      engine.forget_exclusive();
      running[i] = engine.run(quantum).kind == Kind::horizon;
    }
  }
  EXPECT_EQ(memory_.word(counter), 2 * turns);
}

TEST_F(Coherence, AStoreExclusiveFailsAlthoughTheOldValueIsBack) {
  memory_.set_word(counter, 7);
  first_.set_x(1, counter);
  first_.set_x(5, device);
  first_.in_access = [&] {
    // Meanwhile another processor writes 8, then 7 again.
    memory_.set_word(counter, 8);
    memory_.set_word(counter, 7);
    first_.engine().forget_exclusive();
  };
  ASSERT_EQ(first_.run_from(programs::exclusive), Kind::hypercall);
  EXPECT_EQ(first_.x(3), 1u);
  first_.in_access = nullptr;
  ASSERT_EQ(first_.run_from(programs::exclusive), Kind::hypercall);
  EXPECT_EQ(first_.x(3), 0u);
}

/// MOV X0, #2.
constexpr std::uint64_t changed_instruction = 0xd280'0040;

class ChangedCode : public Coherence {
 protected:
  std::uint64_t called() {
    second_.set_x(1, programs::function);
    EXPECT_EQ(second_.run_from(programs::call), Kind::hypercall);
    return second_.x(0);
  }
  void change(std::uint64_t program, std::uint64_t address = programs::function) {
    first_.set_x(1, address);
    first_.set_x(2, changed_instruction);
    ASSERT_EQ(first_.run_from(program), Kind::hypercall);
  }
};

TEST_F(ChangedCode, IcIvauReachesTheOtherProcessor) {
  connect();
  EXPECT_EQ(called(), 1u);
  change(programs::change);
  EXPECT_EQ(called(), 2u);
}

TEST_F(ChangedCode, IsExecutedAsItWasWithoutInvalidation) {
  connect();
  EXPECT_EQ(called(), 1u);
  change(programs::change_alone);
  EXPECT_EQ(called(), 1u);
  second_.engine().invalidate_code({programs::function, 4});
  EXPECT_EQ(called(), 2u);
}

/// Pages without code are written the short way, until something in them is executed.
TEST_F(ChangedCode, AProcessorSeesItsOwn) {
  memory_.set_word(counter, 0);
  first_.set_x(1, counter);
  first_.set_x(4, 100);
  ASSERT_EQ(first_.run_from(programs::increase), Kind::hypercall);
  for (const std::uint64_t word : {0xd65f'03c0'd280'0020, 0xd65f'03c0'd280'0040}) {
    // MOV X0, #1 or #2, then RET, where there were data before.
    for (const unsigned shift : {0u, 32u}) {
      first_.set_x(1, counter + shift / 8);
      first_.set_x(2, word >> shift);
      ASSERT_EQ(first_.run_from(programs::change), Kind::hypercall);
    }
    first_.set_x(1, counter);
    ASSERT_EQ(first_.run_from(programs::call), Kind::hypercall);
    EXPECT_EQ(first_.x(0), word >> 5 & 3);
  }
}

TEST_F(ChangedCode, EverythingMayBeInvalidatedAtOnce) {
  EXPECT_EQ(called(), 1u);
  change(programs::change_alone);
  second_.engine().invalidate_code({});
  EXPECT_EQ(called(), 2u);
}

/// The same code under two virtual addresses.
TEST_F(ChangedCode, IcIvauIsByThePhysicalAddress) {
  connect();
  translation_.map(page, programs::function & ~std::uint64_t{0xfff}, 0);
  for (TestProcessor* processor : {&first_, &second_})
    Translation::enable(processor->engine());
  const std::uint64_t alias = page + (programs::function & 0xfff);
  second_.set_x(1, alias);
  ASSERT_EQ(second_.run_from(programs::call), Kind::hypercall);
  EXPECT_EQ(second_.x(0), 1u);
  change(programs::change, alias);
  EXPECT_EQ(called(), 2u);
  second_.set_x(1, alias);
  ASSERT_EQ(second_.run_from(programs::call), Kind::hypercall);
  EXPECT_EQ(second_.x(0), 2u);
}

class ChangedTranslation : public Coherence {
 protected:
  ChangedTranslation() {
    memory_.set_word(SharedMemory::base + 0x8000, 111);
    memory_.set_word(SharedMemory::base + 0x9000, 222);
    translation_.map(page, SharedMemory::base + 0x8000, 0);
    for (TestProcessor* processor : {&first_, &second_})
      Translation::enable(processor->engine());
  }
  std::uint64_t read() {
    second_.set_x(1, page);
    EXPECT_EQ(second_.run_from(programs::read), Kind::hypercall);
    return second_.x(0);
  }
  void remap() {
    first_.set_x(1, page);
    first_.set_x(2, (SharedMemory::base + 0x9000) | Translation::valid_page);
    first_.set_x(3, Translation::descriptor(page));
    ASSERT_EQ(first_.run_from(programs::remap), Kind::hypercall);
  }
};

TEST_F(ChangedTranslation, TlbiInnerShareableReachesTheOtherProcessor) {
  connect();
  EXPECT_EQ(read(), 111u);
  remap();
  EXPECT_EQ(read(), 222u);
  EXPECT_EQ(first_.engine().counts().tlb_maintenance, 1u);
}

TEST_F(ChangedTranslation, TheOldOneIsUsedUntilATlbiArrives) {
  EXPECT_EQ(read(), 111u);
  remap();
  EXPECT_EQ(read(), 111u);
  second_.engine().invalidate_tlb({});
  EXPECT_EQ(read(), 222u);
}

TEST_F(ChangedTranslation, AProcessorInsideAnAccessForgetsAsWell) {
  connect();
  EXPECT_EQ(read(), 111u);
  second_.in_access = [&] { remap(); };
  second_.set_x(1, device);
  translation_.map(0x6000, device, 0);
  second_.set_x(1, 0x6000);
  second_.set_x(4, 1);
  ASSERT_EQ(second_.run_from(programs::once), Kind::hypercall);
  second_.in_access = nullptr;
  EXPECT_EQ(read(), 222u);
}

}  // namespace
}  // namespace doorbell::cpu
