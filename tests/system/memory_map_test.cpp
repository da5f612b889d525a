// Every block answers at its place in the memory map of QEMU's virt machine.
#include "platforms/virt/memory_map.h"

#include <gtest/gtest.h>

#include <systemc>

#include "platforms/virt/address_space.h"
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

  /// Accesses that no target owns, so far.
  std::uint64_t decode_errors() {
    std::uint64_t errors = 0;
    platform_.simulation().statistics().visit([&](const Statistic& statistic) {
      if (statistic.path() != "virt.fabric.decode_errors") return;
      errors = dynamic_cast<const Counter&>(statistic).value();
    });
    return errors;
  }

  explicit MemoryMap(bool peripherals = false, std::uint32_t processors = 4)
      : parameters_{.processors = processors, .peripherals = peripherals, .check_protocol = true} {}

  VirtParameters parameters_;
  Platform platform_{"virt", parameters_};
};

class MemoryMapWithPeripherals : public MemoryMap {
 protected:
  MemoryMapWithPeripherals() : MemoryMap(true) {}
  /// The bytes of a PrimeCell's identification: peripheral, cell.
  std::pair<std::uint32_t, std::uint32_t> identification(Range range) {
    std::uint32_t peripheral = 0, cell = 0;
    run([&](cpu::NativeProcessor& processor) {
      for (unsigned i = 0; i < 4; ++i) {
        const auto byte = [&](std::uint64_t offset) {
          return static_cast<std::uint32_t>(processor.load(range.base + offset + 4 * i, 4,
                                                           cpu::NativeProcessor::MemoryType::device)
                                            << 8 * i);
        };
        peripheral |= byte(0xFE0);
        cell |= byte(0xFF0);
      }
    });
    return {peripheral, cell};
  }
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

/// QEMU's virt: redistributors of processors 123 and on are in a region of their own.
class MemoryMapOfMany : public MemoryMap {
 protected:
  MemoryMapOfMany() : MemoryMap(false, 256) {}
};

TEST_F(MemoryMapOfMany, RedistributorsAreInTwoRegionsEachWithItsLast) {
  run([](cpu::NativeProcessor& processor) {
    for (const std::uint32_t i : {0u, 15u, 16u, 122u, 123u, 124u, 255u}) {
      const std::uint64_t base =
          i < 123 ? gicr.base + i * gicr_stride : high_gicr.base + (i - 123) * gicr_stride;
      const std::uint64_t typer =
          processor.load(base + 0x8, 8, cpu::NativeProcessor::MemoryType::device);
      EXPECT_EQ(typer >> 32, (i / 16) << 8 | i % 16) << i;
      EXPECT_EQ(typer >> 8 & 0xFFFF, i) << "Processor_Number";
      EXPECT_EQ(typer >> 4 & 1, i == 122 || i == 255 ? 1u : 0u) << i;
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
  std::uint64_t errors = 0;
  run([&](cpu::NativeProcessor& processor) {
    const auto errors_of = [&](std::uint64_t address) {
      const std::uint64_t before = decode_errors();
      processor.load(address, 4, cpu::NativeProcessor::MemoryType::device);
      return decode_errors() - before;
    };
    for (const std::uint64_t address :
         {0x0ULL, 0x0400'0000ULL, 0x0a00'0000ULL, 0x0900'0000ULL, 0x0901'0000ULL, 0x0902'0000ULL,
          0x0c00'0000ULL, 0x100'0000'0000ULL})
      errors += errors_of(address);
    for (const Range window : {pcie_mmio, pcie_io, pcie_high_mmio})
      errors += 100 * (errors_of(window.base) + errors_of(window.base + window.size - 4));
  });
  EXPECT_EQ(errors, 8u) << "and nobody's addresses in PCIe's windows aren't an error";
}

// Windows in which no function claims the address: PCIe 6.0 2.3.1.
TEST_F(MemoryMap, PciesWindowsReadAsAllOnesWhereNoFunctionIs) {
  std::vector<std::uint64_t> values;
  run([&](cpu::NativeProcessor& processor) {
    for (const Range window : {pcie_io, pcie_high_mmio})
      values.push_back(
          processor.load(window.base + 0x10, 4, cpu::NativeProcessor::MemoryType::device));
  });
  EXPECT_EQ(values, (std::vector<std::uint64_t>{0xffff'ffff, 0xffff'ffff}));
}

TEST_F(MemoryMap, NoPeripheralIsThereUnlessAskedFor) {
  EXPECT_EQ(platform_.uart(), nullptr);
  EXPECT_EQ(target_at(parameters_, uart.base), "nothing");
}

TEST_F(MemoryMapWithPeripherals, TheUartIsAPl011) {
  EXPECT_EQ(identification(uart), (std::pair{0x0014'1011u, 0xB105'F00Du}));
}

TEST_F(MemoryMapWithPeripherals, TheClockIsAPl031) {
  EXPECT_EQ(identification(rtc), (std::pair{0x0014'1031u, 0xB105'F00Du}));
}

TEST_F(MemoryMapWithPeripherals, RomIsAtZeroAndIgnoresWrites) {
  std::uint64_t value = 0;
  run([&](cpu::NativeProcessor& processor) {
    const std::uint64_t last = rom.base + rom.size - 4;
    processor.store(last, 4, 1, cpu::NativeProcessor::MemoryType::device);
    value = processor.load(last, 4, cpu::NativeProcessor::MemoryType::device);
  });
  EXPECT_EQ(value, 0u);
  EXPECT_EQ(decode_errors(), 0u);
}

// JESD68.01 4.3.
TEST_F(MemoryMapWithPeripherals, FlashAnswersTheCfiQuery) {
  std::uint64_t value = 0;
  run([&](cpu::NativeProcessor& processor) {
    processor.store(flash.base + 0x55 * 4, 4, 0x0098'0098,
                    cpu::NativeProcessor::MemoryType::device);
    value = processor.load(flash.base + 0x10 * 4, 4, cpu::NativeProcessor::MemoryType::device);
  });
  EXPECT_EQ(value, 0x0051'0051u) << "Q, twice";
}

TEST_F(MemoryMapWithPeripherals, TheirInterruptsAreSpis1And2) {
  run([&](cpu::NativeProcessor& processor) {
    const auto store = [&](std::uint64_t address, std::uint32_t value) {
      processor.store(address, 4, value, cpu::NativeProcessor::MemoryType::device);
    };
    store(uart.base + 0x38, 1U << 5);  // UARTIMSC.TXIM
    store(uart.base, 'x');
    store(rtc.base + 0x10, 1);  // RTCIMSC
    store(rtc.base + 0x04, static_cast<std::uint32_t>(processor.load(
                               rtc.base, 4, cpu::NativeProcessor::MemoryType::device)));
    const std::uint64_t pending =
        processor.load(gicd.base + 0x204, 4, cpu::NativeProcessor::MemoryType::device);
    EXPECT_EQ(pending, 0b110u) << "GICD_ISPENDR1";
  });
}

}  // namespace
}  // namespace doorbell::virt
