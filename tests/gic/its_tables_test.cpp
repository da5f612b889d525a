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
  for (const unsigned bytes : {2u, 4u, 8u, 16u})
    EXPECT_FALSE(decode_collection_entry(zero, bytes).valid);
}

TEST(ItsTables, EntriesSurviveMemory) {
  const DeviceEntry device{true, 0x000F'1234'5678'9A00, 15};
  EXPECT_EQ(decode_device_entry(encode(device)), device);
  for (const unsigned bytes : {4u, 8u, 12u, 16u}) {
    for (const InterruptEntry& ite :
         {InterruptEntry{true, 8192, 0}, InterruptEntry{true, 65535, 0xFFFF}}) {
      EXPECT_EQ(decode_interrupt_entry(encode(ite, bytes), bytes), ite) << bytes;
    }
  }
  for (const unsigned bytes : {2u, 4u, 8u, 16u}) {
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
  for (const unsigned bytes : {2u, 4u}) {
    const ItsEntryBytes collection = encode(CollectionEntry{true, 0x7FFF}, bytes);
    for (unsigned i = bytes; i < collection.size(); ++i)
      EXPECT_EQ(collection[i], 0) << i;
  }
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
  ItsTable table{.valid = true, .base = 0x8000, .bytes = 4096};
  ItsSupport support;
  EXPECT_EQ(table.address(511), 0x8000u + 511 * 8);
  EXPECT_EQ(check_DeviceID(support, table, 511), ItsError::none);
  EXPECT_EQ(check_DeviceID(support, table, 512), ItsError::DEVICE_OOR) << "outside the table";
  support.device_bits = 4;
  EXPECT_EQ(check_DeviceID(support, table, 16), ItsError::DEVICE_OOR)
      << "outside GITS_TYPER.Devbits";
  table.valid = false;
  EXPECT_EQ(check_DeviceID(support, table, 0), ItsError::DEVICE_OOR) << "no table";
}

TEST(ItsTables, OnlyLpisCanBeMapped) {
  const ItsSupport support;
  EXPECT_EQ(check_pINTID(support, 8191), ItsError::PHYSICALID_OOR);
  EXPECT_EQ(check_pINTID(support, 8192), ItsError::none);
  EXPECT_EQ(check_pINTID(support, 65535), ItsError::none);
  EXPECT_EQ(check_pINTID(support, 65536), ItsError::PHYSICALID_OOR);
  EXPECT_EQ(check_pINTID(support, 1023), ItsError::PHYSICALID_OOR);
}

TEST(ItsTables, SizesAndTargets) {
  ItsSupport support;
  support.processors = 4;
  EXPECT_EQ(check_MAPD(support, 15), ItsError::none);
  EXPECT_EQ(check_MAPD(support, 16), ItsError::SIZE_OOR);
  EXPECT_EQ(support.target(3), 3u);
  EXPECT_EQ(support.target(4), std::nullopt);
  const ItsTable collections{.valid = true, .bytes = 4096};
  EXPECT_EQ(check_ICID(support, collections, 511), ItsError::none);
  EXPECT_EQ(check_ICID(support, collections, 512), ItsError::COLLECTION_OOR);
}

TEST(ItsTables, ATargetIsAnAddressWithPTA) {
  ItsSupport support;
  support.physical_targets = true;
  support.processors = 2;
  support.redistributors = {0x080A'0000, 0x40'0000'0000};
  EXPECT_EQ(support.target(0x080A), 0u);
  EXPECT_EQ(support.target(0x40'0000), 1u);
  EXPECT_EQ(support.target(0), std::nullopt);
  EXPECT_EQ(support.target(0x080B), std::nullopt) << "the SGI frame is not RD_base";
}

using Place = CollectionPlace;

TEST(ItsTables, CollectionsInsideComeBeforeAnyInMemory) {
  ItsSupport support;
  support.collections_inside = 4;
  const ItsTable none, table{.valid = true, .bytes = 4096};
  EXPECT_EQ(place_of(support, none, 3), (Place{true, 3})) << "without a table";
  EXPECT_EQ(place_of(support, none, 4), std::nullopt);
  EXPECT_EQ(place_of(support, table, 3), (Place{true, 3}));
  EXPECT_EQ(place_of(support, table, 4), (Place{false, 4}));
  EXPECT_EQ(place_of(support, table, 511), (Place{false, 511}));
  EXPECT_EQ(place_of(support, table, 512), std::nullopt);
}

TEST(ItsTables, OfACumulativeTableTheyComeOnTop) {
  ItsSupport support;
  support.collections_inside = 4;
  support.cumulative_collections = true;
  const ItsTable none, table{.valid = true, .bytes = 4096};
  EXPECT_EQ(place_of(support, none, 3), (Place{true, 3}));
  EXPECT_EQ(place_of(support, none, 4), std::nullopt);
  EXPECT_EQ(place_of(support, table, 3), (Place{true, 3}));
  EXPECT_EQ(place_of(support, table, 4), (Place{false, 0}));
  EXPECT_EQ(place_of(support, table, 515), (Place{false, 511}));
  EXPECT_EQ(place_of(support, table, 516), std::nullopt);
}

TEST(ItsTables, CIDbitsBoundCollections) {
  ItsSupport support;
  support.collection_bits = 3;
  support.collections_inside = 16;
  const ItsTable table{.valid = true, .bytes = 4096};
  EXPECT_EQ(place_of(support, table, 7), (Place{true, 7}));
  EXPECT_EQ(place_of(support, table, 8), std::nullopt);
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
