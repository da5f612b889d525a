// A processor writes STEs, CDs, level-1 descriptors and translation tables while a translation
// reads and updates them, at every place between its accesses. What comes of it is what comes of
// some order of the two, one after the other: how the translation ends, and what memory holds (IHI
// 0070 3.21.1, 3.21.3, 3.13.4).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/configuration_lookup.h"
#include "doorbell/smmu/arch/procedure.h"

namespace doorbell::smmu {
namespace {

using Memory = std::map<std::uint64_t, std::uint64_t>;
struct Store {
  std::uint64_t address;
  std::uint64_t word;
};

/// Tables without caches, and the stores of a processor: the nth comes ahead of access `ahead[n]`.
class Contended : public TableAccess {
 public:
  Contended(const Memory& initial, const std::vector<Store>& stores, std::vector<unsigned> ahead)
      : memory(initial), stores_(stores), ahead_(std::move(ahead)) {}

  Memory memory;
  unsigned accesses = 0;

  void rest() {
    for (; done_ < stores_.size(); ++done_)
      memory[stores_[done_].address] = stores_[done_].word;
  }

 private:
  void access() {
    for (; done_ < stores_.size() && ahead_[done_] <= accesses; ++done_)
      memory[stores_[done_].address] = stores_[done_].word;
    ++accesses;
  }
  Task<Fault> find_configuration(const GlobalConfiguration& global, const Stream& stream,
                                 StreamConfiguration& result) override {
    return fetch_configuration(global, stream, result, *this);
  }
  Task<WalkStart> start(const TranslationTag&, std::uint64_t, const WalkPosition& first,
                        const Access&) override {
    return Task<WalkStart>::ready(WalkStart{.position = first});
  }
  void keep(const TranslationTag&, std::uint64_t, unsigned, const CachedStep&) override {}
  void finish(const TranslationTag&, const WalkResult&, unsigned, bool) override {}
  Task<bool> read(TablePurpose, unsigned, std::uint64_t address,
                  std::span<std::uint8_t> data) override {
    access();
    for (std::size_t at = 0; at < data.size(); at += 8)
      store_little_endian(data.subspan(at, 8), memory[address + at]);
    return Task<bool>::ready(true);
  }
  Task<Exchanged> exchange(TablePurpose, unsigned, std::uint64_t address, std::uint64_t expected,
                           std::uint64_t desired) override {
    access();
    const std::uint64_t old = memory[address];
    if (old == expected) memory[address] = desired;
    return Task<Exchanged>::ready(Exchanged{.ok = true, .old = old});
  }

  const std::vector<Store>& stores_;
  std::vector<unsigned> ahead_;
  std::size_t done_ = 0;
};

/// How it all ended.
struct Ending {
  bool translated = false;
  std::uint64_t output = 0;
  unsigned size_log2 = 0;
  Permissions permissions;
  EventType event = EventType::none;
  Memory memory;

