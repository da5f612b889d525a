// The register map against what Linux's driver demands of it (offsets and fields of arm-smmu-v3.h).
#include "doorbell/smmu/arch/registers.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/error.h"
#include "doorbell/smmu/arch/parameters.h"
#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {
namespace {

class Registers : public testing::Test {
 protected:
  std::uint64_t read(std::uint64_t offset, unsigned size = 4) {
    std::uint64_t data = 0;
    EXPECT_EQ(bank.read(offset, size, data), RegisterResult::ok) << std::hex << offset;
    return data;
  }
  void write(std::uint64_t offset, std::uint64_t data, unsigned size = 4) {
    EXPECT_EQ(bank.write(offset, size, data), RegisterResult::ok) << std::hex << offset;
  }
  RegisterBank bank{register_table()};
};

TEST_F(Registers, IdentificationPassesLinuxsProbe) {
  const std::uint64_t idr0 = read(0x0), idr1 = read(0x4), idr3 = read(0xc), idr5 = read(0x14);
  EXPECT_EQ(field_get(genmask(28, 27), idr0), 1u);                  // ST_LEVEL: two levels, too
  EXPECT_EQ(field_get(genmask(25, 24), idr0), 1u);                  // STALL_MODEL: none
  EXPECT_EQ(field_get(genmask(22, 21), idr0), 2u);                  // TTENDIAN: LE
  EXPECT_EQ(field_get(genmask(3, 2), idr0), 2u);                    // TTF: AArch64
  EXPECT_TRUE(idr0 & (1u << 1));                                    // S1P
  EXPECT_FALSE(idr0 & (1u << 0));                                   // S2P
  EXPECT_TRUE(idr0 & (1u << 4));                                    // COHACC
  EXPECT_TRUE(idr0 & (1u << 12));                                   // ASID16
  EXPECT_TRUE(idr0 & (1u << 13));                                   // MSI
  EXPECT_TRUE(idr0 & (1u << 14));                                   // SEV
  EXPECT_TRUE(idr0 & (1u << 26));                                   // TERM_MODEL
  EXPECT_FALSE(idr0 & (1u << 9 | 1u << 10 | 1u << 16 | 1u << 19));  // HYP, ATS, PRI, CD2L
  EXPECT_EQ(field_get(genmask(7, 6), idr0), 0u);                    // HTTU
  EXPECT_EQ(field_get(genmask(25, 21), idr1), 16u);                 // CMDQS: 65536
  EXPECT_EQ(field_get(genmask(20, 16), idr1), 15u);                 // EVTQS: 32768
  EXPECT_EQ(field_get(genmask(5, 0), idr1), 16u);                   // SIDSIZE
  EXPECT_EQ(field_get(genmask(10, 6), idr1), 0u);                   // SSIDSIZE
  EXPECT_EQ(idr1 & (7u << 28), 0u);               // TABLES_PRESET, QUEUES_PRESET, REL
  EXPECT_TRUE(idr3 & (1u << 10));                 // RIL
  EXPECT_EQ(field_get(genmask(2, 0), idr5), 4u);  // OAS: 44 bits
  EXPECT_EQ(field_get(genmask(6, 4), idr5), 7u);  // 4, 16 and 64 KiB
  EXPECT_EQ(read(0x18), 0u);                      // IIDR: no errata
}

TEST_F(Registers, ControlRegistersKeepWhatLinuxWrites) {
  write(0x20, 0xd);
  EXPECT_EQ(read(0x20), 0xdu);
  write(0x28, 0xd75);
  EXPECT_EQ(read(0x28), 0xd75u);
  write(0x2c, 0x6);
  EXPECT_EQ(read(0x2c), 0x6u);
  write(0x50, 0x5);
  EXPECT_EQ(read(0x50), 0x5u);
}

TEST_F(Registers, TheStreamTablesFormatIsKept) {
  write(0x88, ~0u);
  EXPECT_EQ(read(0x88), 0x3'07ffu);  // FMT, SPLIT, LOG2SIZE
}

TEST_F(Registers, BasesAreSixtyFourBitsWide) {
  write(0x80, 0x4000'0000'8000'0000, 8);
  write(0x90, 0x4000'0000'8100'0008, 8);
  EXPECT_EQ(read(0x80, 8), 0x4000'0000'8000'0000u);
  EXPECT_EQ(read(0x90), 0x8100'0008u);
  EXPECT_EQ(read(0x94), 0x4000'0000u);
}

TEST_F(Registers, EventQueuePointersAreOnPageOne) {
  write(0x100a8, 5);
  write(0x100ac, 0x8000'0005);
  EXPECT_EQ(read(0x100a8), 5u);
  EXPECT_EQ(read(0x100ac), 0x8000'0005u);
}

TEST_F(Registers, GbpaResetsToIncomingShareability) {
  EXPECT_EQ(read(0x44), 0x1000u);
}

TEST_F(Registers, EveryRegisterHasASection) {
  for (const RegisterInfo& info : register_table()) {
    EXPECT_TRUE(info.section.starts_with("IHI 0070 6.3.")) << info.name;
    EXPECT_TRUE(info.name.starts_with("SMMU_"));
  }
}

TEST(Parameters, AReservedWindowIsOfPages) {
  SmmuParameters p;
  p.reserved_window = {0x0809'0000, 0x1'0000};
  p.check();
  for (const ReservedWindow& wrong :
       {ReservedWindow{0x0809'0040, 0x1000}, ReservedWindow{0x0809'0000, 0x800},
        ReservedWindow{~std::uint64_t{0xfff}, 0x2000}}) {
    p.reserved_window = wrong;
    EXPECT_THROW(p.check(), InputError);
  }
  p.reserved_window = {~std::uint64_t{0xfff}, 0x1000};  // the last page
  p.check();
  EXPECT_TRUE(p.reserved_window.contains(~std::uint64_t{0}));
  EXPECT_FALSE(p.reserved_window.contains(0));
}

// What doesn't stall finds a place of each kind (IHI 0070 16.4).
TEST(Parameters, StallsLeavePlaces) {
  const auto refuses = [](auto&& narrow) {
    SmmuParameters p;
    p.tbu.stallable = 8;
    p.check();
    narrow(p);
    EXPECT_THROW(p.check(), InputError);
  };
  refuses([](SmmuParameters& p) { p.tbu.translation_slots = 8; });
  refuses([](SmmuParameters& p) { p.tbu.translation_requests = 8; });
  refuses([](SmmuParameters& p) { p.tbu.outstanding_reads = 8; });
  refuses([](SmmuParameters& p) { p.tbu.outstanding_writes = 8; });
  refuses([](SmmuParameters& p) { p.tcu.translation_slots = 8; });
}
TEST(Parameters, StallsOfATbuOfTheListLeavePlaces) {
  const auto refusal_of = [](std::uint32_t stallable, std::uint32_t slots_of_all) -> std::string {
    SmmuParameters p;
    p.tbu.translation_slots = slots_of_all;
    p.tbus = {{.last_stream_id = 7, .translation_slots = 8},
              {.first_stream_id = 8, .translation_requests = 24, .stallable = stallable}};
    try {
      p.check();
    } catch (const InputError& error) {
      return error.what();
    }
    return "fits";
  };
  EXPECT_EQ(refusal_of(15, 16), "fits") << "the other's 8 are the other's";
  EXPECT_EQ(refusal_of(16, 16),
            "smmu.tbus.1.stallable: expected less than smmu.tbu.translation_slots=16, found 16");
  EXPECT_EQ(refusal_of(24, 32),
            "smmu.tbus.1.stallable: expected less than smmu.tbus.1.translation_requests=24, found "
            "24");
}
// PCIe has TBUs of the list; what is beside the list is another's.
TEST(Parameters, ATbuOfTheListHasNoStallsFromTheOthers) {
  SmmuParameters p;
  p.tbu.stallable = 8;
  p.tbus = {{.last_stream_id = 7}, {.first_stream_id = 8, .stallable = 4}};
  EXPECT_EQ(p.of_tbu(0).tbu.stallable, 0u);
  EXPECT_EQ(p.of_tbu(1).tbu.stallable, 4u);
  EXPECT_EQ(p.stallable_of(1), 4u);
  EXPECT_EQ(p.stallable_of(2), 8u);
}

// An IOTLB of a hundred entries is one; three ways of a hundred and one entries are none.
TEST(Parameters, CachesHaveWholeSets) {
  SmmuParameters p;
  p.check();
  p.tbu.main_tlb.geometry = {100, 100, ReplacementPolicy::plru, 1};
  p.check();
  p.tbu.main_tlb.geometry.ways = 4;
  p.check();
  p.tbu.main_tlb.geometry.ways = 3;
  EXPECT_THROW(p.check(), InputError);
  p.tbu.main_tlb.geometry.entries = 99;
  p.check();
  p.tcu.walk_cache[2].geometry = {10, 4, ReplacementPolicy::lru, 1};
  EXPECT_THROW(p.check(), InputError);
}

TEST(Parameters, DescribeThemselvesWithDefaultsInRange) {
  SmmuParameters p;
  ParameterTree tree(p);
  EXPECT_GT(tree.all().size(), 40u);
  for (const Parameter* parameter : tree.all()) {
    EXPECT_FALSE(parameter->info().source.empty()) << parameter->path();
    EXPECT_FALSE(parameter->info().help.empty()) << parameter->path();
  }
  tree.set("tlb.entries=512");
  EXPECT_EQ(p.tbu.main_tlb.geometry.entries, 512u);
  tree.set("micro_tlb.replacement=round_robin");
  EXPECT_EQ(p.tbu.micro_tlb.geometry.replacement, ReplacementPolicy::round_robin);
}

}  // namespace
}  // namespace doorbell::smmu
