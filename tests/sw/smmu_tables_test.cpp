// The driver's tables: stream tables of two levels, tables of CDs, and entries that change while
// the SMMU may read them.
#include <set>

#include "sw/drivers/smmu/contexts.h"
#include "sw/drivers/smmu/entry_update.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/stream_table.h"
#include "sw/drivers/smmu/structures.h"
#include "tests/sw/smmu_driver.h"

namespace doorbell::sw {
namespace {

using Words = std::array<std::uint64_t, ENTRY_WORDS>;

/// An entry whose word 0 says in bit 0 whether it is valid, and in bits 1 and up which other words
/// are used.
class EntryUpdate : public testing::Test {
 protected:
  static void used_of(const std::uint64_t* words, std::uint64_t* used) {
    for (unsigned i = 1; i < ENTRY_WORDS; ++i)
      used[i] = (words[0] & 1) != 0 && (words[0] >> i & 1) != 0 ? ~0ull : 0;
    used[0] = (words[0] & 1) != 0 ? ~0ull : 1;
  }
  static status invalidate(void* context) {
    auto& self = *static_cast<EntryUpdate*>(context);
    self.steps.push_back(self.now());
    return self.refuse_after-- == 0 ? STATUS_TIMEOUT : STATUS_OK;
  }
  Words now() {
    Words words;
    for (unsigned i = 0; i < words.size(); ++i)
      words[i] = hardware_.load(address + 8 * i, 8);
    return words;
  }
  /// The entry as it is after each step, from `before` to `after`.
  std::vector<Words> update(const Words& before, const Words& after) {
    for (unsigned i = 0; i < before.size(); ++i)
      hardware_.store(address + 8 * i, 8, before[i]);
    steps.clear();
    const entry one{address, used_of, invalidate, this};
    result = entry_update(&one, after.data());
    return steps;
  }

