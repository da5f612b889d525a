// What a driver sees that forgets a command: the stale thing used.

#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t DeviceID = 0x10;
constexpr std::uint32_t lpi = 8200;
constexpr std::uint8_t enabled = 0xA3, masked = 0xA2;
constexpr std::uint64_t itt = itts + DeviceID * 0x100000;

class LeftOut : public testing::Test {
 protected:
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    for (std::uint32_t event = 0; event < 4; ++event) {
      bench.map_event(DeviceID, event, lpi + event);
      bench.configure(lpi + event, enabled);
    }
    EXPECT_EQ(interrupt_at(0), lpi) << "all caches are filled";
  }
  void settle() { bench.advance(2 * microsecond); }
  /// What a processor gets of event 0.
  std::uint32_t interrupt_at(unsigned processor) {
    bench.doorbell(DeviceID, 0);
    settle();
    const std::uint32_t INTID = bench.acknowledge(processor);
    if (INTID != spurious_INTID) bench.end(processor, INTID);
    return INTID;
  }
  void poke(std::uint64_t address, const ItsEntryBytes& entry, unsigned bytes) {
    bench.memory.poke(address, std::span(entry).first(bytes));
  }
  static ItsCommand of_event(ItsOpcode opcode, std::uint16_t ICID = 0) {
    return {.opcode = opcode, .DeviceID = DeviceID, .EventID = 0, .ICID = ICID};
  }
  Bench bench;
};

TEST_F(LeftOut, WithoutINVTheOldConfiguration) {
  bench.configure(lpi, masked);
  EXPECT_EQ(interrupt_at(0), lpi) << "masked in memory alone";
  bench.issue({of_event(ItsOpcode::INV), {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(interrupt_at(0), spurious_INTID);
}

TEST_F(LeftOut, WithoutINVALLTheOldConfiguration) {
  bench.configure(lpi, masked);
  EXPECT_EQ(interrupt_at(0), lpi);
  bench.issue({{.opcode = ItsOpcode::INVALL, .ICID = 0}, {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(interrupt_at(0), spurious_INTID);
}

TEST_F(LeftOut, WithoutSYNCTheCommandsEffectIsYetToCome) {
  bench.configure(lpi, masked);
  bench.issue({of_event(ItsOpcode::INV), {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(interrupt_at(0), spurious_INTID) << "pending, and masked";
  bench.memory.more_for_lpis = 20 * microsecond;
  bench.configure(lpi, enabled);
  bench.issue({of_event(ItsOpcode::INV)});
  EXPECT_EQ(bench.read(bench.gits, 0x90, 4), bench.read(bench.gits, 0x88, 4)) << "INV is done";
  EXPECT_EQ(bench.acknowledge(0), spurious_INTID) << "but the redistributor has the old byte";
  bench.issue({{.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_F(LeftOut, WithoutDISCARDTheEventStaysMapped) {
  poke(itt, {}, 12);
  EXPECT_EQ(interrupt_at(0), lpi) << "software's own write of the table isn't looked at";
  bench.issue({of_event(ItsOpcode::DISCARD), {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(interrupt_at(0), spurious_INTID);
}

TEST_F(LeftOut, WithoutMOVITheOldProcessorIsInterrupted) {
  poke(itt, encode(InterruptEntry{true, lpi, 1}, 12), 12);
  EXPECT_EQ(interrupt_at(0), lpi);
  bench.issue({of_event(ItsOpcode::MOVI, 1), {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(interrupt_at(1), lpi);
}

TEST_F(LeftOut, WithoutMAPDTheOldInterruptTranslationTableIsUsed) {
  constexpr std::uint64_t elsewhere = itts + 0x800'0000;
  poke(elsewhere, encode(InterruptEntry{true, lpi + 3, 0}, 12), 12);
  poke(device_table + DeviceID * 8, encode(DeviceEntry{true, elsewhere, 4}), 8);
  EXPECT_EQ(interrupt_at(0), lpi);
  bench.issue({{.opcode = ItsOpcode::MAPD,
                .DeviceID = DeviceID,
                .ITT_addr = elsewhere,
                .Size = 4,
                .V = true}});
  EXPECT_EQ(interrupt_at(0), lpi + 3);
}

TEST_F(LeftOut, WithoutMAPCTheOldProcessorIsInterrupted) {
  poke(collection_table, encode(CollectionEntry{true, 1}, 8), 8);
  EXPECT_EQ(interrupt_at(0), lpi);
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = true},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(interrupt_at(1), lpi);
}

TEST_F(LeftOut, MAPTIMayComeBeforeMAPC) {
  bench.map_event(DeviceID, 0, lpi, 7);
  EXPECT_EQ(bench.counter("its.command_errors.UNMAPPED_COLLECTION"), 0u);
  EXPECT_EQ(interrupt_at(0), spurious_INTID);
  EXPECT_EQ(bench.counter("its.dropped_for.UNMAPPED_COLLECTION"), 1u) << "the MSI alone fails";
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 7, .RDbase = 1, .V = true}});
  EXPECT_EQ(interrupt_at(1), lpi);
}

// What stays where it is, though its mapping changes.

TEST_F(LeftOut, MAPCLeavesPendingLpisWhereTheyAre) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 0);
  settle();
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = true},
               {.opcode = ItsOpcode::SYNC, .RDbase = 0},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(bench.gic.redistributor(1).lpis().pending(), 0u);
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .V = false}, {.opcode = ItsOpcode::SYNC}});
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), lpi) << "remapped and unmapped, it is pending there still";
}

TEST_F(LeftOut, MAPDOfAMappedDeviceDropsItsCachedEvents) {
  bench.map_device(DeviceID);  // the same ITT, which software has not cleared
  EXPECT_EQ(interrupt_at(0), lpi) << "the table counts as memory has it";
  poke(itt, {}, 12);
  EXPECT_EQ(interrupt_at(0), lpi);
  bench.map_device(DeviceID);
  EXPECT_EQ(interrupt_at(0), spurious_INTID) << "no event is remembered";
}

TEST_F(LeftOut, MOVIToARedistributorWithLpisOffIsCounted) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 0);
  bench.write(*bench.gicr[1], 0, 4, 0);
  bench.advance(200 * microsecond);
  bench.issue({of_event(ItsOpcode::MOVI, 1), {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(bench.counter("redistributor0.moved_out"), 1u);
  EXPECT_EQ(bench.counter("redistributor1.moved_in_dropped"), 1u);
}

TEST_F(LeftOut, ASYNCSaysNothingOfAnMsiInTheBuffer) {
  // Software that must know masks at the device first: the MSI was accepted and isn't translated.
  bench.memory.latency = 10 * microsecond;
  bench.map_device(DeviceID + 1);
  bench.map_event(DeviceID + 1, 0, lpi + 1);
  bench.send_stream({{DeviceID + 1, 1}, {DeviceID + 1, 0}}, 0);
  bench.advance(100 * nanosecond);
  bench.memory.latency = 100 * nanosecond;
  bench.issue({{.opcode = ItsOpcode::SYNC}});
  EXPECT_LE(bench.counter("its.sent"), bench.counter("its.doorbells"));
  bench.advance(50 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), lpi + 1);
}

}  // namespace
}  // namespace doorbell::gic::test
