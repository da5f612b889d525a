// Every error condition of every command (IHI 0069, 5.3), a row each: ignored and counted, or with
// `stall_on_command_error` the queue stalls there until the command was rewritten and Retry
// written.

#include <gtest/gtest.h>

#include "doorbell/gic/arch/its_error.h"
#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

using Op = ItsOpcode;
using Error = ItsError;
constexpr std::uint32_t lpi = 8200;

// A device of 32 events with 0 mapped, and 1 to a collection that isn't; collections 0 and 1 are.
constexpr std::uint32_t device = 0x10, beyond_Devbits = 0x10000, beyond_table = 8192,
                        not_mapped = 0x11;
constexpr std::uint32_t unmapped_event = 9, beyond_ITT = 32;
constexpr std::uint16_t unmapped_ICID = 5, beyond_collections = 8192;

struct Row {
  const char* what;
  ItsCommand command;
  Error error;
  std::uint32_t code;  ///< the specification's; 0 where it has none
};

const Row rows[] = {
    {"Devbits",
     {.opcode = Op::MAPD, .DeviceID = beyond_Devbits, .V = true},
     Error::DEVICE_OOR,
     0x010801},
    {"table",
     {.opcode = Op::MAPD, .DeviceID = beyond_table, .V = true},
     Error::DEVICE_OOR,
     0x010801},
    {"unmapping", {.opcode = Op::MAPD, .DeviceID = beyond_table}, Error::DEVICE_OOR, 0x010801},
    {"ID_bits",
     {.opcode = Op::MAPD, .DeviceID = device, .Size = 16, .V = true},
     Error::SIZE_OOR,
     0x010802},

    {"table",
     {.opcode = Op::MAPC, .ICID = beyond_collections, .V = true},
     Error::COLLECTION_OOR,
     0x010903},
    {"unmapping",
     {.opcode = Op::MAPC, .ICID = beyond_collections},
     Error::COLLECTION_OOR,
     0x010903},
    {"target", {.opcode = Op::MAPC, .ICID = 0, .RDbase = 2, .V = true}, Error::SIZE_OOR, 0x010902},

    {"Devbits",
     {.opcode = Op::MAPTI, .DeviceID = beyond_Devbits, .pINTID = lpi},
     Error::DEVICE_OOR,
     0x010A01},
    {"table",
     {.opcode = Op::MAPTI, .DeviceID = beyond_table, .pINTID = lpi},
     Error::DEVICE_OOR,
     0x010A01},
    {"collection",
     {.opcode = Op::MAPTI, .DeviceID = device, .pINTID = lpi, .ICID = beyond_collections},
     Error::COLLECTION_OOR,
     0x010A03},
    {"device",
     {.opcode = Op::MAPTI, .DeviceID = not_mapped, .pINTID = lpi},
     Error::UNMAPPED_DEVICE,
     0x010A04},
    {"event",
     {.opcode = Op::MAPTI, .DeviceID = device, .EventID = beyond_ITT, .pINTID = lpi},
     Error::ID_OOR,
     0x010A05},
    {"no LPI",
     {.opcode = Op::MAPTI, .DeviceID = device, .pINTID = 8191},
     Error::PHYSICALID_OOR,
     0x010A06},
    {"IDbits",
     {.opcode = Op::MAPTI, .DeviceID = device, .pINTID = 65536},
     Error::PHYSICALID_OOR,
     0x010A06},
    {"spurious",
     {.opcode = Op::MAPTI, .DeviceID = device, .pINTID = 1023},
     Error::PHYSICALID_OOR,
     0x010A06},

    {"Devbits",
     {.opcode = Op::MAPI, .DeviceID = beyond_Devbits, .EventID = lpi},
     Error::DEVICE_OOR,
     0x010B01},
    {"device",
     {.opcode = Op::MAPI, .DeviceID = not_mapped, .EventID = 1},
     Error::UNMAPPED_DEVICE,
     0x010B04},
    {"event", {.opcode = Op::MAPI, .DeviceID = device, .EventID = lpi}, Error::ID_OOR, 0x010B05},
    {"no LPI",
     {.opcode = Op::MAPI, .DeviceID = device, .EventID = 1},
     Error::PHYSICALID_OOR,
     0x010B06},
    {"collection",
     {.opcode = Op::MAPI, .DeviceID = 0x12, .EventID = lpi, .ICID = beyond_collections},
     Error::COLLECTION_OOR,
     0x010B03},

    {"Devbits",
     {.opcode = Op::MOVI, .DeviceID = beyond_Devbits, .ICID = 1},
     Error::DEVICE_OOR,
     0x010101},
    {"table",
     {.opcode = Op::MOVI, .DeviceID = beyond_table, .ICID = 1},
     Error::DEVICE_OOR,
     0x010101},
    {"collection",
     {.opcode = Op::MOVI, .DeviceID = device, .ICID = beyond_collections},
     Error::COLLECTION_OOR,
     0x010103},
    {"device",
     {.opcode = Op::MOVI, .DeviceID = not_mapped, .ICID = 1},
     Error::UNMAPPED_DEVICE,
     0x010104},
    {"event",
     {.opcode = Op::MOVI, .DeviceID = device, .EventID = beyond_ITT, .ICID = 1},
     Error::ID_OOR,
     0x010105},
    {"interrupt",
     {.opcode = Op::MOVI, .DeviceID = device, .EventID = unmapped_event, .ICID = 1},
     Error::UNMAPPED_INTERRUPT,
     0x010107},
    {"to",
     {.opcode = Op::MOVI, .DeviceID = device, .ICID = unmapped_ICID},
     Error::UNMAPPED_COLLECTION,
     0x010109},
    {"from",
     {.opcode = Op::MOVI, .DeviceID = device, .EventID = 1, .ICID = 1},
     Error::UNMAPPED_COLLECTION,
     0x010109},

    {"Devbits", {.opcode = Op::INT, .DeviceID = beyond_Devbits}, Error::DEVICE_OOR, 0x010301},
    {"table", {.opcode = Op::INT, .DeviceID = beyond_table}, Error::DEVICE_OOR, 0x010301},
    {"device", {.opcode = Op::INT, .DeviceID = not_mapped}, Error::UNMAPPED_DEVICE, 0x010304},
    {"event",
     {.opcode = Op::INT, .DeviceID = device, .EventID = beyond_ITT},
     Error::ID_OOR,
     0x010305},
    {"interrupt",
     {.opcode = Op::INT, .DeviceID = device, .EventID = unmapped_event},
     Error::UNMAPPED_INTERRUPT,
     0x010307},
    {"collection",
     {.opcode = Op::INT, .DeviceID = device, .EventID = 1},
     Error::UNMAPPED_COLLECTION,
     0x010309},

    {"Devbits", {.opcode = Op::CLEAR, .DeviceID = beyond_Devbits}, Error::DEVICE_OOR, 0x010501},
    {"table", {.opcode = Op::CLEAR, .DeviceID = beyond_table}, Error::DEVICE_OOR, 0x010501},
    {"device", {.opcode = Op::CLEAR, .DeviceID = not_mapped}, Error::UNMAPPED_DEVICE, 0x010504},
    {"event",
     {.opcode = Op::CLEAR, .DeviceID = device, .EventID = beyond_ITT},
     Error::ID_OOR,
     0x010505},
    {"interrupt",
     {.opcode = Op::CLEAR, .DeviceID = device, .EventID = unmapped_event},
     Error::UNMAPPED_INTERRUPT,
     0x010507},
    {"collection",
     {.opcode = Op::CLEAR, .DeviceID = device, .EventID = 1},
     Error::UNMAPPED_COLLECTION,
     0x010509},

    {"Devbits", {.opcode = Op::INV, .DeviceID = beyond_Devbits}, Error::DEVICE_OOR, 0x010C01},
    {"table", {.opcode = Op::INV, .DeviceID = beyond_table}, Error::DEVICE_OOR, 0x010C01},
    {"device", {.opcode = Op::INV, .DeviceID = not_mapped}, Error::UNMAPPED_DEVICE, 0x010C04},
    {"event",
     {.opcode = Op::INV, .DeviceID = device, .EventID = beyond_ITT},
     Error::ID_OOR,
     0x010C05},
    {"interrupt",
     {.opcode = Op::INV, .DeviceID = device, .EventID = unmapped_event},
     Error::UNMAPPED_INTERRUPT,
     0x010C07},
    {"collection",
     {.opcode = Op::INV, .DeviceID = device, .EventID = 1},
     Error::UNMAPPED_COLLECTION,
     0x010C09},

    {"Devbits", {.opcode = Op::DISCARD, .DeviceID = beyond_Devbits}, Error::DEVICE_OOR, 0x010F01},
    {"table", {.opcode = Op::DISCARD, .DeviceID = beyond_table}, Error::DEVICE_OOR, 0x010F01},
    {"device", {.opcode = Op::DISCARD, .DeviceID = not_mapped}, Error::UNMAPPED_DEVICE, 0x010F04},
    {"event",
     {.opcode = Op::DISCARD, .DeviceID = device, .EventID = beyond_ITT},
     Error::ID_OOR,
     0x010F05},
    {"interrupt",
     {.opcode = Op::DISCARD, .DeviceID = device, .EventID = unmapped_event},
     Error::UNMAPPED_INTERRUPT,
     0x010F07},

    {"table", {.opcode = Op::INVALL, .ICID = beyond_collections}, Error::COLLECTION_OOR, 0x010D03},
    {"collection",
     {.opcode = Op::INVALL, .ICID = unmapped_ICID},
     Error::UNMAPPED_COLLECTION,
     0x010D09},

    {"target", {.opcode = Op::SYNC, .RDbase = 2}, Error::RDBASE_OOR, 0},
    {"from", {.opcode = Op::MOVALL, .RDbase = 2, .RDbase2 = 0}, Error::RDBASE_OOR, 0x010E01},
    {"to", {.opcode = Op::MOVALL, .RDbase = 0, .RDbase2 = 2}, Error::RDBASE_OOR, 0x010E01},

    {"0", {.opcode = static_cast<Op>(0)}, Error::COMMAND_UNKNOWN, 0},
    {"a gap", {.opcode = static_cast<Op>(0x02)}, Error::COMMAND_UNKNOWN, 0},
    {"VMAPP", {.opcode = static_cast<Op>(0x29)}, Error::COMMAND_UNKNOWN, 0},
    {"the last", {.opcode = static_cast<Op>(0xFF)}, Error::COMMAND_UNKNOWN, 0},
};

