// Tables of the ITS in memory as an ITS uses them: flat, of two levels, and collections inside.

#include <gtest/gtest.h>

#include "doorbell/gic/arch/register_tables.h"
#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t lpi = 8200;
constexpr std::uint8_t enabled = 0xA3;
constexpr std::uint64_t pages = 0x7000'0000;  ///< for second levels of devices

class ItsTablesInUse : public testing::Test {
 protected:
  void start(const GicParameters& parameters, TableLayout devices, TableLayout collections = {}) {
    bench = std::make_unique<Bench>(parameters);
    bench->device_layout = devices;
    bench->collection_layout = collections;
    bench->bring_up();
    for (std::uint32_t INTID = lpi; INTID < lpi + 8; ++INTID)
      bench->configure(INTID, enabled);
  }
  void settle() { bench->advance(2 * microsecond); }
  std::uint64_t errors(const char* what) {
    return bench->counter(std::string("its.command_errors.") + what);
  }
  std::uint64_t drops(const char* what) {
    return bench->counter(std::string("its.dropped_for.") + what);
  }
  /// What processor 0 gets of an MSI.
  std::uint32_t interrupt_of(std::uint32_t DeviceID, std::uint32_t EventID) {
    bench->doorbell(DeviceID, EventID);
    settle();
    const std::uint32_t INTID = bench->acknowledge(0);
    if (INTID != spurious_INTID) bench->end(0, INTID);
    return INTID;
  }
  const CacheStatistics& cache(const std::string& path) {
    return dynamic_cast<const CacheStatistics&>(
        *bench->simulation().statistics().find("bench.gic." + path));
  }
  std::unique_ptr<Bench> bench;
};

TEST_F(ItsTablesInUse, AnInvalidFirstLevelIsDEVICE_OOR) {
  start({}, {.two_levels = true});
  bench->map_device(0x10);
  EXPECT_EQ(errors("DEVICE_OOR"), 1u);
  EXPECT_EQ(interrupt_of(0x10, 0), spurious_INTID);
  EXPECT_EQ(drops("DEVICE_OOR"), 1u);
}

TEST_F(ItsTablesInUse, OneMadeValidNeedsNoCommand) {
  start({}, {.two_levels = true});
  interrupt_of(0x10, 0);
  bench->map_device(0x10);
  bench->provide(device_table, 0, pages);
  EXPECT_EQ(interrupt_of(0x10, 0), spurious_INTID);
  EXPECT_EQ(drops("UNMAPPED_DEVICE"), 1u) << "the invalid entry wasn't kept";
  bench->map_device(0x10);
  bench->map_event(0x10, 0, lpi);
  EXPECT_EQ(interrupt_of(0x10, 0), lpi);
  EXPECT_EQ(errors("DEVICE_OOR"), 1u) << "the first MAPD alone";
}

TEST_F(ItsTablesInUse, AValidFirstLevelIsKept) {
  GicParameters parameters;
  parameters.its.device_cache_entries = 0;
  start(parameters, {.two_levels = true});
  bench->provide(device_table, 0, pages);
  for (const std::uint32_t DeviceID : {0x10u, 0x11u}) {
    bench->map_device(DeviceID);
    bench->map_event(DeviceID, 0, lpi + DeviceID - 0x10);
  }
  const std::uint64_t before = bench->memory.its_reads;
  EXPECT_EQ(interrupt_of(0x10, 0), lpi);
  EXPECT_EQ(interrupt_of(0x11, 0), lpi + 1);
  EXPECT_EQ(bench->memory.its_reads - before, 4u) << "two devices and two events";
  EXPECT_EQ(cache("its.level1_cache").hits(), 2u);
  EXPECT_EQ(cache("its.level1_cache").misses(), 0u) << "MAPD has read it";
}

