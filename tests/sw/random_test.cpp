// What random programs are made of, where no machine is needed.
#include <gtest/gtest.h>

extern "C" {
#include <libfdt.h>
}

#include <set>
#include <string>
#include <vector>

#include "sw/drivers/smmu/structures.h"
#include "sw/random/bootargs.h"
#include "sw/random/events.h"
#include "sw/random/generator.h"
#include "sw/random/mutation.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

TEST(RandomGenerator, GivesTheNumbersOfSplitMix64) {
  generator random{};
  generator_seed(&random, 1234567);
  // The first three of the algorithm's published test vector.
  EXPECT_EQ(generator_next(&random), 6457827717110365317u);
  EXPECT_EQ(generator_next(&random), 3203168211198807973u);
  EXPECT_EQ(generator_next(&random), 9817491932198370423u);
}

TEST(RandomGenerator, StaysBelowItsLimitAndReachesAllOfIt) {
  generator random{};
  generator_seed(&random, 1);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(generator_below(&random, 7));
  EXPECT_EQ(seen, (std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_FALSE(generator_percent(&random, 0));
  EXPECT_TRUE(generator_percent(&random, 100));
}

class Bootargs : public ::testing::Test {
 protected:
  static constexpr std::uint64_t base = 0x4000'0000;

  /// A tree with a decoy before /chosen and one below it.
  static std::vector<char> tree(const char* arguments) {
    std::vector<char> blob(4096);
    fdt_create_empty_tree(blob.data(), static_cast<int>(blob.size()));
    const int chosen = fdt_add_subnode(blob.data(), 0, "chosen");
    if (arguments != nullptr) fdt_setprop_string(blob.data(), chosen, "bootargs", arguments);
    fdt_setprop_string(blob.data(), chosen, "stdout-path", "/pl011@9000000");
    const int below = fdt_add_subnode(blob.data(), chosen, "module");
    fdt_setprop_string(blob.data(), below, "bootargs", "of another");
    const int other = fdt_add_subnode(blob.data(), 0, "chosen-ones");
    fdt_setprop_string(blob.data(), other, "bootargs", "of others");
    return blob;
  }
  void store(const std::vector<char>& blob) {
    for (std::size_t i = 0; i < blob.size(); ++i)
      hardware_.store(base + i, 1, static_cast<unsigned char>(blob[i]));
  }

  FakeHardware hardware_;
};

TEST_F(Bootargs, AreFoundInChosen) {
  store(tree("seed=17 count=3"));
  char text[64];
  ASSERT_TRUE(bootargs_read(base, text, sizeof text));
  EXPECT_STREQ(text, "seed=17 count=3");
}

TEST_F(Bootargs, AreCutToTheirRoom) {
  store(tree("seed=17 count=3"));
  char text[8];
  ASSERT_TRUE(bootargs_read(base, text, sizeof text));
  EXPECT_STREQ(text, "seed=17");
}

TEST_F(Bootargs, AreNotThoseOfOtherNodes) {
  store(tree(nullptr));
  char text[64];
  EXPECT_FALSE(bootargs_read(base, text, sizeof text));
}

TEST_F(Bootargs, NeedATree) {
  char text[64];
  EXPECT_FALSE(bootargs_read(base, text, sizeof text));
}

TEST(BootargsNumber, IsThatOfAWholeWord) {
  std::uint64_t value = 5;
  EXPECT_TRUE(bootargs_number("count=3 seed=18446744073709551615", "seed", &value));
  EXPECT_EQ(value, UINT64_MAX);
  EXPECT_TRUE(bootargs_number("noseed=1  seed=2", "seed", &value));
  EXPECT_EQ(value, 2u);
  EXPECT_FALSE(bootargs_number("seeds=1 seed seed=", "seed", &value));
  EXPECT_EQ(value, 2u);
}

TEST(Mutations, ChangeTheirFieldAloneAndEachHasItsName) {
  std::set<std::string> names;
  for (const mutations* table :
       {&stream_table_entry_mutations, &context_descriptor_mutations,
        &context_descriptor_variations, &leaf_mutations, &leaf_variations, &table_mutations}) {
    for (unsigned i = 0; i < table->count; ++i) {
      const mutation& row = table->rows[i];
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
      for (const std::uint64_t word : {std::uint64_t{0}, UINT64_MAX}) {
        const std::uint64_t changed = mutated(&row, word);
        EXPECT_EQ(changed & ~row.field, word & ~row.field) << row.name;
        EXPECT_EQ(field_get(row.field, changed), row.value) << row.name << ": doesn't fit";
      }
    }
  }
}

class EventSet : public ::testing::Test {
 protected:
  EventSet() {
    hardware_.add_frame(
        uart_.base, 0x1000, [](std::uint64_t, unsigned) { return 0; },
        [this](std::uint64_t, unsigned, std::uint64_t value) {
          text_ += static_cast<char>(value);
        });
    event_set_clear(&set_, 8);
  }
  void add(std::uint64_t type, std::uint64_t address = 0, std::uint64_t word1 = 0,
           std::uint64_t fetch = 0, std::uint64_t stream = 8) {
    const smmu_event event = {{type | stream << 32, word1, address, fetch}};
    event_set_add(&set_, &event);
  }
  std::string text() {
    event_set_print(&set_, &uart_);
    return text_;
  }

  FakeHardware hardware_;
  pl011 uart_{0x0900'0000};
  event_set set_{};
  std::string text_;
};

TEST_F(EventSet, IsADashWhenNothingHappened) {
  EXPECT_EQ(text(), " events=-");
}

TEST_F(EventSet, HasEachRecordOnceAndInOrder) {
  add(0x10, 0x5008, EVENT1_RnW | 2ull << 40);
  add(0x10, 0x5ff0, EVENT1_RnW | 2ull << 40);
  add(0x10, 0x5000, 2ull << 40);
  add(0x04);
  EXPECT_EQ(text(), " events=4,10:w2:5000,10:r2:5000");
}

TEST_F(EventSet, LeavesOutWhatATypeDoesNotHave) {
  add(0x0a, 0x5000, EVENT1_RnW, 0x7000);
  add(0x09, 0x5000, EVENT1_RnW, 0x7000);
  EXPECT_EQ(text(), " events=9@7000,a");
}

TEST_F(EventSet, NamesTheStreamOnlyIfItIsAnother) {
  add(0x04, 0, 0, 0, 9);
  EXPECT_EQ(text(), " events=4:other");
}

TEST_F(EventSet, SaysThatMoreCameThanItHolds) {
  for (unsigned i = 0; i <= EVENT_SET; ++i)
    add(0x10, i * 0x1000ull);
  EXPECT_TRUE(text().ends_with(",more")) << text_;
}

}  // namespace
}  // namespace doorbell::sw
