#include "doorbell/core/atomic_access.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/memory_port.h"
#include "doorbell/core/read_write.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {
namespace {

using Operation = AtomicAccess::Operation;
using Bytes = std::vector<std::uint8_t>;

AtomicAccess access_of(Operation operation, const Bytes& operand, const Bytes& compare = {}) {
  AtomicAccess access;
  access.operation = operation;
  access.size = static_cast<unsigned>(operand.size());
  std::copy(operand.begin(), operand.end(), access.operand.begin());
  std::copy(compare.begin(), compare.end(), access.compare.begin());
  return access;
}

TEST(AtomicAccess, ASwapLeavesItsOperandAndTellsWhatWasThere) {
  Bytes memory{1, 2, 3, 4};
  AtomicAccess access = access_of(Operation::swap, {9, 8, 7, 6});
  EXPECT_TRUE(access.apply(memory));
  EXPECT_EQ(memory, (Bytes{9, 8, 7, 6}));
  EXPECT_TRUE(access.done);
  EXPECT_EQ(Bytes(access.result.begin(), access.result.begin() + 4), (Bytes{1, 2, 3, 4}));
}

TEST(AtomicAccess, ACompareAndSwapWritesWhatItExpectsOnly) {
  const Bytes expected(16, 0x5a);
  for (std::size_t different = 0; different <= expected.size(); ++different) {
    Bytes memory = expected;
    if (different < memory.size()) memory[different] = 0;
    const Bytes before = memory;
    AtomicAccess access = access_of(Operation::compare_and_swap, Bytes(16, 0xc3), expected);
    const bool is_as_expected = different == expected.size();
    EXPECT_EQ(access.apply(memory), is_as_expected);
    EXPECT_EQ(memory, is_as_expected ? Bytes(16, 0xc3) : before);
    EXPECT_TRUE(access.done);
    EXPECT_EQ(Bytes(access.result.begin(), access.result.end()), before);
  }
}

TEST(AtomicAccess, AnAdditionCarriesThroughAllBytesAndNoFurther) {
  Bytes memory{0xff, 0xff, 0xff, 0x7f};
  AtomicAccess one = access_of(Operation::add, {1, 0, 0, 0});
  EXPECT_TRUE(one.apply(memory));
  EXPECT_EQ(memory, (Bytes{0, 0, 0, 0x80}));
  AtomicAccess more = access_of(Operation::add, {2, 0xff, 0, 0x80});
  EXPECT_TRUE(more.apply(memory));
  EXPECT_EQ(memory, (Bytes{2, 0xff, 0, 0}));
}

TEST(AtomicAccess, ItsSizeAndItsAlignmentAreThoseOfAnAtomic) {
  for (unsigned size = 0; size <= 17; ++size) {
    AtomicAccess access;
    access.size = size;
    EXPECT_EQ(access.is_possible(0x100), size == 4 || size == 8 || size == 16) << size;
    access.operation = Operation::add;
    EXPECT_EQ(access.is_possible(0x100), size == 4 || size == 8) << size;
  }
  AtomicAccess access;
  access.size = 8;
  EXPECT_FALSE(access.is_possible(0x104));
  access.size = 4;
  EXPECT_TRUE(access.is_possible(0x104));
  EXPECT_FALSE(access.is_possible(0x102));
}

TEST(AtomicAccess, ACopyOfATransactionHasItAndBringsTheAnswerBack) {
  AtomicAccess access = access_of(Operation::swap, {9, 8, 7, 6});
  Payload original;
  original.set_extension(&access);
  Payload copy;
  copy.deep_copy_from(original);
  AtomicAccess* const copied = AtomicAccess::of(copy);
  ASSERT_NE(copied, nullptr);
  EXPECT_NE(copied, &access);
  Bytes memory{1, 2, 3, 4};
  copied->apply(memory);
  original.update_original_from(copy);
  original.update_extensions_from(copy);
  EXPECT_TRUE(access.done);
  EXPECT_EQ(access.result[3], 4);
  original.clear_extension(&access);
  copy.free_all_extensions();
}

/// Somebody else's memory. One that knows atomics does them at once.
class ForeignMemory : public sc_core::sc_module, public tlm::tlm_fw_transport_if<> {
 public:
  ForeignMemory(const sc_core::sc_module_name& module_name, bool knows)
      : sc_module(module_name), knows_(knows) {
    socket.bind(*this);
  }
  tlm::tlm_target_socket<64> socket{"socket"};
  std::vector<tlm::tlm_command> commands;
  Bytes bytes = Bytes(64, 0x11);