TEST_F(ItsTablesInUse, FirstLevelsAreReadAnewAfterTheirBaseWasWritten) {
  start({}, {.two_levels = true});
  bench->provide(device_table, 0, pages);
  bench->map_device(0x10);
  bench->write(bench->gits, 0, 4, 0);
  bench->provide(device_table, 0, pages + 0x10000);
  bench->write(bench->gits, 0x0100, 8, bench->read(bench->gits, 0x0100, 8));
  bench->write(bench->gits, 0, 4, 1);
  interrupt_of(0x10, 0);
  EXPECT_EQ(drops("UNMAPPED_DEVICE"), 1u) << "in the new page";
}

TEST_F(ItsTablesInUse, AFirstLevelThatCantBeReadIsAMemoryFault) {
  start({}, {.two_levels = true});
  bench->memory.faulty = device_table;
  bench->map_device(0x10);
  EXPECT_EQ(errors("MEMORY_FAULT"), 1u);
  interrupt_of(0x10, 0);
  EXPECT_EQ(drops("MEMORY_FAULT"), 1u);
}

TEST_F(ItsTablesInUse, TheFirstLevelBoundsDeviceIDs) {
  GicParameters parameters;
  parameters.its.device_bits = 32;
  start(parameters, {.two_levels = true, .page_code = 0});
  // 512 first-level entries of 512 device entries each.
  bench->provide(device_table, 511, pages);
  bench->map_device(0x3FFFF);
  EXPECT_EQ(errors("DEVICE_OOR"), 0u);
  bench->map_event(0x3FFFF, 0, lpi);
  EXPECT_EQ(interrupt_of(0x3FFFF, 0), lpi);
  bench->map_device(0x40000);
  EXPECT_EQ(errors("DEVICE_OOR"), 1u);
}

TEST_F(ItsTablesInUse, AnInvalidFirstLevelIsCOLLECTION_OOR) {
  start({}, {}, {.two_levels = true, .page_code = 0});
  bench->issue({{.opcode = ItsOpcode::MAPC, .ICID = 512, .V = true}});
  EXPECT_EQ(errors("COLLECTION_OOR"), 1u) << "of another page";
  bench->provide(collection_table, 1, pages);
  bench->issue({{.opcode = ItsOpcode::MAPC, .ICID = 512, .V = true}});
  EXPECT_EQ(errors("COLLECTION_OOR"), 1u);
  bench->map_device(0x10);
  bench->map_event(0x10, 0, lpi, 512);
  EXPECT_EQ(interrupt_of(0x10, 0), lpi);
}

TEST_F(ItsTablesInUse, CollectionsInsideNeedNoTable) {
  GicParameters parameters;
  parameters.its.collections_inside = 4;
  start(parameters, {}, {.provided = false});
  const std::uint64_t before = bench->memory.its_reads;
  bench->issue({{.opcode = ItsOpcode::MAPC, .ICID = 3, .RDbase = 0, .V = true}});
  EXPECT_EQ(bench->memory.its_reads - before, 1u) << "the command";
  bench->map_device(0x10);
  bench->map_event(0x10, 0, lpi, 3);
  EXPECT_EQ(interrupt_of(0x10, 0), lpi);
  EXPECT_EQ(cache("its.collection_cache").hits() + cache("its.collection_cache").misses(), 0u);
  bench->issue({{.opcode = ItsOpcode::MAPC, .ICID = 4, .V = true}});
  EXPECT_EQ(errors("COLLECTION_OOR"), 1u) << "no table for a fifth";
  bench->issue({{.opcode = ItsOpcode::MAPC, .ICID = 3, .V = false}});
  EXPECT_EQ(interrupt_of(0x10, 0), spurious_INTID);
  EXPECT_EQ(drops("UNMAPPED_COLLECTION"), 1u);
  bench->issue({{.opcode = ItsOpcode::INVALL, .ICID = 3}});
  EXPECT_EQ(errors("UNMAPPED_COLLECTION"), 1u);
}