  static constexpr std::uint64_t address = 0x40000000;
  FakeHardware hardware_;
  std::vector<Words> steps;
  int refuse_after = -1;
  status result = STATUS_OK;
};

TEST_F(EntryUpdate, OneWordChangesInPlace) {
  const Words before{0x7, 1, 2}, after{0x7, 1, 3};
  EXPECT_EQ(update(before, after), std::vector<Words>{after});
}

TEST_F(EntryUpdate, WhatIsUnusedComesBeforeAndGoesAfterTheWordThatDecides) {
  // From word 1 to word 2: word 2 is written while nobody looks, word 1 is cleared then.
  const Words before{0x3, 5}, after{0x5, 0, 6};
  const std::vector<Words> expected{{0x3, 5, 6}, {0x5, 5, 6}, {0x5, 0, 6}};
  EXPECT_EQ(update(before, after), expected);
  const Words invalid{}, valid{0x3, 7};
  const std::vector<Words> made{{0, 7}, {0x3, 7}};
  EXPECT_EQ(update(invalid, valid), made);
  const std::vector<Words> unmade{{0, 7}, {0, 0}};
  EXPECT_EQ(update(valid, invalid), unmade);
}

TEST_F(EntryUpdate, TwoWordsChangeThroughAnInvalidEntry) {
  const Words before{0x7, 1, 2}, after{0x7, 3, 4};
  const std::vector<Words> expected{{0, 1, 2}, {0, 3, 4}, {0x7, 3, 4}};
  EXPECT_EQ(update(before, after), expected);
}

TEST_F(EntryUpdate, NothingChangesWithoutAStep) {
  const Words same{0x7, 1, 2};
  EXPECT_TRUE(update(same, same).empty());
  // What is left over in an unused word goes.
  EXPECT_EQ(update({0x3, 1, 9}, {0x3, 1}), (std::vector<Words>{{0x3, 1}}));
}

TEST_F(EntryUpdate, StopsWhereAnInvalidationFails) {
  refuse_after = 0;
  EXPECT_EQ(update({0x7, 1, 2}, {0x7, 3, 4}), (std::vector<Words>{{0, 1, 2}}));
  EXPECT_EQ(result, STATUS_TIMEOUT);
}

// Whatever the SMMU has of an entry, word by word from before or after a step, it uses an old
// entry, a new one or none.
TEST_F(EntryUpdate, EachStepIsSeenWhole) {
  unsigned in_place = 0;
  for (std::uint64_t from = 0; from < 16; ++from) {
    for (std::uint64_t to = 0; to < 16; ++to) {
      Words before{from & 1 ? from : 0}, after{to & 1 ? to : 0};
      for (unsigned i = 1; i < 4; ++i) {
        before[i] = before[0] >> i & 1 ? 10 + i : 0;
        after[i] = after[0] >> i & 1 ? 20 + i : 0;
      }
      std::vector<Words> seen = update(before, after);
      seen.insert(seen.begin(), before);
      EXPECT_EQ(seen.back(), after);
      const auto visible = [](const Words& words) {
        Words used;
        used_of(words.data(), used.data());
        Words result{};
        for (unsigned i = 0; i < words.size(); ++i)
          result[i] = words[i] & used[i];
        return result;
      };
      bool invalid = false;
      for (std::size_t step = 1; step < seen.size(); ++step) {
        for (unsigned mixed = 0; mixed < 16; ++mixed) {  // which words are read late
          Words read;
          for (unsigned i = 0; i < read.size(); ++i)
            read[i] = (mixed >> i & 1 ? seen[step] : seen[step - 1])[i];
          const Words view = visible(read);
          EXPECT_TRUE(view == visible(before) || view == visible(after) || view[0] == 0);
        }
        invalid = invalid || seen[step][0] == 0;
      }
      in_place += before[0] != 0 && after[0] != 0 && !invalid;
    }
  }
  EXPECT_GT(in_place, 8u);
}

class TwoLevelStreams : public SmmuDriver {
 protected:
  TwoLevelStreams() {
    fake_[SMMU_IDR0] |= field_put(IDR0_ST_LEVEL, 1);
    smmu_.stream_id_bits = 16;
    smmu_.two_level_streams = true;
  }
};

TEST_F(TwoLevelStreams, AreTablesAsLinuxMakesThem) {
  initialise();
  EXPECT_EQ(fake_[SMMU_STRTAB_BASE_CFG], 0x10210u);  // FMT 1, SPLIT 8, LOG2SIZE 16
  EXPECT_EQ(fake_[SMMU_STRTAB_BASE], smmu_.stream_table | STRTAB_BASE_RA);
  EXPECT_EQ(smmu_.stream_table % 2048, 0u);
  for (unsigned n = 0; n < 256; ++n)
    EXPECT_EQ(hardware_.load(smmu_.stream_table + 8 * n, 8), 0u);
}

TEST_F(TwoLevelStreams, MakeASecondLevelOnDemandWithoutACommandOfItsOwn) {
  initialise();
  ASSERT_EQ(smmu_bypass(&smmu_, 0x1234), STATUS_OK);
  const std::uint64_t descriptor = hardware_.load(smmu_.stream_table + 8 * 0x12, 8);
  EXPECT_EQ(descriptor & 0x3f, 9u);  // Span: 256 entries
  const std::uint64_t table = descriptor & ~std::uint64_t{0x3f};
  EXPECT_EQ(table % 0x4000, 0u);
  EXPECT_EQ(hardware_.load(table + 64 * 0x34, 8), 4u << 1 | 1);
  EXPECT_EQ(hardware_.load(table + 64 * 0x35, 8), 1u);  // the others abort
  for (const auto& command : fake_.take_commands())
    EXPECT_EQ(command, (Command{CMD_CFGI_STE | 0x1234ull << 32, 1}));
  // Another stream of the same table, and one of another.
  const std::uint64_t next = memory_.next;
  ASSERT_EQ(smmu_bypass(&smmu_, 0x1200), STATUS_OK);
  EXPECT_EQ(memory_.next, next);
  ASSERT_EQ(smmu_bypass(&smmu_, 0xffff), STATUS_OK);
  EXPECT_GT(memory_.next, next);
  EXPECT_EQ(smmu_bypass(&smmu_, 0x10000), STATUS_BAD_ARGUMENT);
}

TEST_F(TwoLevelStreams, AreLinearWhereThereIsNothingToSplit) {
  smmu_.stream_id_bits = 8;
  initialise();
  EXPECT_EQ(fake_[SMMU_STRTAB_BASE_CFG], 8u);
}

TEST_F(TwoLevelStreams, AreLinearWhereTheSmmuHasThemOnlySo) {
  fake_[SMMU_IDR0] &= ~IDR0_ST_LEVEL;
  smmu_.stream_id_bits = 10;
  initialise();
  EXPECT_EQ(fake_[SMMU_STRTAB_BASE_CFG], 10u);
  EXPECT_FALSE(smmu_.two_level_streams);
}

TEST_F(TwoLevelStreams, SayWhenThereIsNoMemory) {
  initialise();
  memory_.end = memory_.next;
  EXPECT_EQ(smmu_bypass(&smmu_, 0x1234), STATUS_NO_MEMORY);
}

class Contexts : public SmmuDriver {
 protected:
  Contexts() {
    fake_[SMMU_IDR0] |= IDR0_CD2L;
    fake_[SMMU_IDR1] |= field_put(IDR1_SSIDSIZE, 16);
    smmu_.substream_id_bits = 20;  // lowered to 16
  }
  void start(unsigned bits) {
    initialise();
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &one_, 5, 48), STATUS_OK);
    two_.shared = true;
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &two_, 6, 48), STATUS_OK);
    ASSERT_EQ(smmu_contexts_initialise(&smmu_, &contexts_, bits), STATUS_OK);
    ASSERT_EQ(smmu_attach_contexts(&smmu_, 3, &contexts_), STATUS_OK);
    fake_.take_commands();
  }
  std::uint64_t word(std::uint64_t cd, unsigned n) { return hardware_.load(cd + 8 * n, 8); }

  smmu_domain one_{}, two_{};
  smmu_contexts contexts_{};
};

