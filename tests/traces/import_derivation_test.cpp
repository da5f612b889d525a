#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/imported.h"

namespace doorbell::trace::test {
namespace {

const std::string tlbi =
    "9,smmu_command,,,,,SMMU_CMD_TLBI_NH_VA\n"
    "9,tlbi_range,,,,,vmid=0 asid=1 addr=0x1000 tg=1 num_pages=0x1 ttl=3 leaf=1\n"
    "9,smmu_command,,,,,SMMU_CMD_SYNC\n";

TEST(Derivation, AMapStandsBeforeTheSubmissionThatUsesIt) {
  const Imported result(
      "1,doorbell_sq,,,,,queue=1 value=1\n"
      "2,read,0x8,0x5000,64,0x9000,sqe queue=1\n"
      "2,command,,,,,NVME_NVM_CMD_READ\n"
      "3,write,0x8,0x1000,4096,0x7000,data\n");
  const auto& records = result.trace.records;
  ASSERT_EQ(records.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<Map>(records[0].operation));
  EXPECT_TRUE(std::holds_alternative<Map>(records[1].operation));
  EXPECT_TRUE(std::holds_alternative<Submit>(records[2].operation));
  EXPECT_EQ(std::get<Access>(records[3].operation).opcode, "NVM_CMD_READ");
}

TEST(Derivation, AnInvalidatedPageIsMappedAfresh) {
  const Imported result("1,write,0x8,0x1000,4096,0x7000,data\n" + tlbi +
                        "10,write,0x8,0x1000,4096,0x7000,data\n");
  EXPECT_EQ(result.all<Map>().size(), 2u);
  EXPECT_EQ(result.all<Unmap>().size(), 1u);
  const auto& again = result.trace.records[5];
  ASSERT_TRUE(std::holds_alternative<Map>(again.operation));
  EXPECT_EQ(again.after, (std::vector<Dependency>{{again.number - 1, again.number - 1}}));  // SYNC
}

TEST(Derivation, APageNeverInvalidatedStaysMapped) {
  const Imported result("1,write,0x8,0x1000,4096,0x7000,data\n2,read,0x8,0x1000,8,0x7000,data\n");
  EXPECT_EQ(result.all<Map>().size(), 1u);
  EXPECT_EQ(result.all<Unmap>().size(), 0u);
}

TEST(Derivation, AChangeWithoutInvalidationGetsOne) {
  const Imported result(
      "1,write,0x8,0x1000,4096,0x7000,data\n2,write,0x8,0x1000,4096,0xa000,data\n");
  EXPECT_EQ(result.summary.inferred_tlbis, 1u);
  EXPECT_THAT(result.smmu(),
              ::testing::ElementsAre(SmmuOpcode::CMD_TLBI_NH_VA, SmmuOpcode::CMD_SYNC));
}

TEST(Derivation, AChangeAcrossATlbiOfEverything) {
  const Imported result(
      "1,write,0x8,0x1000,4096,0x7000,data\n"
      "2,smmu_command,,,,,SMMU_CMD_TLBI_NSNH_ALL\n"
      "3,smmu_command,,,,,SMMU_CMD_SYNC\n"
      "4,write,0x8,0x1000,4096,0xa000,data\n");
  EXPECT_EQ(result.all<Map>().size(), 2u);
  // It follows the DMA that was recorded before it.
  std::vector<std::size_t> followed;
  for (const auto& record : result.trace.records) {
    const auto* command = std::get_if<SmmuCommand>(&record.operation);
    if (command != nullptr && command->opcode == SmmuOpcode::CMD_TLBI_NSNH_ALL) {
      followed.push_back(record.after.size());
    }
  }
  EXPECT_THAT(followed, ::testing::ElementsAre(1u));
}

TEST(Derivation, ReuseBeforeTheSyncGetsASync) {
  const Imported result(
      "1,write,0x8,0x1000,4096,0x7000,data\n"
      "9,smmu_command,,,,,SMMU_CMD_TLBI_NH_VA\n"
      "9,tlbi_range,,,,,vmid=0 asid=1 addr=0x1000 tg=1 num_pages=0x1 ttl=3 leaf=1\n"
      "10,write,0x8,0x1000,4096,0x8000,data\n");
  EXPECT_EQ(result.summary.inferred_syncs, 1u);
}

TEST(Derivation, OnePhysicalPageIsOneFrame) {
  const Imported result(
      "1,write,0x8,0x1000,4096,0x7000,data\n"
      "2,write,0x8,0x3000,4096,0x7000,data\n"
      "3,write,0x10,0x3000,4096,0x7000,data\n");
  const auto maps = result.all<Map>();
  ASSERT_EQ(maps.size(), 3u);
  EXPECT_EQ(maps[0].frame, maps[1].frame);
  EXPECT_EQ(maps[1].frame, maps[2].frame);
}

TEST(Derivation, AFrameIsUsedAgainWhenItsLastPageIsGone) {
  // Page 0x1000 goes, 0x3000 still shows the frame; what is mapped next gets another one.
  const Imported shared(
      "1,write,0x8,0x1000,4096,0x7000,data\n"
      "2,write,0x8,0x3000,4096,0x7000,data\n" +
      tlbi +
      "10,write,0x8,0x5000,4096,0x9000,data\n"
      "11,write,0x8,0x3000,4096,0x7000,data\n");
  const auto maps = shared.all<Map>();
  ASSERT_EQ(maps.size(), 3u);
  EXPECT_NE(maps[2].frame, maps[0].frame);
}

TEST(Derivation, PagesThatFollowEachOtherInOtherFramesAreMappedApart) {
  const Imported result(
      "1,write,0x8,0x1000,4096,0x7000,data\n"
      "2,write,0x8,0x9000,4096,0x8000,data\n"
      "3,write,0x8,0x2000,4096,0x9000,data\n");
  EXPECT_EQ(result.all<Map>().size(), 3u);
}

TEST(Derivation, ARangeOfLargerPagesIsInPagesOf4KiB) {
  for (const auto& [granule, pages] : {std::pair{1, 2u}, {2, 8u}, {3, 32u}}) {
    const Imported result(
        "1,write,0x8,0x1000,4096,0x7000,data\n"
        "9,smmu_command,,,,,SMMU_CMD_TLBI_NH_VA\n"
        "9,tlbi_range,,,,,vmid=0 asid=1 addr=0x0 tg=" +
        std::to_string(granule) +
        " num_pages=0x2 ttl=3 leaf=1\n"
        "9,smmu_command,,,,,SMMU_CMD_SYNC\n");
    EXPECT_EQ(result.all<SmmuCommand>().at(0).pages, pages) << granule;
  }
}

TEST(Derivation, OnlyMsisOfItsEventHoldACommandUp) {
  const Imported result(
      "1,its_command,,,,,MAPTI DeviceID 0x8 EventID 0x1 ICID 0x0 pINTID 0x2001\n"
      "2,msi,0x8,0xfffff040,4,0x8090040,event=1 device=8 intid=8193 collection=0\n"
      "3,msi,0x8,0xfffff040,4,0x8090040,event=2 device=8 intid=8194 collection=0\n"
      "4,its_command,,,,,MOVI DeviceID 0x8 EventID 0x1 ICID 0x1\n"
      "5,its_command,,,,,INV DeviceID 0x8 EventID 0x2\n");
  const auto& records = result.trace.records;
  ASSERT_EQ(records.size(), 6u);
  EXPECT_EQ(records[4].after, (std::vector<Dependency>{{3, 3}})) << "MOVI: after event 1's";
  EXPECT_TRUE(records[5].after.empty()) << "INV changes nothing of where an MSI goes";
}

TEST(Derivation, AnInferredLengthEndsWithItsPage) {
  // With several drives, what was taken for a 64-byte entry may be something else near the end of a
  // page.
  const Imported result("1,read,0x8,0x1fd0,64,0x7fd0,sqe queue=1\n");
  EXPECT_EQ(result.all<Access>().at(0).bytes, 48u);
  EXPECT_EQ(result.summary.cut_lengths, 1u);
}

TEST(Derivation, TheDoorbellPageIsKnownByItsMsis) {
  const Imported result(
      "1,msi,0x8,0xfffff040,4,0x8090040,event=3 device=8 intid=8195 collection=0\n");
  ASSERT_EQ(result.all<Map>().size(), 1u);
  EXPECT_FALSE(result.all<Map>()[0].frame);
  EXPECT_EQ(result.trace.header.streams.at(0).events, 4u);
}

TEST(Derivation, MsisThatMadeNoInterruptAreKept) {
  const Imported result(
      "1,msi,0x8,0xfffff040,4,0x8090040,event=3 device=8\n"
      "1,msi,0x8,0xfffff040,4,0x8090040,\n");
  const auto msis = result.all<Msi>();
  ASSERT_EQ(msis.size(), 2u);
  EXPECT_TRUE(msis[0].lost);
  EXPECT_EQ(result.summary.lost_msis, 2u);
  EXPECT_EQ(result.summary.unknown_events, 1u);
}

TEST(Derivation, ATlbiWithoutItsRangeInvalidatesEverything) {
  const Imported result(
      "1,write,0x8,0x1000,4096,0x7000,data\n"
      "2,smmu_command,,,,,SMMU_CMD_TLBI_NH_VA\n"
      "3,smmu_command,,,,,SMMU_CMD_SYNC\n"
      "4,write,0x8,0x1000,4096,0x8000,data\n");
  EXPECT_EQ(result.smmu().at(0), SmmuOpcode::CMD_TLBI_NH_ALL);
}

TEST(Derivation, CommandsThatAreNotReplayedAreIgnoredWithTheirReason) {
  const Imported result(
      "1,smmu_command,,,,,SMMU_CMD_ATC_INV\n2,its_command,,,,,VMAPP vPEID 0x1\n"
      "3,command,,,,,NVME_NVM_CMD_READ\n");
  EXPECT_EQ(result.summary.ignored.size(), 3u);
  EXPECT_EQ(result.summary.records, 0u);
}

TEST(Derivation, ItsCommandsKeepTheirMeaning) {
  const Imported result(
      "1,its_command,,,,,MAPC ICID 0x2 RDbase 0x3 V 1\n"
      "2,its_command,,,,,INVALL\n"
      "3,its_command,,,,,MAPD DeviceID 0x8 Size 0x4 ITT_addr 0x1234 V 1\n"
      "4,its_command,,,,,MAPTI DeviceID 0x8 EventID 0x1 ICID 0x2 pINTID 0x2001\n"
      "5,its_command,,,,,SYNC\n"
      "6,msi,0x8,0xfffff040,4,0x8090040,event=1 device=8 intid=8193 collection=2\n"
      "7,its_command,,,,,DISCARD DeviceID 0x8 EventID 0x1\n"
      "8,its_command,,,,,MAPD DeviceID 0x8 Size 0x4 ITT_addr 0x1234 V 0\n");
  const auto its = result.all<ItsCommand>();
  ASSERT_EQ(its.size(), 7u);
  EXPECT_EQ(its[0].target, 3u);
  EXPECT_EQ(its[1].collection, 2u);
  EXPECT_EQ(its[2].bits, 5u);
  EXPECT_EQ(its[4].target, 3u);
  EXPECT_EQ(its[6].valid, false);
  EXPECT_EQ(result.trace.header.cpus, 4u);
  // The DISCARD doesn't overtake the MSI.
  const auto& discard = result.trace.records[7];
  EXPECT_EQ(discard.after, (std::vector<Dependency>{{7, 7}}));
}

}  // namespace
}  // namespace doorbell::trace::test