std::string label(const Row& row) {
  return std::string(name(row.command.opcode)) + " " + name(row.error) + ": " + row.what;
}

class ItsErrors : public testing::Test {
 protected:
  void start(bool stalls) {
    GicParameters parameters;
    parameters.its.stall_on_command_error = stalls;
    bench = std::make_unique<Bench>(parameters);
    bench->bring_up();
    bench->map_device(device);
    bench->map_event(device, 0, lpi);
    bench->map_event(device, 1, lpi + 1, unmapped_ICID);
    bench->map_device(0x12, 14);
    bench->configure(lpi, 0xA3);
  }
  std::uint64_t errors(Error error) {
    return bench->counter(std::string("its.command_errors.") + name(error));
  }
  std::uint64_t CREADR() { return bench->read(bench->gits, 0x90, 4); }
  std::uint64_t CWRITER() { return bench->read(bench->gits, 0x88, 4); }
  void expect_mapping_as_before() {
    bench->doorbell(device, 0);
    bench->advance(2 * microsecond);
    EXPECT_EQ(bench->acknowledge(0), lpi);
    bench->end(0, lpi);
  }
  std::unique_ptr<Bench> bench;
};

TEST_F(ItsErrors, AreIgnoredAndCounted) {
  start(false);
  for (const Row& row : rows) {
    SCOPED_TRACE(label(row));
    const std::uint64_t before = errors(row.error);
    bench->issue({row.command});
    EXPECT_EQ(errors(row.error), before + 1);
    EXPECT_EQ(CREADR(), CWRITER());
    expect_mapping_as_before();
  }
  EXPECT_EQ(bench->acknowledge(1), spurious_INTID);
}