TEST_F(Contexts, AreALinearTableWhenFew) {
  start(4);
  const std::uint64_t entry = hardware_.load(smmu_.stream_table + 64 * 3, 8);
  EXPECT_EQ(entry, contexts_.table | 4ull << 59 | 5 << 1 | 1);
  EXPECT_EQ(hardware_.load(smmu_.stream_table + 64 * 3 + 8, 8) & 3, 2u);  // S1DSS: substream 0
  ASSERT_EQ(smmu_set_context(&smmu_, &contexts_, 3, &one_), STATUS_OK);
  const std::uint64_t cd = contexts_.table + 64 * 3;
  for (unsigned n = 0; n < 4; ++n)
    EXPECT_EQ(word(cd, n), word(one_.context_descriptor, n));
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 2u);  // words that aren't used yet, then V
  for (const auto& command : commands)
    EXPECT_EQ(command, (Command{CMD_CFGI_CD | 3ull << 32 | 3u << 12, 1}));
  EXPECT_EQ(smmu_set_context(&smmu_, &contexts_, 16, &one_), STATUS_BAD_ARGUMENT);
}

TEST_F(Contexts, AreOfTwoLevelsWhenMany) {
  start(16);
  const std::uint64_t entry = hardware_.load(smmu_.stream_table + 64 * 3, 8);
  EXPECT_EQ(entry, contexts_.table | 16ull << 59 | 2 << 4 | 5 << 1 | 1);
  ASSERT_EQ(smmu_set_context(&smmu_, &contexts_, 0x1403, &two_), STATUS_OK);
  const std::uint64_t descriptor = hardware_.load(contexts_.table + 8 * 5, 8);
  EXPECT_EQ(descriptor & 0xffff, 1u);
  const std::uint64_t cd = (descriptor & ~std::uint64_t{1}) + 64 * 3;
  EXPECT_EQ(word(cd, 1), two_.table.root);
  EXPECT_EQ(word(cd, 0) & CD0_ASET, 0u);  // the processors' ASIDs
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0], (Command{CMD_CFGI_CD | 3ull << 32 | 0x1403u << 12, 0}));  // the leaf
  EXPECT_EQ(commands[1], (Command{CMD_CFGI_CD | 3ull << 32 | 0x1403u << 12, 1}));
}

TEST_F(Contexts, EndQuietlyAndThenForGood) {
  start(4);
  ASSERT_EQ(smmu_set_context(&smmu_, &contexts_, 2, &two_), STATUS_OK);
  fake_.take_commands();
  const std::uint64_t cd = contexts_.table + 64 * 2;
  ASSERT_EQ(smmu_quiet_context(&smmu_, &contexts_, 2, &two_), STATUS_OK);
  EXPECT_EQ(word(cd, 0) & (CD0_V | CD0_EPD0 | CD0_R), CD0_V | CD0_EPD0);
  EXPECT_EQ(word(cd, 1), 0u);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 3u);  // in place, and what isn't used any more; the ASID
  EXPECT_EQ(commands[2], (Command{CMD_TLBI_NH_ASID | 6ull << 48, 0}));
  ASSERT_EQ(smmu_clear_context(&smmu_, &contexts_, 2), STATUS_OK);
  EXPECT_EQ(word(cd, 0), 0u);
}

