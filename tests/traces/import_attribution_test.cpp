#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/imported.h"

namespace doorbell::trace::test {
namespace {

std::string msi(unsigned event, unsigned collection) {
  return "5,msi,0x8,0xfffff040,4,0x8090040,event=" + std::to_string(event) +
         " device=8 intid=" + std::to_string(8192 + event) +
         " collection=" + std::to_string(collection) + "\n";
}

std::string entry(unsigned queue, const std::string& iova, const std::string& pa) {
  return "4,write,0x8," + iova + ",16," + pa + ",cqe queue=" + std::to_string(queue) + "\n";
}

const std::string two_processors =
    "1,its_command,,,,,MAPC ICID 0x0 RDbase 0x0 V 1\n"
    "1,its_command,,,,,MAPC ICID 0x1 RDbase 0x1 V 1\n";

TEST(Attribution, AQueuesProcessorIsWhereMostOfItsInterruptsWent) {
  const Imported result(two_processors + "2,doorbell_sq,,,,,queue=1 value=1\n" +
                        "3,read,0x8,0x5000,64,0x9000,sqe queue=1\n" +  //
                        entry(1, "0x6000", "0xa000") + msi(1, 0) +     //
                        entry(1, "0x6010", "0xa010") + msi(1, 1) +     //
                        entry(1, "0x6020", "0xa020") + msi(1, 1));
  EXPECT_EQ(result.records_of<Submit>().at(0).cpu, 1u);
}

TEST(Attribution, PagesOfTwoProcessorsQueuesAreUnmappedByEach) {
  const Imported result(
      two_processors + "2,doorbell_sq,,,,,queue=1 value=1\n" +
      "3,read,0x8,0x5000,64,0x9000,sqe queue=1\n" + "3,write,0x8,0x1000,4096,0x7000,data\n" +
      entry(1, "0x6000", "0xa000") + msi(1, 0) + "6,doorbell_sq,,,,,queue=2 value=1\n" +
      "7,read,0x8,0xb000,64,0xc000,sqe queue=2\n" + "7,write,0x8,0x2000,4096,0x8000,data\n" +
      entry(2, "0xd000", "0xe000") + msi(2, 1) +
      "9,smmu_command,,,,,SMMU_CMD_TLBI_NH_VA\n"
      "9,tlbi_range,,,,,vmid=0 asid=1 addr=0x1000 tg=1 num_pages=0x2 ttl=3 leaf=1\n"
      "9,smmu_command,,,,,SMMU_CMD_SYNC\n"
      "10,write,0x8,0x1000,4096,0x17000,data\n"
      "10,write,0x8,0x2000,4096,0x18000,data\n");
  const auto unmaps = result.records_of<Unmap>();
  ASSERT_EQ(unmaps.size(), 2u);
  EXPECT_EQ(unmaps[0].cpu, 0u);
  EXPECT_EQ(unmaps[1].cpu, 1u);
}

TEST(Attribution, RangesOfOtherLeavesAreCommandsOfTheirOwn) {
  const Imported result(
      "1,write,0x8,0x1000,4096,0x7000,data\n"
      "2,write,0x8,0x2000,4096,0x8000,data\n"
      "9,smmu_command,,,,,SMMU_CMD_TLBI_NH_VA\n"
      "9,tlbi_range,,,,,vmid=0 asid=1 addr=0x1000 tg=1 num_pages=0x1 ttl=3 leaf=1\n"
      "9,tlbi_range,,,,,vmid=0 asid=1 addr=0x2000 tg=1 num_pages=0x1 ttl=0 leaf=0\n"
      "9,smmu_command,,,,,SMMU_CMD_SYNC\n");
  const auto commands = result.all<SmmuCommand>();
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0].leaf, true);
  EXPECT_EQ(commands[1].leaf, false);
}

TEST(Attribution, AnItsCommandFollowsItsDevicesMsisAlone) {
  const Imported result(
      "1,its_command,,,,,MAPTI DeviceID 0x8 EventID 0x1 ICID 0x0 pINTID 0x2001\n"
      "1,its_command,,,,,MAPTI DeviceID 0x10 EventID 0x1 ICID 0x0 pINTID 0x2011\n" +
      msi(1, 0) +
      "6,msi,0x10,0xfffff040,4,0x8090040,event=1 device=16 intid=8209 collection=0\n"
      "7,its_command,,,,,MOVI DeviceID 0x8 EventID 0x1 ICID 0x1\n");
  const auto own = result.records_of<Msi>().at(0).number;
  EXPECT_EQ(result.trace.records.back().after, (std::vector<Dependency>{{own, own}}));
}

TEST(Attribution, ASubmissionIsClosedOnceWhateverElseItsQueueFetches) {
  // The second entry has no doorbell of its own: the driver wrote the shadow doorbell.
  const Imported result(
      "2,doorbell_sq,,,,,queue=1 value=1\n"
      "3,read,0x8,0x5000,64,0x9000,sqe queue=1\n" +
      entry(1, "0x6000", "0xa000") + msi(1, 0) + "6,doorbell_cq,,,,,queue=1 value=1\n" +
      "7,read,0x8,0x5040,64,0x9040,sqe queue=1\n" + entry(1, "0x6010", "0xa010") + msi(1, 0) +
      "8,doorbell_cq,,,,,queue=1 value=2\n");
  const auto handles = result.all<Handle>();
  ASSERT_EQ(handles.size(), 2u);
  EXPECT_EQ(handles[0].closes, 1u);
  EXPECT_EQ(handles[1].closes, 0u);
}

TEST(Attribution, AHandlerFollowsTheInterruptOfItsCompletions) {
  const Imported result(
      "2,doorbell_sq,,,,,queue=1 value=1\n"
      "3,read,0x8,0x5000,64,0x9000,sqe queue=1\n" +
      entry(1, "0x6000", "0xa000") + msi(1, 0) + "6,doorbell_cq,,,,,queue=1 value=1\n");
  const auto msi = result.records_of<Msi>().at(0).number;
  EXPECT_EQ(result.records_of<Handle>().at(0).after, (std::vector<Dependency>{{msi, msi}}));
}

TEST(Attribution, CompletionsAreOfCommandsInTheirOrder) {
  const Imported result(
      "2,doorbell_sq,,,,,queue=1 value=2\n"
      "3,read,0x8,0x5000,64,0x9000,sqe queue=1\n"
      "3,read,0x8,0x5040,64,0x9040,sqe queue=1\n" +
      entry(1, "0x6000", "0xa000"));
  const auto accesses = result.records_of<Access>();
  ASSERT_EQ(accesses.size(), 3u);
  const auto first = accesses[0].number, second = accesses[1].number;
  const auto follows = [&](std::uint64_t number) {
    for (const auto& range : accesses[2].after) {
      if (range.first <= number && number <= range.last) return true;
    }
    return false;
  };
  EXPECT_TRUE(follows(first));
  EXPECT_FALSE(follows(second));
}

}  // namespace
}  // namespace doorbell::trace::test