  bool operator==(const Ending&) const = default;
};

constexpr std::uint64_t AF = 1 << 10, read_only = 1 << 7, DBM = 1ULL << 51, GiB = 1 << 30;
constexpr std::uint64_t page_bits = 3 | 1 << 6, block_bits = 1 | 1 << 6;
constexpr std::uint64_t level_1_streams = 0x7000, streams = 0x8000, other_streams = 0x8400;
constexpr std::uint64_t context = 0x9000, other_context = 0x9100;
constexpr std::uint64_t level_2 = 0x1'0000, level_3 = 0x1'1000, other_level_3 = 0x1'2000;
constexpr std::uint64_t va = 0x20'3abc;  // of the second 2 MiB, page 3
constexpr std::uint64_t ste = streams + 64, l2 = level_2 + 8, l3 = level_3 + 24;
constexpr std::uint64_t other_l3 = other_level_3 + 24;
constexpr std::uint64_t HD = 1ULL << 42, HA = 1ULL << 43;

class Race : public testing::Test {
 protected:
  Race() {
    offered.output_address_bits = 48;
    offered.table_updates = TableUpdates::dirty_state;
    global.enabled = true;
    global.stream_table = {.base = level_1_streams, .log2_size = 8, .split = 6};
    memory[level_1_streams] = streams | 7;
    memory[ste] = 1 | 5 << 1 | context;
    make_context(context, level_2);
    memory[l2] = level_3 | 3;
    memory[l3] = 0x40'0000 | page_bits | AF;
    memory[other_l3] = 0x50'0000 | page_bits | AF;
  }
  /// Two levels of 4 KiB tables.
  void make_context(std::uint64_t at, std::uint64_t table) {
    memory[at] = 34 | 1u << 30 | 1u << 31 | 4ULL << 32 | 1ULL << 41 | 1ULL << 46;
    memory[at + 8] = table;
  }
  Ending run(const std::vector<Store>& stores, std::vector<unsigned> ahead) {
    Contended tables(memory, stores, std::move(ahead));
    global.features = offered;
    const TranslationOutcome found =
        run_now(translate(global, {{.stream_id = 1}, va, access}, tables));
    tables.rest();
    most_accesses = std::max(most_accesses, tables.accesses);
    Ending ending{.event = found.event.type, .memory = tables.memory};
    ending.translated = found.kind == TranslationOutcome::Kind::translated;
    if (ending.translated) {
      ending.event = EventType::none;
      ending.output = found.entry.translate(va);
      ending.size_log2 = found.entry.leaf.size_log2;
      ending.permissions = found.entry.leaf.permissions;
    }
    return ending;
  }
  /// Tries every interleaving against every order. The number of different ends.
  std::size_t expect_some_order(const std::vector<Store>& stores) {
    constexpr unsigned never = ~0u;
    std::vector<Ending> orders;
    for (std::size_t first = 0; first <= stores.size(); ++first) {
      std::vector<unsigned> ahead(stores.size(), never);
      std::fill_n(ahead.begin(), first, 0);
      orders.push_back(run(stores, ahead));
    }
    std::vector<Ending> seen;
    std::vector<unsigned> ahead(stores.size(), 0);
    do {
      const Ending ending = run(stores, ahead);
      EXPECT_NE(std::find(orders.begin(), orders.end(), ending), orders.end())
          << testing::PrintToString(ahead) << ": " << to_string(ending.event) << " " << std::hex
          << ending.output;
      if (std::find(seen.begin(), seen.end(), ending) == seen.end()) seen.push_back(ending);
    } while (next(ahead));
    return seen.size();
  }
  /// The next of all places that don't fall.
  bool next(std::vector<unsigned>& ahead) const {
    for (std::size_t n = ahead.size(); n-- > 0;) {
      if (ahead[n] > most_accesses) continue;
      std::fill(ahead.begin() + static_cast<std::ptrdiff_t>(n), ahead.end(), ahead[n] + 1);
      return true;
    }
    return false;
  }