TEST_F(Contexts, AnAddressSpaceIsReplacedInPlaceWhereItsTablesAloneDiffer) {
  start(4);
  ASSERT_EQ(smmu_set_context(&smmu_, &contexts_, 1, &one_), STATUS_OK);
  smmu_domain same_asid{};
  ASSERT_EQ(smmu_domain_initialise(&smmu_, &same_asid, 5, 48), STATUS_OK);
  fake_.take_commands();
  ASSERT_EQ(smmu_set_context(&smmu_, &contexts_, 1, &same_asid), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 1u);
  ASSERT_EQ(smmu_set_context(&smmu_, &contexts_, 1, &two_), STATUS_OK);
  EXPECT_EQ(fake_.take_commands().size(), 3u);
}

TEST_F(Contexts, AreNoMoreThanTheSmmuHas) {
  initialise();
  EXPECT_EQ(smmu_.substream_id_bits, 16u);
  EXPECT_EQ(smmu_contexts_initialise(&smmu_, &contexts_, 17), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(smmu_contexts_initialise(&smmu_, &contexts_, 0), STATUS_BAD_ARGUMENT);
}

struct Granule {
  unsigned log2;
  std::uint64_t in_idr5;
  unsigned tg0;
  unsigned tg;
};
class Granules : public SmmuDriver, public testing::WithParamInterface<Granule> {};
INSTANTIATE_TEST_SUITE_P(All, Granules,
                         testing::Values(Granule{GRANULE_4K, IDR5_GRAN4K, 0, 1},
                                         Granule{GRANULE_16K, IDR5_GRAN16K, 2, 2},
                                         Granule{GRANULE_64K, IDR5_GRAN64K, 1, 3}));

TEST_P(Granules, AreOfTheDomain) {
  fake_[SMMU_IDR5] = GetParam().in_idr5 | 5;
  fake_[SMMU_IDR3] = IDR3_RIL;
  initialise();
  smmu_domain domain{};
  ASSERT_EQ(smmu_domain_initialise_granule(&smmu_, &domain, 5, 48, GetParam().log2), STATUS_OK);
  EXPECT_EQ(field_get(CD0_TG0, hardware_.load(domain.context_descriptor, 8)), GetParam().tg0);
  const std::uint64_t page = 1ull << GetParam().log2;
  ASSERT_EQ(smmu_map(&domain, 4 * page, 8 * page, 3 * page, MAP_WRITE), STATUS_OK);
  ASSERT_EQ(smmu_unmap(&smmu_, &domain, 4 * page, 3 * page), STATUS_OK);
  const auto commands = fake_.take_commands();
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(field_get(TLBI1_TG, commands[0][1]), GetParam().tg);
  const auto one = DecodedCommand::of(commands[0], fake_.offer());
  EXPECT_EQ(one.first, 4 * page);
  EXPECT_EQ(one.last, 7 * page - 1);
}

TEST_P(Granules, AreRefusedWhereTheSmmuHasOthersAlone) {
  fake_[SMMU_IDR5] = ((IDR5_GRAN4K | IDR5_GRAN16K | IDR5_GRAN64K) & ~GetParam().in_idr5) | 5;
  initialise();
  smmu_domain domain{};
  EXPECT_EQ(smmu_domain_initialise_granule(&smmu_, &domain, 5, 48, GetParam().log2),
            STATUS_UNSUPPORTED);
}

TEST_P(Granules, WithoutRangesEachPageIsInvalidated) {
  fake_[SMMU_IDR5] = GetParam().in_idr5 | 5;
  initialise();
  const std::uint64_t page = 1ull << GetParam().log2;
  const smmu_range range{5, page + 1, 2 * page, true, LEVEL_PAGE, GetParam().log2};
  ASSERT_EQ(smmu_invalidate_range(&smmu_, &range), STATUS_OK);
  std::set<std::uint64_t> addresses;
  for (const auto& command : fake_.take_commands())
    addresses.insert(command[1] & TLBI1_Address);
  EXPECT_EQ(addresses, (std::set<std::uint64_t>{page, 2 * page, 3 * page}));
}

}  // namespace
}  // namespace doorbell::sw
