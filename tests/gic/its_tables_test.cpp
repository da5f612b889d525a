#include "doorbell/gic/arch/its_tables.h"

#include <gtest/gtest.h>

#include "doorbell/gic/arch/lpi_tables.h"

namespace doorbell::gic {
namespace {

TEST(ItsTables, ZeroBytesAreInvalidEntries) {
  const ItsEntryBytes zero{};
  EXPECT_FALSE(decode_device_entry(zero).valid);
  for (const unsigned bytes : {4u, 8u, 12u, 16u})
    EXPECT_FALSE(decode_interrupt_entry(zero, bytes).valid);
  for (const unsigned bytes : {2u, 8u})
    EXPECT_FALSE(decode_collection_entry(zero, bytes).valid);
}

TEST(ItsTables, EntriesSurviveMemory) {
  const DeviceEntry device{true, 0x000F'1234'5678'9A00, 15};
  EXPECT_EQ(decode_device_entry(encode(device)), device);
  for (const unsigned bytes : {4u, 8u, 12u}) {
    for (const InterruptEntry& ite :
         {InterruptEntry{true, 8192, 0}, InterruptEntry{true, 65535, 0xFFFF}}) {
      EXPECT_EQ(decode_interrupt_entry(encode(ite, bytes), bytes), ite) << bytes;
    }
  }
  for (const unsigned bytes : {2u, 8u}) {
    for (const std::uint64_t RDbase : {0ULL, 122ULL}) {
      const CollectionEntry collection{true, RDbase};
      EXPECT_EQ(decode_collection_entry(encode(collection, bytes), bytes), collection) << bytes;
    }
  }
}

TEST(ItsTables, EntriesStayWithinTheirBytes) {
  const ItsEntryBytes small = encode(InterruptEntry{true, 65535, 0xFFFF}, 4);
  for (unsigned i = 4; i < small.size(); ++i)
    EXPECT_EQ(small[i], 0) << i;
  const ItsEntryBytes collection = encode(CollectionEntry{true, 0x7FFF}, 2);
  for (unsigned i = 2; i < collection.size(); ++i)
    EXPECT_EQ(collection[i], 0) << i;
}

TEST(ItsTables, MAPDSizeIsBitsMinusOne) {
  const DeviceEntry device{true, 0x10000, 4};
  EXPECT_EQ(device.events(), 32u);
  EXPECT_EQ(check_EventID(device, 31), ItsError::none);
  EXPECT_EQ(check_EventID(device, 32), ItsError::ID_OOR);
  EXPECT_EQ(check_EventID({}, 0), ItsError::UNMAPPED_DEVICE);
  EXPECT_EQ(device.ite_address(3, 12), 0x10024u);
}

TEST(ItsTables, DeviceIDsAreBoundByTyperAndTable) {
  ItsTable table{true, 0x8000, 4096, 8};
  ItsLimits limits;
  EXPECT_EQ(table.address(511), 0x8000u + 511 * 8);
  EXPECT_EQ(check_DeviceID(limits, table, 511), ItsError::none);
  EXPECT_EQ(check_DeviceID(limits, table, 512), ItsError::DEVICE_OOR) << "outside the table";
  limits.device_bits = 4;
  EXPECT_EQ(check_DeviceID(limits, table, 16), ItsError::DEVICE_OOR)
      << "outside GITS_TYPER.Devbits";
  table.valid = false;
  EXPECT_EQ(check_DeviceID(limits, table, 0), ItsError::DEVICE_OOR) << "no table";
}

TEST(ItsTables, OnlyLpisCanBeMapped) {
  const ItsLimits limits;
  EXPECT_EQ(check_pINTID(limits, 8191), ItsError::PHYSICALID_OOR);
  EXPECT_EQ(check_pINTID(limits, 8192), ItsError::none);
  EXPECT_EQ(check_pINTID(limits, 65535), ItsError::none);
  EXPECT_EQ(check_pINTID(limits, 65536), ItsError::PHYSICALID_OOR);
  EXPECT_EQ(check_pINTID(limits, 1023), ItsError::PHYSICALID_OOR);
}

TEST(ItsTables, SizesAndTargets) {
  ItsLimits limits;
  limits.processors = 4;
  EXPECT_EQ(check_MAPD(limits, 15), ItsError::none);
  EXPECT_EQ(check_MAPD(limits, 16), ItsError::SIZE_OOR);
  EXPECT_EQ(check_target(limits, 3, ItsError::SIZE_OOR), ItsError::none);
  EXPECT_EQ(check_target(limits, 4, ItsError::SIZE_OOR), ItsError::SIZE_OOR);
  const ItsTable collections{true, 0, 4096, 8};
  EXPECT_EQ(check_ICID(collections, 511), ItsError::none);
  EXPECT_EQ(check_ICID(collections, 512), ItsError::COLLECTION_OOR);
}

TEST(LpiTables, AddressesOfAnLpi) {
  const LpiTables tables = LpiTables::decode(0x4000'0000 | 15, 0x5001'0000, 16);
  EXPECT_EQ(tables.configuration_address(8192), 0x4000'0000u) << "the table starts at LPI 8192";
  EXPECT_EQ(tables.configuration_address(8200), 0x4000'0008u);
  EXPECT_EQ(tables.pending_address(8192), 0x5001'0000u + 1024) << "a bit for each INTID from 0 on";
  EXPECT_EQ(tables.pending_address(8203), 0x5001'0000u + 1025);
  EXPECT_EQ(LpiTables::pending_mask(8203), 1u << 3);
  EXPECT_EQ(tables.pending_bytes(), 8192u);
}

TEST(LpiTables, IDbitsLimitTheLpis) {
  const LpiTables tables = LpiTables::decode(13, 0, 16);
  EXPECT_EQ(tables.lpis(), 8192u);
  EXPECT_TRUE(tables.contains(16383));
  EXPECT_FALSE(tables.contains(16384));
  EXPECT_FALSE(tables.contains(8191));
  EXPECT_EQ(LpiTables::decode(12, 0, 16).lpis(), 0u) << "13 bits have no LPIs";
  EXPECT_EQ(LpiTables::decode(31, 0, 16).id_bits, 16u) << "no more than GICD_TYPER.IDbits";
}

TEST(LpiTables, ConfigurationByte) {
  // 0xA2 and 0xA3 are what Linux writes: priority 0xA0, bit 1 RES1, disabled and enabled.
  EXPECT_EQ(LpiConfiguration::decode(0xA2, 5), (LpiConfiguration{0xA0, false}));
  EXPECT_EQ(LpiConfiguration::decode(0xA3, 5), (LpiConfiguration{0xA0, true}));
  EXPECT_EQ(LpiConfiguration::decode(0xFF, 5), (LpiConfiguration{0xF8, true}));
  EXPECT_EQ(LpiConfiguration::decode(0xFF, 8), (LpiConfiguration{0xFC, true}));
}

}  // namespace
}  // namespace doorbell::gic
