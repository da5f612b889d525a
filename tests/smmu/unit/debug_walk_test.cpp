// What a debugger is shown of a translation, from memory alone.
#include "doorbell/smmu/arch/debug_walk.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t stream_table = 0x8000, context = 0x9000, tables = 0x1'0000;
constexpr std::uint64_t va = 0x1234'5678'9abc;

class DebugWalk : public testing::Test {
 protected:
  DebugWalk() {
    memory[stream_table + 64] = 1 | 5 << 1 | context;
    memory[context] = 16 | 1u << 30 | 1u << 31 | 4ULL << 32 | 1ULL << 41 | 1ULL << 46;
    memory[context + 8] = tables;
    for (unsigned level = 0; level < 3; ++level)
      memory[descriptor(level)] = (tables + 0x1000 * (level + 1)) | 3;
    memory[descriptor(3)] = 0x0abc'd000 | 3 | 1u << 6 | 1u << 7 | 1u << 10;  // unprivileged reads
  }
  static std::uint64_t descriptor(unsigned level) {
    return tables + 0x1000 * level + 8 * (va >> (39 - 9 * level) & 0x1ff);
  }
  std::optional<std::uint64_t> translate(const Stream& stream = {.stream_id = 1},
                                         const Access& access = {}) {
    const StreamTable table{stream_table, 2};
    return translate_from_memory(table, offered, stream, va, access,
                                 [this](std::uint64_t at) -> std::optional<std::uint64_t> {
                                   if (at == unreadable) return std::nullopt;
                                   return memory[at];
                                 });
  }
  Features offered;
  std::map<std::uint64_t, std::uint64_t> memory;
  std::uint64_t unreadable = ~0ULL;
};

TEST_F(DebugWalk, FollowsTheTables) {
  EXPECT_EQ(translate(), 0x0abc'dabcu);
  memory[descriptor(2)] = 0x0ae0'0000 | 1 | 1u << 6 | 1u << 10;
  EXPECT_EQ(translate(), 0x0ae0'0000u + (va & 0x1f'ffff));
}

TEST_F(DebugWalk, BypassIsIdentity) {
  memory[stream_table + 64] = 1 | 4 << 1;
  EXPECT_EQ(translate(), va);
}

TEST_F(DebugWalk, FollowsTheTablesOfASubstream) {
  offered.substream_id_bits = 8;
  constexpr std::uint64_t level_1 = 0x2'0000, leaf = 0x3'0000;
  memory[stream_table + 64] = 1 | 5 << 1 | 1 << 4 | level_1 | 8ULL << 59;
  memory[stream_table + 72] = 1;  // S1DSS: those without a SubstreamID bypass
  memory[level_1 + 8] = leaf | 1;
  memory[leaf + 64 * 5] = memory[context];
  memory[leaf + 64 * 5 + 8] = tables;
  EXPECT_EQ(translate({1, 64 + 5, true}), 0x0abc'dabcu);
  EXPECT_EQ(translate({1, 64 + 6, true}), std::nullopt);
  EXPECT_EQ(translate({1, 5, true}), std::nullopt);  // an L1CD that isn't valid
  EXPECT_EQ(translate({1, 0, false}), va);
}

TEST_F(DebugWalk, NothingWhereATransactionWouldBeTerminated) {
  EXPECT_EQ(translate({.stream_id = 1}, {.write = true}), std::nullopt);
  EXPECT_EQ(translate({.stream_id = 1, .substream_valid = true}), std::nullopt);
  EXPECT_EQ(translate({.stream_id = 2}), std::nullopt);  // V = 0
  EXPECT_EQ(translate({.stream_id = 4}), std::nullopt);  // beyond the table
  memory[stream_table + 3 * 64] = 1;
  EXPECT_EQ(translate({.stream_id = 3}), std::nullopt);  // aborts
  memory[context] &= ~(1ULL << 46);
  EXPECT_EQ(translate(), std::nullopt);  // an illegal CD
}

TEST_F(DebugWalk, NothingThroughAnInvalidDescriptorOrWhereMemoryEnds) {
  for (unsigned level = 0; level < 4; ++level) {
    const std::uint64_t was = std::exchange(memory[descriptor(level)], 0);
    EXPECT_EQ(translate(), std::nullopt);
    memory[descriptor(level)] = was;
  }
  for (const std::uint64_t at : {stream_table + 64, context + 8, descriptor(0), descriptor(3)}) {
    unreadable = at;
    EXPECT_EQ(translate(), std::nullopt);
  }
  unreadable = ~0ULL;
  EXPECT_EQ(translate(), 0x0abc'dabcu);
}

}  // namespace
}  // namespace doorbell::smmu
