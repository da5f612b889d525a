// The DMA engine as firmware drives it: registers in BAR 0, descriptors and data in memory, MSI-X
// at the end.
#include <gtest/gtest.h>

#include <array>

#include "doorbell/pcie/arch/dma_engine.h"
#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

constexpr std::uint64_t ring = 0x4000'1000;
constexpr std::uint64_t source = 0x4001'0000;
constexpr std::uint64_t destination = 0x8'0002'0000;
constexpr std::uint64_t completions = 0x4000'2000;
constexpr std::uint64_t doorbell_address = 0x0809'0040;

std::uint64_t reg(std::uint64_t offset) {
  return System::bar0(0, 0) + offset;
}

Task<void> set_up(System& s, unsigned entries) {
  co_await s.processor.store(reg(dma::DMA_RING_BASE), static_cast<std::uint32_t>(ring));
  co_await s.processor.store(reg(dma::DMA_RING_BASE) + 4, ring >> 32);
  co_await s.processor.store(reg(dma::DMA_RING_ENTRIES), entries);
  co_await s.processor.store(reg(dma::DMA_CONTROL), dma::CONTROL_ENABLE);
}

Task<void> offer(System& s, std::uint32_t tail, std::uint32_t expected_head, bool& done) {
  co_await set_up(s, 4);
  co_await s.processor.store(reg(dma::DMA_TAIL), tail);
  for (int i = 0; i < 1000; ++i) {
    if (co_await s.processor.load(reg(dma::DMA_HEAD)) == expected_head) break;
    co_await Delay{Simulation::current().scheduler(), microsecond};
  }
  EXPECT_EQ(co_await s.processor.load(reg(dma::DMA_HEAD)), expected_head);
  done = true;
}

class DmaEngineBlockTest : public ::testing::Test {
 protected:
  void put(unsigned index, const dma::Descriptor& d) {
    system.memory.fill(ring + index * dma::descriptor_bytes, dma::encode(d));
  }
  void pattern(std::uint64_t address, unsigned length) {
    for (unsigned i = 0; i < length; ++i)
      system.memory.byte(address + i) = static_cast<std::uint8_t>(i * 7);
  }
  bool has_pattern(std::uint64_t address, unsigned length) {
    for (unsigned i = 0; i < length; ++i) {
      if (system.memory.byte(address + i) != static_cast<std::uint8_t>(i * 7)) return false;
    }
    return true;
  }
  System system;
};

