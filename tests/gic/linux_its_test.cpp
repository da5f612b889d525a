// What Linux's ITS driver asks of the hardware, step by step (irq-gic-v3-its.c). What one does
// wrong here it says at boot, and does without. The order of all of it is in the recordings
// (recorded_test.cpp).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/gic/linux_drivers.h"

namespace doorbell::gic::test {
namespace {

// its_of_probe, its_reset_one, its_probe_one.
TEST_F(LinuxDrivers, FindAnItsThatTheyKnow) {
  EXPECT_EQ(bits(gicd(0x4), 17, 17), 1U) << "GICD_TYPER.LPIS";
  EXPECT_EQ(bits(gits(PIDR2, 4), 7, 4), 3U);
  EXPECT_EQ(gits(0x0, 4), 0x8000'0000U) << "quiescent, and not enabled";
  for (unsigned n = 0; n < 8; ++n) {
    const unsigned BASER = 0x100 + 8 * n;
    const std::uint64_t before = gits(BASER);
    write_gits(BASER, 0);
    constexpr std::uint64_t read_only = 7ULL << 56 | 0x1FULL << 48;
    EXPECT_EQ(gits(BASER), before & read_only) << n;
    EXPECT_EQ(bits(before, 58, 56), n == 0 ? 1U : n == 1 ? 4U : 0U) << "Type of " << n;
  }
  const std::uint64_t TYPER = gits(0x8);
  EXPECT_EQ(TYPER & 3, 1U) << "Physical, and no virtual LPIs";
  EXPECT_GE(bits(TYPER, 17, 13) + 1, 16U) << "Devbits";
  EXPECT_EQ(TYPER >> 19 & 1, 0U) << "PTA";
  const std::uint64_t IIDR = gits(0x4, 4);
  for (const std::uint64_t quirk :
       {0x0U, 0xa100034cU, 0x00001070U, 0x0001143bU, 0x00000004U, 0x0201743bU})
    EXPECT_NE(IIDR, quirk);
}

// its_alloc_tables, its_probe_baser_psz, its_parse_indirect_baser, its_setup_baser.
TEST_F(LinuxDrivers, AgreeWithTheItsOnItsTables) {
  const std::uint64_t devices = probed_page_size(0x100);
  EXPECT_EQ(devices, 2U) << "64 KiB";
  const std::uint64_t try_indirect = gits(0x100) | Indirect | InnerShareable | RaWaWb;
  write_gits(0x100, try_indirect);
  EXPECT_NE(gits(0x100) & Indirect, 0U);
  const std::uint64_t kept = gits(0x100) & (7ULL << 56 | 0x1FULL << 48);
  const std::uint64_t settled_devices =
      settled(0x100, Valid | Indirect | RaWaWb | kept | device_table | InnerShareable | 2 << 8);
  EXPECT_EQ(settled_devices & Shareability, InnerShareable);
  EXPECT_EQ(settled_devices & OuterCache, 0U);
  EXPECT_EQ(probed_page_size(0x108), 2U);
  const std::uint64_t of_collections = gits(0x108) & (7ULL << 56 | 0x1FULL << 48);
  settled(0x108, Valid | RaWaWb | of_collections | collection_table | InnerShareable | 2 << 8);
  EXPECT_EQ(bits(of_collections, 58, 56), 4U);
}

class LinuxWithoutShareability : public LinuxDrivers {
 protected:
  static GicParameters parameters() {
    GicParameters parameters;
    parameters.its.shareability = ItsShareability::none;
    parameters.redistributor.shareability = TableShareability::none;
    return parameters;
  }
  LinuxWithoutShareability() : LinuxDrivers(parameters()) {}
};

// What reads back without Shareability is written anew as non-cacheable, and stays so.
TEST_F(LinuxWithoutShareability, MakeTablesNonCacheable) {
  const std::uint64_t kept = gits(0x100) & (7ULL << 56 | 0x1FULL << 48);
  const std::uint64_t wanted = Valid | kept | device_table | 2 << 8;
  write_gits(0x100, wanted | RaWaWb | InnerShareable);
  EXPECT_EQ(gits(0x100) & Shareability, 0U);
  write_gits(0x100, wanted | nC);
  EXPECT_EQ(gits(0x100), wanted | nC);
  write_gits(GITS_CBASER, Valid | RaWaWb | InnerShareable | queue_base | 15);
  EXPECT_EQ(gits(GITS_CBASER) & Shareability, 0U);
  write_gits(GITS_CBASER, Valid | nC | queue_base | 15);
  EXPECT_EQ(gits(GITS_CBASER), Valid | nC | queue_base | 15);
  for (const unsigned base : {0x70U, 0x78U}) {
    const std::uint64_t address = base == 0x70 ? configuration_table | 15 : pending_tables;
    write_gicr(0, base, address | 7 << 7 | InnerShareable, 8);
    EXPECT_EQ(gicr(0, base, 8) & Shareability, 0U) << base;
    write_gicr(0, base, address | 1 << 7, 8);
    EXPECT_EQ(gicr(0, base, 8), address | 1 << 7) << base;
  }
}

// its_probe_one, its_post_commands, its_wait_for_range_completion.
TEST_F(LinuxDrivers, HaveTheirCommandsConsumed) {
  write_gits(GITS_CBASER, Valid | RaWaWb | InnerShareable | queue_base | 15);
  EXPECT_EQ(gits(GITS_CBASER), Valid | RaWaWb | InnerShareable | queue_base | 15);
  EXPECT_EQ(gits(GITS_CREADR), 0U) << "software never writes it";
  bench.bring_up();
  EXPECT_EQ(gits(GITS_CREADR, 4), gits(GITS_CWRITER, 4));
  // A bad one stalls nothing: Linux doesn't know Retry.
  bench.issue({{.opcode = ItsOpcode::MAPTI, .DeviceID = 0x77, .pINTID = lpi},
               {.opcode = static_cast<ItsOpcode>(0x55)},
               {.opcode = ItsOpcode::SYNC, .RDbase = bench.rdbase(0)}});
  EXPECT_EQ(gits(GITS_CREADR, 4), gits(GITS_CWRITER, 4)) << "and Stalled is 0";
}

// gic_init_bases, its_setup_lpi_prop_table, its_cpu_init_lpis.
TEST_F(LinuxDrivers, GiveRedistributorsTheirLpiTables) {
  EXPECT_GE(bits(gicd(0x4), 23, 19), 13U) << "IDbits";
  EXPECT_EQ(bits(gicd(0x4), 15, 11), 0U) << "num_LPIs";
  for (unsigned i = 0; i < 2; ++i) {
    const std::uint64_t TYPER = gicr(i, 0x8, 8);
    EXPECT_EQ(TYPER & 0b1001, 1U) << "PLPIS, and not DirectLPI";
    EXPECT_EQ(bits(TYPER, 23, 8), i) << "Processor_Number, which MAPC names";
    EXPECT_EQ(gicr(i, 0x0) & 0b101, 0U) << "IR and EnableLPIs";
    const std::uint64_t PROPBASER = configuration_table | 7 << 7 | InnerShareable | 15;
    write_gicr(i, 0x70, PROPBASER, 8);
    EXPECT_EQ(gicr(i, 0x70, 8), PROPBASER);
    const std::uint64_t PENDBASER = (pending_tables + i * 0x10000) | 7 << 7 | InnerShareable;
    write_gicr(i, 0x78, PENDBASER, 8);
    EXPECT_EQ(gicr(i, 0x78, 8), PENDBASER) << "PTZ reads 0";
    write_gicr(i, 0x0, gicr(i, 0x0) | 1);
    EXPECT_EQ(gicr(i, 0x0) & 1, 1U);
  }
}

// redist_disable_lpis: what kexec finds.
TEST_F(LinuxDrivers, SwitchLpisOffThatWereLeftOn) {
  bench.bring_up();
  write_gicr(0, 0x0, gicr(0, 0x0) & ~std::uint64_t{1});
  poll([&] { return (gicr(0, 0x0) >> 3 & 1) == 0; });
  EXPECT_EQ(gicr(0, 0x0) & 1, 0U);
}

// Up to 6.10 the vector is unmasked before the LPI: an MSI between them fires with the INV.
TEST_F(LinuxDevice, AnMsiAheadOfTheUnmaskingIsKept) {
  activate(0);
  EXPECT_TRUE(bench.doorbell(DeviceID, 0));
  bench.advance(10 * microsecond);
  EXPECT_FALSE(bench.processors[0]->irq);
  configure(0, 0xA3);
  bench.advance(10 * microsecond);
  EXPECT_TRUE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

// its_set_affinity: MOVI with a SYNC to the processor that it leaves.
TEST_F(LinuxDevice, APendingLpiMovesOrIsDeliveredOnce) {
  activate(0);
  configure(0, 0xA3);
  bench.doorbell(DeviceID, 0);
  bench.issue({{.opcode = ItsOpcode::MOVI, .DeviceID = DeviceID, .EventID = 0, .ICID = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = bench.rdbase(0)}});
  bench.advance(10 * microsecond);
  const std::array taken{bench.acknowledge(0), bench.acknowledge(1)};
  EXPECT_EQ(std::ranges::count(taken, lpi), 1);
  EXPECT_EQ(std::ranges::count(taken, 1023U), 1);
}

// its_irq_domain_deactivate, its_free_device: the ITT is freed once GITS_CREADR has passed MAPD.
TEST_F(LinuxDevice, NothingIsReadOfADeviceThatIsGone) {
  activate(0);
  configure(0, 0xA3);
  bench.issue({{.opcode = ItsOpcode::DISCARD, .DeviceID = DeviceID, .EventID = 0},
               {.opcode = ItsOpcode::SYNC, .RDbase = bench.rdbase(0)},
               {.opcode = ItsOpcode::MAPD, .DeviceID = DeviceID, .Size = 4}});
  bench.memory.faulty = itts;
  EXPECT_TRUE(bench.doorbell(DeviceID, 0));
  bench.advance(10 * microsecond);
  EXPECT_EQ(errors(), 1U);
  EXPECT_EQ(bench.counter("its.dropped_for.MEMORY_FAULT"), 0U);
  EXPECT_FALSE(bench.processors[0]->irq);
}

// its_cpu_init_collections of a processor that comes back.
TEST_F(LinuxDevice, AProcessorThatComesBackMapsItsCollectionAgain) {
  activate(0, 1);
  configure(0, 0xA3);
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 1, .RDbase = bench.rdbase(1), .V = true},
               {.opcode = ItsOpcode::SYNC, .RDbase = bench.rdbase(1)},
               {.opcode = ItsOpcode::INVALL, .ICID = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = bench.rdbase(1)}});
  bench.doorbell(DeviceID, 0);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.acknowledge(1), lpi);
}

// its_save_disable, its_restore_enable: all is where it was.
TEST_F(LinuxDevice, IsThereAfterSuspend) {
  activate(0);
  configure(0, 0xA3);
  const std::uint64_t CBASER = gits(GITS_CBASER);
  const std::uint64_t devices = gits(0x100), collections = gits(0x108);
  write_gits(0x0, gits(0x0, 4) & ~std::uint64_t{3}, 4);
  poll([&] { return gits(0x0, 4) == 0x8000'0000U; });
  write_gits(GITS_CBASER, CBASER);
  write_gits(GITS_CWRITER, 0);
  write_gits(0x100, devices);
  write_gits(0x108, collections);
  EXPECT_EQ(gits(GITS_CREADR), 0U);
  write_gits(0x0, gits(0x0, 4) | 1, 4);
  bench.doorbell(DeviceID, 0);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

}  // namespace
}  // namespace doorbell::gic::test