TEST_F(ItsTablesInUse, CollectionsInsideSurviveAnotherTable) {
  GicParameters parameters;
  parameters.its.collections_inside = 1;
  start(parameters, {});
  bench->map_device(0x10);
  bench->map_event(0x10, 0, lpi, 0);
  bench->map_event(0x10, 1, lpi + 1, 1);
  bench->write(bench->gits, 0, 4, 0);
  bench->write(bench->gits, 0x0108, 8, 1ULL << 63 | 2 << 8 | 0x5030'0000);
  bench->write(bench->gits, 0, 4, 1);
  EXPECT_EQ(interrupt_of(0x10, 0), lpi);
  interrupt_of(0x10, 1);
  EXPECT_EQ(drops("UNMAPPED_COLLECTION"), 1u) << "the one in memory is gone";
}

TEST_F(ItsTablesInUse, ACumulativeTableBeginsBehindThoseInside) {
  GicParameters parameters;
  parameters.its.collections_inside = 2;
  parameters.its.cumulative_collections = true;
  parameters.its.collection_entry_bytes = 16;
  start(parameters, {});
  bench->issue({{.opcode = ItsOpcode::MAPC, .ICID = 2, .RDbase = 0, .V = true}});
  EXPECT_EQ(bench->memory.peek(collection_table + 7), 0x80) << "Valid, of its first entry";
  bench->map_device(0x10);
  bench->map_event(0x10, 0, lpi, 2);
  EXPECT_EQ(interrupt_of(0x10, 0), lpi);
}

TEST_F(ItsTablesInUse, EntriesOfAllSizesAreWhereTheyBelong) {
  GicParameters parameters;
  parameters.its.device_entry_bytes = 16;
  parameters.its.collection_entry_bytes = 4;
  parameters.its.itt_entry_bytes = 16;
  start(parameters, {});
  bench->map_device(0x10);
  EXPECT_EQ(bench->memory.peek(device_table + 0x10 * 16 + 7), 0x80);
  bench->map_event(0x10, 3, lpi, 1);
  EXPECT_EQ(bench->memory.peek(itts + 0x10 * 0x100000 + 3 * 16 + 7), 0x80);
  EXPECT_EQ(bench->memory.peek(collection_table + 7), 0x80) << "collection 1";
  bench->doorbell(0x10, 3);
  settle();
  EXPECT_EQ(bench->acknowledge(1), lpi);
}

TEST_F(ItsTablesInUse, TargetsAreAddressesWithPTA) {
  GicParameters parameters;
  parameters.its.physical_targets = true;
  start(parameters, {});
  bench->map_device(0x10);
  bench->map_event(0x10, 0, lpi, 0);
  EXPECT_EQ(interrupt_of(0x10, 0), lpi);
  bench->write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench->doorbell(0x10, 0);
  settle();
  bench->issue(
      {{.opcode = ItsOpcode::MOVALL, .RDbase = bench->rdbase(0), .RDbase2 = bench->rdbase(1)},
       {.opcode = ItsOpcode::SYNC, .RDbase = bench->rdbase(1)}});
  EXPECT_EQ(bench->acknowledge(1), lpi);
  bench->issue({{.opcode = ItsOpcode::SYNC, .RDbase = 0},
                {.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = true},
                {.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1}});
  EXPECT_EQ(errors("RDBASE_OOR"), 2u) << "a processor number";
  EXPECT_EQ(errors("SIZE_OOR"), 1u) << "MAPC_PROCNUM_OOR";
  bench->issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = false}});
  EXPECT_EQ(errors("SIZE_OOR"), 1u) << "unmapping needs no target";
}

TEST_F(ItsTablesInUse, AnUnmappedMsiIsReportedWhereAsked) {
  GicParameters parameters;
  parameters.its.report_unmapped = true;
  start(parameters, {});
  interrupt_of(0x55, 7);
  EXPECT_EQ(bench->read(bench->gits, 0x40, 4), 3u << 6 | 1 << 4);
  EXPECT_EQ(bench->read(bench->gits, 0x48, 8), 0x55'0000'0007u);
  bench->write(bench->gits, 0x40, 4, 0x3F);
  bench->write(bench->gits, 0, 4, 0);
  interrupt_of(0x55, 7);
  EXPECT_EQ(bench->read(bench->gits, 0x40, 4), 0u) << "a disabled ITS ignores the write";
}