TEST_F(ItsErrors, StallTheQueueUntilTheEntryIsRewrittenAndRetried) {
  start(true);
  for (const Row& row : rows) {
    SCOPED_TRACE(label(row));
    const std::uint64_t offset = CWRITER();
    bench->post({row.command, {.opcode = Op::SYNC}});
    bench->advance(5 * microsecond);
    EXPECT_EQ(CREADR(), offset | 1) << "Stalled, at the command";
    expect_mapping_as_before();  // MSIs go on
    bench->write(bench->gits, 0x88, 4, CWRITER());
    bench->advance(5 * microsecond);
    EXPECT_EQ(CREADR(), offset | 1) << "a write without Retry changes nothing";
    bench->write(bench->gits, 0x88, 4, CWRITER() | 1);
    bench->advance(5 * microsecond);
    EXPECT_EQ(CREADR(), offset | 1) << "the same entry has the same error";
    bench->put(offset, {.opcode = Op::SYNC});
    bench->write(bench->gits, 0x88, 4, CWRITER() | 1);
    bench->advance(5 * microsecond);
    EXPECT_EQ(CREADR(), CWRITER()) << "read again, and the one behind it too";
  }
}

TEST_F(ItsErrors, HaveTheCodesOfTheSpecification) {
  for (const Row& row : rows) {
    if (row.code == 0) continue;
    EXPECT_EQ(error_code(row.command.opcode, row.error), row.code) << label(row);
  }
}

TEST_F(ItsErrors, OfAnMsiAreAnsweredOKAndStallNothing) {
  start(true);
  const std::uint64_t offset = CREADR();
  for (const auto& [DeviceID, EventID] : {std::pair{beyond_Devbits, 0u},
                                          {beyond_table, 0u},
                                          {not_mapped, 0u},
                                          {device, beyond_ITT},
                                          {device, 0xFFFF'FFFFu},
                                          {device, unmapped_event},
                                          {device, 1u}})
    EXPECT_TRUE(bench->doorbell(DeviceID, EventID)) << DeviceID << " " << EventID;
  bench->advance(5 * microsecond);
  EXPECT_EQ(bench->counter("its.dropped"), 7u);
  EXPECT_EQ(CREADR(), offset);
  expect_mapping_as_before();
}

TEST_F(ItsErrors, ARetryOfAQueueThatIsNotStalledIsNothing) {
  start(true);
  const std::uint64_t offset = CREADR();
  bench->write(bench->gits, 0x88, 4, CWRITER() | 1);
  bench->advance(5 * microsecond);
  EXPECT_EQ(CREADR(), offset);
  EXPECT_EQ(CWRITER(), offset) << "Retry reads 0";
}

}  // namespace
}  // namespace doorbell::gic::test
