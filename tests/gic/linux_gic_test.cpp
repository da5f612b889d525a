// What Linux's GIC driver and that of GICv2m ask of the hardware, step by step (irq-gic-v3.c,
// irq-gic-v2m.c); the order of all of it is in the recordings (recorded_test.cpp).
#include <gtest/gtest.h>

#include "tests/gic/linux_drivers.h"

namespace doorbell::gic::test {
namespace {

// gic_of_init, gic_dist_init.
TEST_F(LinuxDrivers, SetTheDistributorUp) {
  EXPECT_EQ(bits(gicd(PIDR2), 7, 4), 3U);
  EXPECT_EQ(gicd(0xC), 0U) << "GICD_TYPER2";
  EXPECT_NE(gicd(0x8), 0x0204043bU);
  EXPECT_NE(gicd(0x8), 0U) << "HIP07 to Linux, which then leaves extended SPIs alone";
  const auto lines = static_cast<unsigned>(32 * (bits(gicd(0x4), 4, 0) + 1));
  const auto wait_for_rwp = [&] { poll([&] { return gicd(0x0) >> 31 == 0; }); };
  EXPECT_TRUE(bench.write(bench.gicd, 0x0, 4, 0));
  wait_for_rwp();
  for (unsigned i = 32; i < lines; i += 32) {
    EXPECT_TRUE(bench.write(bench.gicd, 0x80 + i / 8, 4, 0xFFFF'FFFF));   // IGROUPR
    EXPECT_TRUE(bench.write(bench.gicd, 0x380 + i / 8, 4, 0xFFFF'FFFF));  // ICACTIVER
    EXPECT_TRUE(bench.write(bench.gicd, 0x180 + i / 8, 4, 0xFFFF'FFFF));  // ICENABLER
  }
  for (unsigned i = 32; i < lines; i += 16)
    EXPECT_TRUE(bench.write(bench.gicd, 0xC00 + i / 4, 4, 0));  // ICFGR
  for (unsigned i = 32; i < lines; i += 4)
    EXPECT_TRUE(bench.write(bench.gicd, 0x400 + i, 4, 0xA0A0'A0A0));  // IPRIORITYR
  wait_for_rwp();
  EXPECT_TRUE(bench.write(bench.gicd, 0x0, 4, 0x13));
  wait_for_rwp();
  EXPECT_EQ(gicd(0x0), 0x53U) << "with DS, which tells Linux that there is one Security state";
  for (unsigned i = 32; i < lines; ++i)
    EXPECT_TRUE(bench.write(bench.gicd, 0x6000 + 8 * i, 8, 0));  // IROUTER
  // gic_set_type: what doesn't stick is an error.
  for (const std::uint64_t edge : {2U, 0U}) {
    EXPECT_TRUE(bench.write(bench.gicd, 0xC00 + 48 / 4, 4, edge));
    EXPECT_EQ(gicd(0xC00 + 48 / 4) & 3, edge);
  }
}

// gic_iterate_rdists, gic_enable_redist, gic_cpu_config.
TEST_F(LinuxDrivers, FindEachProcessorsRedistributor) {
  for (unsigned i = 0; i < 2; ++i) {
    EXPECT_EQ(bits(gicr(i, PIDR2), 7, 4), 3U);
    const std::uint64_t TYPER = gicr(i, 0x8, 8);
    EXPECT_EQ(TYPER >> 32, i) << "its affinity";
    EXPECT_EQ(TYPER >> 4 & 1, i == 1 ? 1U : 0U) << "Last";
    EXPECT_EQ(bits(TYPER, 31, 27), 0U) << "PPInum: 16";
    write_gicr(i, 0x14, gicr(i, 0x14) & ~std::uint64_t{2});
    poll([&] { return (gicr(i, 0x14) & 4) == 0; });
    write_gicr(i, SGI_frame + 0x80, 0xFFFF'FFFF);
    write_gicr(i, SGI_frame + 0x380, 0xFFFF'FFFF);
    write_gicr(i, SGI_frame + 0x180, 0xFFFF'FFFF);
    for (unsigned n = 0; n < 32; n += 4)
      write_gicr(i, SGI_frame + 0x400 + n, 0xA0A0'A0A0);
    poll([&] { return (gicr(i, 0x0) >> 3 & 1) == 0; });
  }
}

// gic_cpu_sys_reg_init.
TEST_F(LinuxDrivers, SetTheCpuInterfaceUp) {
  bench.write_icc(0, ICC_SRE_EL1, bench.read_icc(0, ICC_SRE_EL1) | 1);
  EXPECT_EQ(bench.read_icc(0, ICC_SRE_EL1) & 1, 1U);
  const auto priority_bits =
      static_cast<unsigned>(bits(bench.read_icc(0, ICC_CTLR_EL1), 10, 8) + 1);
  EXPECT_GE(priority_bits, 4U);
  const std::uint64_t lowest = 1U << (8 - priority_bits);
  bench.write_icc(0, ICC_PMR_EL1, lowest);
  EXPECT_EQ(bench.read_icc(0, ICC_PMR_EL1), lowest) << "as many bits as it says";
  bench.write_icc(0, ICC_PMR_EL1, lowest - 1);
  EXPECT_EQ(bench.read_icc(0, ICC_PMR_EL1), 0U) << "and no more";
  bench.write_icc(0, ICC_PMR_EL1, 0xF0);
  bench.write_icc(0, ICC_BPR1_EL1, 0);
  for (const std::uint64_t EOImode : {2U, 0U}) {
    bench.write_icc(0, ICC_CTLR_EL1, EOImode);
    EXPECT_EQ(bench.read_icc(0, ICC_CTLR_EL1) & 2, EOImode);
  }
  bench.write_icc(0, ICC_AP0R0_EL1, 0);
  bench.write_icc(0, ICC_AP1R0_EL1, 0);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.read_icc(0, ICC_IGRPEN1_EL1), 1U);
}

// gic_handle_irq reads ICC_IAR1_EL1 once an exception, and ends nothing special.
TEST_F(LinuxDevice, TheLineStaysHighWhileAnythingIsLeft) {
  for (std::uint32_t event = 0; event < 3; ++event) {
    activate(event);
    configure(event, 0xA3);
    bench.doorbell(DeviceID, event);
  }
  bench.advance(10 * microsecond);
  for (unsigned taken = 0; taken < 3; ++taken) {
    EXPECT_TRUE(bench.processors[0]->irq) << taken;
    const std::uint32_t INTID = bench.acknowledge(0);
    EXPECT_GE(INTID, lpi);
    bench.end(0, INTID);
    bench.advance(microsecond);
  }
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(0), 1023U);
}

// With EOImode 1 an LPI has its priority dropped before its handler, and is never deactivated.
TEST_F(LinuxDevice, WithEOImode1AnLpiNeedsNoDIR) {
  bench.write_icc(0, ICC_CTLR_EL1, 2);
  activate(0);
  configure(0, 0xA3);
  for (unsigned i = 0; i < 2; ++i) {
    bench.doorbell(DeviceID, 0);
    bench.advance(10 * microsecond);
    EXPECT_EQ(bench.acknowledge(0), lpi) << i;
    bench.end(0, lpi);
    EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xFFU);
  }
}

// gic_ipi_send_mask.
TEST_F(LinuxDevice, AnSgiReachesTheProcessorOfItsTargetList) {
  bench.write(*bench.gicr[1], SGI_frame + 0x100, 4, 0xFF);  // GICR_ISENABLER0
  bench.write_icc(0, ICC_SGI1R_EL1, std::uint64_t{3} << 24 | 1 << 1);
  bench.advance(microsecond);
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(1), 3U);
}

class LinuxV2m : public LinuxDrivers {
 protected:
  static GicParameters parameters() {
    GicParameters parameters;
    parameters.doorbell = DoorbellKind::v2m;
    parameters.lpis = LpiSupport::none;
    return parameters;
  }
  LinuxV2m() : LinuxDrivers(parameters()) {}
  std::uint64_t frame(unsigned offset) { return bench.read(*bench.messages, offset, 4); }
};

// gicv2m_init_one, gicv2m_compose_msi_msg.
TEST_F(LinuxV2m, FindAFrameWhoseSpisAreTheirs) {
  EXPECT_EQ(bits(gicd(0x4), 17, 17), 0U) << "GICD_TYPER.LPIS: there is no ITS to prefer";
  const std::uint64_t base = bits(frame(0x8), 25, 16), count = bits(frame(0x8), 9, 0);
  EXPECT_GE(base, 32U);
  EXPECT_GT(count, 0U);
  EXPECT_LE(base + count, 1020U);
  for (const std::uint64_t quirk : {0x06000170U, 0x0000013fU})
    EXPECT_NE(frame(0xFCC), quirk);
}

}  // namespace
}  // namespace doorbell::gic::test