TEST_F(ItsTablesInUse, IgnoredAccessesAreInSTATUSR) {
  start({}, {});
  bench->read(bench->gits, 0x3000, 4);
  bench->write(bench->gits, 0x0004, 4, 1);
  EXPECT_EQ(bench->read(bench->gits, 0x40, 4), 9u) << "RRD, WROD";
  EXPECT_EQ(bench->read(*bench->device, GITS_TRANSLATER_offset, 4), 0u);
  bench->write(*bench->device, 0x80, 4, 1);
  EXPECT_EQ(bench->read(bench->gits, 0x40, 4), 0xFu) << "RWOD of GITS_TRANSLATER, WRD beside it";
}

// The latency of an uncontended MSI, for each combination of what hits and what misses.

enum class Collections { flat, two_levels, inside };
struct Combination {
  bool two_levels;  ///< of the device table
  Collections collections;
  bool level1, device, event, collection;  ///< whether such entries are cached
};

class MsiLatencyOf : public testing::TestWithParam<int> {
 protected:
  static Combination combination() {
    const int number = GetParam();
    return {(number & 1) != 0, static_cast<Collections>(number / 32),
            (number & 2) != 0, (number & 4) != 0,
            (number & 8) != 0, (number & 16) != 0};
  }
  static GicParameters parameters() {
    const Combination it = combination();
    GicParameters parameters;
    ItsParameters& its = parameters.its;
    if (it.collections == Collections::inside) its.collections_inside = 2;
    if (!it.level1) its.level1_cache_entries = 0;
    if (!it.device) its.device_cache_entries = 0;
    if (!it.event) its.event_cache_entries = 0;
    if (!it.collection) its.collection_cache_entries = 0;
    return parameters;
  }
  /// Table reads that it makes, each when the one before has come.
  static unsigned reads() {
    const Combination it = combination();
    unsigned reads = 0;
    if (!it.event) {
      reads += 1;
      if (!it.device) reads += it.two_levels && !it.level1 ? 2 : 1;
    }
    if (it.collections == Collections::inside || it.collection) return reads;
    return reads + (it.collections == Collections::two_levels && !it.level1 ? 2 : 1);
  }
};

TEST_P(MsiLatencyOf, AnyHitsAndMissesIsTheSumOfItsParts) {
  constexpr Time cycle = nanosecond, latency = 100 * nanosecond;
  Bench bench(parameters());
  bench.device_layout.two_levels = combination().two_levels;
  bench.collection_layout.two_levels = combination().collections == Collections::two_levels;
  bench.provide(device_table, 0, pages);
  bench.bring_up();
  bench.map_device(0x10);
  bench.map_event(0x10, 0, lpi);
  bench.configure(lpi, enabled);
  bench.doorbell(0x10, 0);  // fills what there is to fill
  bench.advance(5 * microsecond);
  ASSERT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  for (const bool configuration_cached : {true, false}) {
    if (!configuration_cached)
      bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = 0x10}, {.opcode = ItsOpcode::SYNC}});
    const std::uint64_t before = bench.memory.its_reads;
    Time sent = 0;
    const auto ring = [&]() -> Task<void> {
      bool ok = false;
      sent = bench.now();
      co_await bench.send(0x10, 0, ok);
    };
    bench.run(ring());
    bench.advance(5 * microsecond);
    ASSERT_EQ(bench.acknowledge(0), lpi);
    EXPECT_EQ(bench.memory.its_reads - before, reads());
    // ITS pipeline 8, link 4, redistributor 4, line 2.
    EXPECT_EQ(bench.processors[0]->irq_raised - sent,
              18 * cycle + reads() * latency + (configuration_cached ? 0 : latency))
        << "configuration " << (configuration_cached ? "cached" : "read");
    bench.end(0, lpi);
  }
}

INSTANTIATE_TEST_SUITE_P(Combinations, MsiLatencyOf, testing::Range(0, 96));

}  // namespace
}  // namespace doorbell::gic::test
