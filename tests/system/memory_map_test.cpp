// Every block answers at its place in the memory map of QEMU's virt machine.
#include "platforms/virt/memory_map.h"

#include <gtest/gtest.h>

#include <systemc>

#include "platforms/virt/platform.h"

namespace doorbell::virt {
namespace {

class MemoryMap : public testing::Test {
 protected:
  /// What processor 0 reads at `address`, 32 bits.
  std::uint32_t read(std::uint64_t address) {
    std::uint64_t value = 0;
    run([&](cpu::NativeProcessor& processor) {
      value = processor.load(address, 4, cpu::NativeProcessor::MemoryType::device);
    });
    return static_cast<std::uint32_t>(value);
  }

  /// Runs `firmware` on processor 0 to its end.
  void run(std::function<void(cpu::NativeProcessor&)> firmware) {
    platform_.native_processor(0).set_firmware([&] { firmware(cpu::NativeProcessor::current()); });
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
    EXPECT_TRUE(platform_.processor(0).halted());
    EXPECT_EQ(platform_.protocol_violations(), 0u);
  }

  VirtParameters parameters_{.check_protocol = true};
  Platform platform_{"virt", parameters_};
};

TEST_F(MemoryMap, MemoryHoldsWhatIsWritten) {
  std::uint64_t value = 0;
  run([&](cpu::NativeProcessor& processor) {
    const std::uint64_t last = ram_base + parameters_.ram.size - 8;
    processor.store(last, 8, 0x0123'4567'89ab'cdef, cpu::NativeProcessor::MemoryType::normal);
    value = processor.load(last, 8, cpu::NativeProcessor::MemoryType::normal);
  });
  EXPECT_EQ(value, 0x0123'4567'89ab'cdefu);
}

// GICD_TYPER.LPIS, bit 17 (IHI 0069, 12.9.38).
TEST_F(MemoryMap, DistributorSupportsLpis) {
  EXPECT_EQ(read(gicd.base + 0x4) >> 17 & 1, 1u);
}

// GICR_TYPER: affinity in [63:32], Last in bit 4 (12.11.35).
TEST_F(MemoryMap, RedistributorsAreInTheOrderOfTheProcessors) {
  run([](cpu::NativeProcessor& processor) {
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint64_t typer = processor.load(gicr.base + i * gicr_stride + 0x8, 8,
                                                 cpu::NativeProcessor::MemoryType::device);
      EXPECT_EQ(typer >> 32, i);
      EXPECT_EQ(typer >> 4 & 1, i == 3 ? 1u : 0u);
    }
  });
}

// GITS_TYPER.Physical, bit 0 (12.19.10).
TEST_F(MemoryMap, ItsTranslatesPhysicalLpis) {
  EXPECT_EQ(read(its_control.base + 0x8) & 1, 1u);
}

// SMMU_IDR0.S1P, bit 1 (IHI 0070, 6.3.1).
TEST_F(MemoryMap, SmmuHasStage1) {
  EXPECT_EQ(read(smmu.base) >> 1 & 1, 1u);
}

TEST_F(MemoryMap, EndpointsAreAtDevices1And2OfBus0) {
  run([&](cpu::NativeProcessor& processor) {
    for (unsigned device = 0; device < 4; ++device) {
      const std::uint64_t id = processor.load(parameters_.root_complex.ecam_base + (device << 15),
                                              4, cpu::NativeProcessor::MemoryType::device);
      const bool endpoint = device == 1 || device == 2;
      EXPECT_EQ(id == 0x0dbe'1b36, endpoint) << device;
      if (device == 3) {
        EXPECT_EQ(id, 0xffff'ffffu);
      }
    }
  });
}

TEST_F(MemoryMap, NothingAnswersElsewhere) {
  EXPECT_EQ(read(0x0a00'0000), 0xffff'ffffu);
}

}  // namespace
}  // namespace doorbell::virt