TEST_F(DmaEngineBlockTest, CopiesWritesItsCompletionAndThenSignals) {
  system.enable();
  system.program_msix(2, doorbell_address, 42);
  pattern(source + 3, 10'000);
  put(0, {.opcode = dma::Opcode::copy,
          .raise_msi = true,
          .write_completion = true,
          .vector = 2,
          .length = 10'000,
          .source = source + 3,
          .destination = destination + 1,
          .completion = completions});
  bool done = false;
  system.start(offer(system, 1, 1, done));
  System::run();
  ASSERT_TRUE(done);
  EXPECT_TRUE(has_pattern(destination + 1, 10'000));
  EXPECT_EQ(system.memory.word(completions), 0u);
  EXPECT_EQ(system.memory.word(completions + 4), 0u);
  EXPECT_EQ(system.memory.word(doorbell_address), 42u);
  const auto& accesses = system.memory.accesses;
  EXPECT_EQ(accesses.back().address, doorbell_address);
  EXPECT_EQ(accesses[accesses.size() - 2].address, completions);
  for (const auto& access : accesses) {
    EXPECT_LE(access.length, access.write ? 256u : 512u);                           // MPS, MRRS
    EXPECT_EQ(access.address / 4096, (access.address + access.length - 1) / 4096);  // 4 KiB
  }
}

TEST_F(DmaEngineBlockTest, ReadsIntoLocalMemoryAndWritesFromIt) {
  system.enable();
  pattern(source, 600);
  put(0, {.opcode = dma::Opcode::read, .length = 600, .source = source, .destination = 100});
  put(1, {.opcode = dma::Opcode::write, .length = 600, .source = 100, .destination = destination});
  bool done = false;
  system.start(offer(system, 2, 2, done));
  System::run();
  ASSERT_TRUE(done);
  EXPECT_TRUE(has_pattern(destination, 600));
}

TEST_F(DmaEngineBlockTest, RingWraps) {
  system.enable();
  for (unsigned i = 0; i < 4; ++i) {
    put(i, {.write_completion = true, .completion = completions + 8 * i});
  }
  bool done = false;
  system.start(offer(system, 6, 6, done));
  System::run();
  ASSERT_TRUE(done);
  EXPECT_EQ(system.memory.word(completions), 4u);       // written twice
  EXPECT_EQ(system.memory.word(completions + 16), 2u);  // once
}

TEST_F(DmaEngineBlockTest, BadDescriptorsAreReportedAndPassedOver) {
  system.enable();
  put(0, {.opcode = dma::Opcode::read,
          .write_completion = true,
          .length = 65'537,
          .source = source,
          .completion = completions});
  system.memory.byte(ring + 32) = 9;  // no such opcode
  bool done = false;
  system.start(offer(system, 2, 2, done));
  System::run();
  ASSERT_TRUE(done);
  EXPECT_EQ(system.memory.word(completions + 4),
            static_cast<std::uint32_t>(dma::Result::bad_descriptor));
  std::array<std::uint8_t, 4> errors{};
  EXPECT_TRUE(system.function().read_memory(reg(dma::DMA_ERRORS), errors));
  EXPECT_EQ(errors[0], 2u);
}

TEST_F(DmaEngineBlockTest, UnreadableRingStopsTheEngine) {
  system.enable();
  system.memory.end = 0x1000;
  bool done = false;
  struct Body {
    static Task<void> run(System& s, bool& finished) {
      co_await set_up(s, 4);
      co_await s.processor.store(reg(dma::DMA_TAIL), 1);
      co_await Delay{Simulation::current().scheduler(), 10 * microsecond};
      EXPECT_EQ(co_await s.processor.load(reg(dma::DMA_STATUS)), dma::STATUS_ERROR);
      s.memory.end = ~0ULL;
      co_await s.processor.store(reg(dma::DMA_CONTROL), 0);
      co_await s.processor.store(reg(dma::DMA_CONTROL), dma::CONTROL_ENABLE);
      co_await Delay{Simulation::current().scheduler(), 10 * microsecond};
      EXPECT_EQ(co_await s.processor.load(reg(dma::DMA_HEAD)), 1u);
      finished = true;
    }
  };
  system.start(Body::run(system, done));
  System::run();
  EXPECT_TRUE(done);
}

TEST_F(DmaEngineBlockTest, WaitsForBusMasterEnable) {
  system.enable();
  system.function().write_configuration(ConfigurationSpace::Command, 2,
                                        ConfigurationSpace::Memory_Space_Enable);
  put(0, {});
  bool done = false;
  struct Body {
    static Task<void> run(System& s, bool& finished) {
      co_await set_up(s, 4);
      co_await s.processor.store(reg(dma::DMA_TAIL), 1);
      co_await Delay{Simulation::current().scheduler(), 10 * microsecond};
      EXPECT_EQ(co_await s.processor.load(reg(dma::DMA_HEAD)), 0u);
      EXPECT_TRUE(s.memory.accesses.empty());
      co_await s.processor.store(System::ecam(1, 0, 4), 6, 2);
      co_await Delay{Simulation::current().scheduler(), 10 * microsecond};
      EXPECT_EQ(co_await s.processor.load(reg(dma::DMA_HEAD)), 1u);
      finished = true;
    }
  };
  system.start(Body::run(system, done));
  System::run();
  EXPECT_TRUE(done);
}

Task<void> ring_doorbells(System& s) {
  co_await s.processor.store(reg(dma::doorbell_region + 8), 17);
  co_await s.processor.store(reg(dma::doorbell_region + 12), 18);
}

TEST_F(DmaEngineBlockTest, DoorbellRegionTellsItsListener) {
  system.enable();
  std::vector<DoorbellWrite> seen;
  system.function().on_doorbell([&](const DoorbellWrite& write) { seen.push_back(write); });
  system.start(ring_doorbells(system));
  System::run();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].offset, 8u);
  EXPECT_EQ(seen[0].value, 17u);
  EXPECT_EQ(seen[1].offset, 12u);
  EXPECT_EQ(seen[0].time, line_time(24) + 170'000u);
}

}  // namespace
}  // namespace doorbell::pcie::test