 private:
  void b_transport(Payload& payload, sc_core::sc_time&) override {
    commands.push_back(payload.get_command());
    AtomicAccess* const access = AtomicAccess::of(payload);
    if (knows_ && access != nullptr)
      access->apply(std::span(bytes).subspan(payload.get_address(), access->size));
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase&,
                                     sc_core::sc_time& delay) override {
    b_transport(payload, delay);
    return tlm::TLM_COMPLETED;
  }
  unsigned transport_dbg(Payload&) override { return 0; }
  bool get_direct_mem_ptr(Payload&, tlm::tlm_dmi&) override { return false; }
  bool knows_;
};

/// Makes one compare-and-swap of eight bytes.
class Exchanger : public Module {
 public:
  explicit Exchanger(const sc_core::sc_module_name& module_name) : Module(module_name) {}
  InitiatorSocket socket{"socket"};
  Exchanged found;
  bool finished = false;
  void start(std::uint64_t expected) { tasks_.start_at(0, run(expected)); }

 private:
  Task<void> run(std::uint64_t expected) {
    found = co_await port_.compare_and_swap({}, 8, expected, 0x2222'2222'2222'2222);
    finished = true;
  }
  PhysicalMemoryPort port_{socket};
  TaskGroup tasks_{scheduler()};
};

class ForeignAtomics : public testing::Test {
 protected:
  void run(bool knows, std::uint64_t expected) {
    memory_ = std::make_unique<ForeignMemory>("memory", knows);
    exchanger_.socket.bind(memory_->socket);
    exchanger_.start(expected);
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
    EXPECT_TRUE(exchanger_.finished);
    EXPECT_EQ(memory_->commands, std::vector{tlm::TLM_IGNORE_COMMAND});
  }
  Exchanger exchanger_{"exchanger"};
  std::unique_ptr<ForeignMemory> memory_;
};

TEST_F(ForeignAtomics, AMemoryThatDoesNotKnowThemDoesNothingAndIsFoundOut) {
  run(false, 0x1111'1111'1111'1111);
  EXPECT_FALSE(exchanger_.found.ok);
  EXPECT_EQ(memory_->bytes, Bytes(64, 0x11));
}

TEST_F(ForeignAtomics, OneThatDoesIsBelieved) {
  run(true, 0x1111'1111'1111'1111);
  EXPECT_TRUE(exchanger_.found.ok);
  EXPECT_EQ(exchanger_.found.old, 0x1111'1111'1111'1111u);
  EXPECT_EQ(memory_->bytes[7], 0x11);
  EXPECT_EQ(memory_->bytes[8], 0x22);
  EXPECT_EQ(memory_->bytes[15], 0x22);
  EXPECT_EQ(memory_->bytes[16], 0x11);
}

TEST_F(ForeignAtomics, ALostOneIsWellAnsweredToo) {
  run(true, 0x1111'1111'1111'1110);
  EXPECT_TRUE(exchanger_.found.ok);
  EXPECT_EQ(exchanger_.found.old, 0x1111'1111'1111'1111u);
  EXPECT_EQ(memory_->bytes, Bytes(64, 0x11));
}

/// A block of ours without atomics.
class Registers : public Module {
 public:
  explicit Registers(const sc_core::sc_module_name& module_name) : Module(module_name) {}
  TargetSocket socket{"socket", tasks_, {}, [](Payload& payload) {
                        payload.set_response_status(tlm::TLM_OK_RESPONSE);
                        ADD_FAILURE() << "no command for registers";
                        return Task<void>::ready();
                      }};

 private:
  TaskGroup tasks_{scheduler()};
};

TEST(Atomics, ABlockWithoutThemIsFoundOut) {
  Exchanger exchanger("exchanger");
  Registers registers("registers");
  exchanger.socket.bind(registers.socket);
  exchanger.start(0);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
  EXPECT_TRUE(exchanger.finished);
  EXPECT_FALSE(exchanger.found.ok);
}

TEST(Atomics, GoWhereWritesGo) {
  Exchanger exchanger("exchanger");
  ReadWriteSplit split("split");
  ForeignMemory reads("reads", true);
  ForeignMemory writes("writes", true);
  exchanger.socket.bind(split.upstream);
  split.reads.bind(reads.socket);
  split.writes.bind(writes.socket);
  exchanger.start(0x1111'1111'1111'1111);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
  EXPECT_TRUE(exchanger.found.ok);
  EXPECT_TRUE(reads.commands.empty());
  EXPECT_EQ(writes.commands, std::vector{tlm::TLM_IGNORE_COMMAND});
}

}  // namespace
}  // namespace doorbell
