#include <gtest/gtest.h>

#include "doorbell/core/arch/error.h"
#include "tests/engines/machine.h"

namespace doorbell::cpu {
namespace {

using Kind = InstructionEngine::Stop::Kind;

/// Instructions until HVC, in stretches of `horizon`.
std::uint64_t executed(std::uint64_t horizon) {
  SharedMemory memory;
  TestProcessor processor(memory);
  processor.set_x(4, 10'000);
  processor.engine().set(Register::pc(), programs::count);
  std::uint64_t last = 0;
  while (processor.engine().run(horizon).kind == Kind::horizon) {
    EXPECT_GE(processor.engine().executed(), last + horizon);
    EXPECT_LE(processor.engine().executed(), last + horizon + 256);
    last = processor.engine().executed();
  }
  EXPECT_EQ(processor.x(2), 10'000u);
  return processor.engine().executed();
}

TEST(EngineCounting, InstructionsAreCountedExactlyWhateverTheHorizon) {
  for (const std::uint64_t horizon : {1, 2, 7, 100, 1'000'000})
    EXPECT_EQ(executed(horizon), 30'001u) << horizon;
}

TEST(EngineCounting, WhatFaultsIsNotCounted) {
  SharedMemory memory;
  TestProcessor processor(memory);
  processor.engine().set(VBAR_EL1, programs::vectors);
  processor.set_x(19, SharedMemory::base + 0x10'0000);
  // MOV, then HLT, which is UNDEFINED and leaves for X28: thirteen instructions of the handler.
  processor.set_x(28, programs::semihosting + 8);
  ASSERT_EQ(processor.run_from(programs::semihosting), Kind::hypercall);
  EXPECT_EQ(processor.engine().counts().undefined, 1u);
  EXPECT_EQ(processor.engine().executed(), 1u + 13 + 1);
}

TEST(EngineCounting, ModelsAreKnownByName) {
  SharedMemory memory;
  for (const char* model : {"cortex-a57", "cortex-a72", "max"}) {
    TestProcessor processor(memory, {.model = model});
    processor.set_x(4, 10);
    EXPECT_EQ(processor.run_from(programs::count), Kind::hypercall) << model;
  }
  EXPECT_THROW(TestProcessor(memory, {.model = "cortex-a1"}), InputError);
}

}  // namespace
}  // namespace doorbell::cpu