  GlobalConfiguration global;
  Features offered;
  Memory memory;
  Access access;
  unsigned most_accesses = 0;
};

TEST_F(Race, APageIsMovedByBreakBeforeMake) {
  EXPECT_EQ(expect_some_order({{l3, 0}, {l3, 0x60'0000 | page_bits | AF}}), 3u);
}
TEST_F(Race, ATableIsFilledAndThenLinked) {
  memory[other_l3] = 0;
  EXPECT_EQ(expect_some_order({{other_l3, 0x50'0000 | page_bits | AF}, {l2, other_level_3 | 3}}),
            2u);
}
TEST_F(Race, ATableBecomesABlockThatMapsTheSame) {
  EXPECT_EQ(expect_some_order({{l2, 0x40'0000 | block_bits | AF}}), 2u);
}
TEST_F(Race, APageIsTakenAwayBeforeItsTable) {
  EXPECT_EQ(expect_some_order({{l3, 0}, {l2, 0}}), 2u);
}

// 3.21.3: one word in place, or through V = 0 with the word of V last.
TEST_F(Race, AnSteIsChangedInOneWord) {
  EXPECT_EQ(expect_some_order({{ste, 1 | 4 << 1}}), 2u);
  make_context(other_context, other_level_3 - 0x1000);
  EXPECT_EQ(expect_some_order({{ste, 1 | 5 << 1 | other_context}, {ste, 1}}), 3u);
}
TEST_F(Race, AnSteIsChangedThroughNotBeingValid) {
  offered.attribute_types_override = true;
  EXPECT_EQ(expect_some_order({{ste, 0}, {ste + 8, 1ULL << 36}, {ste, 1 | 4 << 1}}), 3u);
}
TEST_F(Race, ACdIsChangedInOneWord) {
  memory[level_2 + 0x1000 + 8] = 0;
  EXPECT_EQ(expect_some_order({{context + 8, level_3}}), 2u);
  EXPECT_EQ(expect_some_order({{context, 0}, {context + 8, level_3}}), 2u);
}
TEST_F(Race, ALevel1DescriptorIsChanged) {
  memory[other_streams + 64] = 1 | 4 << 1;
  EXPECT_EQ(expect_some_order({{level_1_streams, other_streams | 1}}), 2u) << "no span";
  EXPECT_EQ(expect_some_order({{level_1_streams, 0}, {level_1_streams, other_streams | 3}}), 3u);
}

/// The same with the Access flag, and dirty state, to be set.
class RaceOfUpdates : public Race {
 protected:
  RaceOfUpdates() {
    memory[context] |= HA | HD;
    memory[l3] = clean;
    access.write = true;
  }
  static constexpr std::uint64_t clean = 0x40'0000 | page_bits | read_only | DBM;
};

TEST_F(RaceOfUpdates, APageIsMoved) {
  EXPECT_EQ(expect_some_order({{l3, 0x60'0000 | page_bits | read_only | DBM}}), 2u);
  EXPECT_EQ(expect_some_order({{l3, 0}, {l3, 0x60'0000 | page_bits | read_only | DBM}}), 3u);
}
TEST_F(RaceOfUpdates, APageIsWriteProtected) {
  EXPECT_EQ(expect_some_order({{l3, 0x40'0000 | page_bits | read_only | AF}}), 2u);
}
TEST_F(RaceOfUpdates, SoftwareMakesItAccessedAndDirtyItself) {
  EXPECT_EQ(expect_some_order({{l3, clean | AF}, {l3, (clean | AF) & ~read_only}}), 1u);
}
TEST_F(RaceOfUpdates, ABlockBecomesATable) {
  memory[l2] = 0x40'0000 | block_bits | read_only | DBM;
  memory[other_l3] = 0x40'3000 | page_bits | read_only | DBM;
  EXPECT_EQ(expect_some_order({{l2, other_level_3 | 3}}), 2u);
  EXPECT_EQ(expect_some_order({{l2, 0}, {l2, other_level_3 | 3}}), 3u);
}
TEST_F(RaceOfUpdates, AReadSetsNoMoreThanTheAccessFlag) {
  access.write = false;
  expect_some_order({{l3, clean | AF}, {l3, 0}});
  expect_some_order({{l3, 0x60'0000 | page_bits}, {l3, clean}});
}

/// And below a stage 2 of 1 GiB blocks, all of them to be accessed or made dirty as well.
class RaceOfStages : public RaceOfUpdates {
 protected:
  static constexpr std::uint64_t table = 0x2'0000, S2AP = 3 << 6, normal = 0xf << 2;
  static constexpr std::uint64_t clean_block = 1 | normal | 1 << 6 | DBM;
  static constexpr std::uint64_t data = table + 8;  // of IPAs in the second GiB
  RaceOfStages() {
    offered.stage2 = true;
    memory[ste] = 1 | 7 << 1 | context;
    constexpr std::uint64_t S2HA = 1ULL << 56, S2HD = 1ULL << 55;
    memory[ste + 16] = 0x77 | 25ULL << 32 | 1ULL << 38 | 5ULL << 48 | 1ULL << 51 | S2HA | S2HD;
    memory[ste + 24] = table;
    memory[table] = clean_block;  // identity, for the tables
    memory[data] = (2 * GiB) | clean_block;
    memory[l3] = GiB | page_bits | read_only | DBM;
  }
};

TEST_F(RaceOfStages, TheBlockOfTheDataMoves) {
  EXPECT_EQ(expect_some_order({{data, 3 * GiB | clean_block}}), 2u);
  expect_some_order({{data, 0}, {data, 3 * GiB | clean_block}});
  expect_some_order({{data, (2 * GiB) | 1 | normal | 1 << 6 | AF}});
}
TEST_F(RaceOfStages, ThePageOfStage1Moves) {
  EXPECT_EQ(expect_some_order({{l3, (GiB + 0x1000) | page_bits | read_only | DBM}}), 2u);
}
TEST_F(RaceOfStages, SoftwareMakesTheBlockOfTheTablesDirtyItself) {
  expect_some_order({{table, 1 | normal | S2AP | AF | DBM}});
}

}  // namespace
}  // namespace doorbell::smmu
