#pragma once

#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {

inline constexpr std::uint64_t Valid = 1ULL << 63, Indirect = 1ULL << 62, RaWaWb = 7ULL << 59;
inline constexpr std::uint64_t nC = 1ULL << 59, InnerShareable = 1 << 10, Shareability = 3 << 10;
inline constexpr std::uint64_t OuterCache = 7ULL << 53, Page_Size = 3 << 8;
inline constexpr unsigned GITS_CBASER = 0x80, GITS_CWRITER = 0x88, GITS_CREADR = 0x90;
inline constexpr unsigned PIDR2 = 0xFFE8, SGI_frame = 0x10000;
inline constexpr std::uint32_t lpi = 8192, DeviceID = 0x10;

constexpr std::uint64_t bits(std::uint64_t value, unsigned high, unsigned low) {
  return value >> low & ((1ULL << (high - low + 1)) - 1);
}

/// A GIC as Linux's drivers find it after reset, and their accesses.
class LinuxDrivers : public testing::Test {
 protected:
  explicit LinuxDrivers(const GicParameters& parameters = {}) : bench(parameters) {}
  std::uint64_t gicd(unsigned offset) { return bench.read(bench.gicd, offset, 4); }
  std::uint64_t gits(unsigned offset, unsigned size = 8) {
    return bench.read(bench.gits, offset, size);
  }
  void write_gits(unsigned offset, std::uint64_t value, unsigned size = 8) {
    ASSERT_TRUE(bench.write(bench.gits, offset, size, value));
  }
  std::uint64_t gicr(unsigned i, unsigned offset, unsigned size = 4) {
    return bench.read(*bench.gicr[i], offset, size);
  }
  void write_gicr(unsigned i, unsigned offset, std::uint64_t value, unsigned size = 4) {
    ASSERT_TRUE(bench.write(*bench.gicr[i], offset, size, value));
  }
  /// A million polls a microsecond apart are a time-out.
  template <class Done>
  void poll(Done done) {
    for (unsigned i = 0; i < 1000 && !done(); ++i)
      bench.advance(microsecond);
    EXPECT_TRUE(done());
  }
  /// The first of 64, 16 and 4 KiB that reads back.
  std::uint64_t probed_page_size(unsigned BASER) {
    for (std::uint64_t code = 2;; --code) {
      const std::uint64_t value = (gits(BASER) & ~(Page_Size | Valid)) | code << 8;
      write_gits(BASER, value);
      if ((gits(BASER) & Page_Size) == code << 8) return code;
      if (code == 0) ADD_FAILURE() << "no page size sticks";
      if (code == 0) return 0;
    }
  }
  /// Written with tables as there are for it; what reads back differs in Shareability alone.
  std::uint64_t settled(unsigned BASER, std::uint64_t value) {
    write_gits(BASER, value);
    const std::uint64_t read = gits(BASER);
    EXPECT_EQ(read & ~Shareability, value & ~Shareability) << std::hex << read;
    return read;
  }
  Bench bench;
};

/// The same with a device that has events, brought up.
class LinuxDevice : public LinuxDrivers {
 protected:
  LinuxDevice() {
    bench.bring_up();
    // its_create_device: MAPD, which has no SYNC.
    bench.map_device(DeviceID);
  }
  void activate(std::uint32_t event, std::uint16_t ICID = 0) {
    bench.configure(lpi + event, 0xA2);
    bench.issue({{.opcode = ItsOpcode::MAPTI,
                  .DeviceID = DeviceID,
                  .EventID = event,
                  .pINTID = lpi + event,
                  .ICID = ICID},
                 {.opcode = ItsOpcode::SYNC, .RDbase = bench.rdbase(ICID)}});
  }
  void configure(std::uint32_t event, std::uint8_t property) {
    bench.configure(lpi + event, property);
    bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = event},
                 {.opcode = ItsOpcode::SYNC, .RDbase = bench.rdbase(0)}});
  }
  std::uint64_t errors() { return bench.counter("its.dropped"); }
};

}  // namespace doorbell::gic::test
