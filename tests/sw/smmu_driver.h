#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "sw/drivers/smmu/smmu.h"
#include "tests/sw/fake_smmu.h"

namespace doorbell::sw {

/// The driver of the SMMU on a fake one, whose commands must be legal. Global errors are handled
/// whenever the driver lets time pass with interrupts unmasked.
class SmmuDriver : public testing::Test {
 protected:
  using Command = FakeSmmu::Words;
  static constexpr std::uint64_t base = 0x9050000;

  SmmuDriver() {
    smmu_.base = base;
    smmu_.memory = &memory_;
    smmu_.stream_id_bits = 8;
    smmu_.log2_commands = 7;
    smmu_.log2_events = 3;
  }
  void initialise() {
    ASSERT_EQ(smmu_initialise(&smmu_), STATUS_OK);
    hardware_commands_at_start_ = fake_.take_commands();
    fake_.syncs = 0;
    fake_.publications = 0;
    fake_.consumer_reads = 0;
  }
  void SetUp() override {
    fake_.on_global_error = [this] { error_interrupt_ = true; };
    hardware_.on_wait = [this] { take_interrupts(); };
  }
  void TearDown() override {
    EXPECT_EQ(fake_.illegal, 0u) << "commands that are reserved";
    EXPECT_EQ(fake_.unclean, 0u) << "fields that are RES0";
  }
  void take_interrupts() {
    if (error_interrupt_ && !hardware_.interrupts_masked) {
      error_interrupt_ = false;
      smmu_handle_global_errors(&smmu_);
    }
  }
  /// The pages that recorded TLBI_NH_VA commands cover, each once.
  std::set<std::uint64_t> pages_of(const std::vector<Command>& commands) {
    std::set<std::uint64_t> pages;
    for (const Command& command : commands) {
      const DecodedCommand one = DecodedCommand::of(command, fake_.offer());
      EXPECT_TRUE(one.by_address);
      EXPECT_EQ(one.asid, 5u);
      for (std::uint64_t page = one.first >> 12; page <= one.last >> 12; ++page)
        EXPECT_TRUE(pages.insert(page).second);
    }
    return pages;
  }
  status invalidate(std::uint64_t iova, std::uint64_t size, bool leaf, unsigned level) {
    const smmu_range range{5, iova, size, leaf, level, GRANULE_4K};
    return smmu_invalidate_range(&smmu_, &range);
  }
  /// Whether a cached leaf of `level` at `iova` of ASID 5 is gone after these commands.
  bool reach(const std::vector<Command>& commands, std::uint64_t iova, unsigned level) {
    return std::any_of(commands.begin(), commands.end(), [&](const Command& command) {
      return removes_leaf(command, fake_.offer(), 5, iova, level);
    });
  }

  FakeHardware hardware_;
  FakeSmmu fake_{hardware_, base};
  region memory_{0x40000000, 0x41000000, {}};
  smmu smmu_{};
  std::vector<Command> hardware_commands_at_start_;
  bool error_interrupt_ = false;
};

}  // namespace doorbell::sw
