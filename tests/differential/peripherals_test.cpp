// The peripherals beside QEMU's: the same accesses, and what each reads. Where they differ on
// purpose, the accesses are those for which they don't; docs/peripherals.md has the list.
#include <gtest/gtest.h>

#include <array>

#include "doorbell/core/arch/random.h"
#include "doorbell/peripherals/arch/flash_bank.h"
#include "doorbell/peripherals/arch/parameters.h"
#include "doorbell/peripherals/arch/pl011_registers.h"
#include "doorbell/peripherals/arch/pl011_state.h"
#include "doorbell/peripherals/arch/pl031_state.h"
#include "platforms/virt/memory_map.h"
#include "tests/differential/qtest_machine.h"

namespace doorbell::peripherals {
namespace {

/// Registers of a bank beside those of QEMU at `base`.
class Registers {
 public:
  Registers(test::QtestMachine& machine, RegisterBank& bank, std::uint64_t base)
      : machine_(machine), bank_(bank), base_(base) {}

  void write(std::uint64_t offset, std::uint32_t value) {
    machine_.write(base_ + offset, value);
    bank_.write(offset, 4, value);
  }
  void compare(std::span<const RegisterInfo> table, std::size_t access) {
    for (const RegisterInfo& info : table) {
      std::uint64_t ours = 0;
      bank_.read(info.offset, 4, ours);
      ASSERT_EQ(ours, machine_.read(base_ + info.offset)) << info.name << " after " << access;
    }
  }

 private:
  test::QtestMachine& machine_;
  RegisterBank& bank_;
  std::uint64_t base_;
};

TEST(QemuPeripherals, UartReadsTheSame) {
  test::QtestMachine machine(QEMU_SYSTEM_AARCH64);
  Pl011State state;
  Registers registers(machine, state.registers(), virt::uart.base);
  Random random(1);
  registers.compare(pl011_registers(), 0);
  // UARTRSR, the divisors, UARTLCR_H, UARTIFLS, UARTIMSC, UARTICR, UARTDMACR, and UARTDR twice.
  constexpr std::array<std::uint64_t, 10> offsets{0x00, 0x00, 0x04, 0x24, 0x28,
                                                  0x2C, 0x34, 0x38, 0x44, 0x48};
  for (std::size_t access = 1; access <= 300; ++access) {
    const std::uint64_t offset = offsets[random.below(offsets.size())];
    std::uint64_t bits = 0xFF;  // of what both keep: QEMU has some registers wider than they are
    for (const RegisterInfo& info : pl011_registers()) {
      if (info.offset == offset && info.writable != 0) bits = info.writable;
    }
    registers.write(offset, static_cast<std::uint32_t>(random.next() & bits));
    while (state.can_send())
      state.end_sending(state.begin_sending());  // a character takes no time
    ASSERT_NO_FATAL_FAILURE(registers.compare(pl011_registers(), access));
  }
}

TEST(QemuPeripherals, ClockReadsTheSame) {
  test::QtestMachine machine(QEMU_SYSTEM_AARCH64);
  Pl031State state(RtcParameters{}.seconds());
  Registers registers(machine, state.registers(), virt::rtc.base);
  Random random(2);
  registers.compare(pl031_registers(), 0);
  for (std::size_t access = 1; access <= 300; ++access) {
    const std::uint64_t offset = 4 * (1 + random.below(7));
    // Few values, so that RTCMR and RTCDR meet; the registers of one bit get no others.
    registers.write(offset, static_cast<std::uint32_t>(random.below(offset <= 0x08 ? 4 : 2)));
    ASSERT_NO_FATAL_FAILURE(registers.compare(pl031_registers(), access));
  }
}

/// A bank of flash beside QEMU's.
class FlashPair {
 public:
  std::uint32_t read(std::uint64_t offset) {
    std::array<std::uint8_t, 4> data{};
    bank_.read(offset, data);
    const std::uint32_t ours =
        data[0] | data[1] << 8U | data[2] << 16U | static_cast<std::uint32_t>(data[3]) << 24U;
    EXPECT_EQ(ours, machine_.read(virt::flash.base + offset)) << "at " << offset;
    return ours;
  }
  void write(std::uint64_t offset, std::uint32_t value) {
    const std::array<std::uint8_t, 4> data{
        static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
        static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
    bank_.write(offset, data);
    machine_.write(virt::flash.base + offset, value);
  }
  void command(std::uint64_t offset, std::uint32_t code) { write(offset, code << 16 | code); }
  void erase(std::uint64_t offset) {
    command(offset, 0x20);
    command(offset, 0xD0);
    read(offset);
  }

 private:
  test::QtestMachine machine_{QEMU_SYSTEM_AARCH64};
  FlashArray array_{virt::flash.size};
  FlashBank bank_{array_};
};

TEST(QemuPeripherals, FlashSaysTheSameOfItself) {
  FlashPair flash;
  flash.command(0x55 * 4, 0x98);
  for (std::uint64_t word = 0x10; word < 0x40; ++word)
    flash.read(word * 4);
  flash.command(0, 0xFF);
  flash.command(0, 0x90);
  for (std::uint64_t word = 0; word < 4; ++word)
    flash.read(word * 4);
  flash.command(0, 0x70);
  flash.read(0);
}

TEST(QemuPeripherals, FlashHoldsTheSame) {
  FlashPair flash;
  Random random(3);
  constexpr std::uint64_t blocks = 3;
  // QEMU's isn't erased from the start.
  for (std::uint64_t block = 0; block < blocks; ++block)
    flash.erase(block * FlashBank::block_bytes);
  std::uint64_t next = 0;  // each word is programmed once: QEMU's can be set back to one
  for (int round = 0; round < 200 && !testing::Test::HasFailure(); ++round) {
    const std::uint64_t start = next;
    if (random.below(2) == 0) {
      flash.command(next, random.below(2) == 0 ? 0x40 : 0x10);
      flash.write(next, static_cast<std::uint32_t>(random.next()));
      next += 4;
    } else {
      const std::uint64_t words = 1 + random.below(32);
      next = (next + 127) / 128 * 128;  // a buffer's words lie side by side in one buffer's place
      flash.command(next, 0xE8);
      flash.read(next);
      flash.command(next, static_cast<std::uint32_t>(words - 1));
      for (std::uint64_t i = 0; i < words; ++i, next += 4)
        flash.write(next, static_cast<std::uint32_t>(random.next()));
      flash.command(start, 0xD0);
    }
    flash.read(start);  // the status
    flash.command(0, random.below(2) == 0 ? 0xFF : 0x50);
    for (std::uint64_t at = start; at < next + 8; at += 4)
      flash.read(at);
    if (round == 100) {
      flash.erase(0x100);
      flash.command(0, 0xFF);
      flash.read(0);
      flash.read(FlashBank::block_bytes - 4);
      flash.read(FlashBank::block_bytes);
      next = FlashBank::block_bytes;
    }
  }
}

}  // namespace
}  // namespace doorbell::peripherals
