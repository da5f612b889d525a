#include "sw/drivers/pcie/pcie.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "sw/drivers/pcie/msix.h"
#include "sw/drivers/pcie/registers.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t ecam = 0x4010000000;

/// Configuration spaces of dwords; BARs keep only the address bits above their size.
class FakeFunctions {
 public:
  explicit FakeFunctions(FakeHardware& hardware) {
    hardware.add_frame(
        ecam, 0x10000000, [this](std::uint64_t offset, unsigned) { return read(offset); },
        [this](std::uint64_t offset, unsigned, std::uint64_t value) {
          write(offset, static_cast<std::uint32_t>(value));
        });
  }
  struct Function {
    std::map<unsigned, std::uint32_t> words;
    std::array<std::uint32_t, 6> bar_masks{};  // writable bits
  };
  Function& add(unsigned requester_id, std::uint32_t id) {
    Function& function = functions_[requester_id];
    function.words[0] = id;
    return function;
  }

 private:
  std::uint64_t read(std::uint64_t offset) {
    const auto function = functions_.find(static_cast<unsigned>(offset >> 12));
    return function == functions_.end() ? 0xffffffff : function->second.words[offset & 0xfff];
  }
  void write(std::uint64_t offset, std::uint32_t value) {
    const auto found = functions_.find(static_cast<unsigned>(offset >> 12));
    if (found == functions_.end()) return;
    const unsigned at = offset & 0xfff;
    std::uint32_t& word = found->second.words[at];
    if (at >= PCIE_BAR0 && at < PCIE_BAR0 + 24) {
      const std::uint32_t mask = found->second.bar_masks[(at - PCIE_BAR0) / 4];
      word = (word & ~mask) | (value & mask);
    } else if (at == PCIE_COMMAND_STATUS) {
      word = (word & 0xffff0000) | (value & 0xffff);
    } else {
      word = value;
    }
  }
  std::map<unsigned, Function> functions_;
};

class PcieDriver : public testing::Test {
 protected:
  PcieDriver() {
    host_.ecam = ecam;
    host_.last_bus = 255;
    host_.memory = {0x10000000, 0x20000000};
    host_.functions = functions_.data();
    host_.capacity = functions_.size();
  }
  FakeHardware hardware_;
  FakeFunctions fake_{hardware_};
  std::array<pcie_function, 8> functions_{};
  pcie_host host_{};
};

TEST_F(PcieDriver, FindsFunctionsAndSizesTheirBars) {
  auto& first = fake_.add(0x08, 0x00081b36);
  first.words[PCIE_HEADER] = HEADER_TYPE_MULTI_FUNCTION;
  first.bar_masks[0] = 0xffffc000;
  auto& second = fake_.add(0x0b, 0x11e81234);
  second.words[PCIE_BAR0] = BAR_64_BIT;
  second.bar_masks = {0xfff00000, 0xffffffff};
  second.words[PCIE_BAR0 + 8] = BAR_IO;
  second.bar_masks[2] = 0xfffffffc;
  fake_.add(0x11, 0x56785678);  // function 1 of a device without function 0
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  ASSERT_EQ(host_.count, 2u);
  EXPECT_EQ(functions_[0].bars[0].size, 0x4000u);
  EXPECT_EQ(functions_[0].bars[0].address, 0x10000000u);
  const pcie_function* function = pcie_find(&host_, 0x1234, 0x11e8);
  ASSERT_NE(function, nullptr);
  EXPECT_EQ(function->requester_id, 0x0bu);
  EXPECT_EQ(function->bars[0].size, 0x100000u);
  EXPECT_EQ(function->bars[0].address, 0x10100000u);
  EXPECT_EQ(function->bars[1].size, 0u);
  EXPECT_EQ(function->bars[2].size, 0u);
  EXPECT_EQ(second.words[PCIE_BAR0], 0x10100000u | BAR_64_BIT);
  EXPECT_EQ(hardware_.stray_accesses, 0u);
}

TEST_F(PcieDriver, A64BitPrefetchableBarGoesAbove4GiB) {
  auto& function = fake_.add(0x08, 0x11e81234);
  function.words[PCIE_BAR0] = BAR_64_BIT | BAR_PREFETCHABLE;
  function.bar_masks = {0x80000000, 0xffffffff};
  host_.prefetchable_memory = {0x8000000000, 0x9000000000};
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(functions_[0].bars[0].size, 0x80000000u);
  EXPECT_EQ(functions_[0].bars[0].address, 0x8000000000u);
  EXPECT_EQ(function.words[PCIE_BAR0 + 4], 0x80u);
}

TEST_F(PcieDriver, ABarThatFitsNowhereIsAnError) {
  auto& function = fake_.add(0x08, 0x11e81234);
  function.bar_masks[0] = 0xe0000000;
  EXPECT_EQ(pcie_enumerate(&host_), STATUS_NO_SPACE);
}

TEST_F(PcieDriver, ALoopOfCapabilitiesEnds) {
  auto& function = fake_.add(0x08, 0x11e81234);
  function.words[PCIE_COMMAND_STATUS] = STATUS_CAPABILITIES_LIST;
  function.words[PCIE_CAPABILITIES_POINTER] = 0x40;
  function.words[0x40] = 0x5009;
  function.words[0x50] = 0x4001;
  EXPECT_EQ(pcie_capability(&host_, 0x08, CAPABILITY_MSIX), 0u);
  EXPECT_EQ(pcie_capability(&host_, 0x08, 0x01), 0x50u);
}

TEST_F(PcieDriver, BridgesAreNumberedAndTheirWindowsCoverWhatIsBehind) {
  auto& bridge = fake_.add(0x08, 0x000c1b36);
  bridge.words[PCIE_HEADER] = 1 << 16;
  bridge.bar_masks = {0, 0, ~0u, ~0u, ~0u, ~0u};  // a bridge has two BARs
  auto& behind = fake_.add(0x100, 0x11e81234);
  behind.bar_masks[0] = 0xfffff000;
  auto& beside = fake_.add(0x10, 0x56781234);
  beside.bar_masks[0] = 0xfffff000;
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  ASSERT_EQ(host_.count, 3u);
  EXPECT_EQ(bridge.words[PCIE_BUS_NUMBERS], 0x00010100u);
  EXPECT_EQ(bridge.words[PCIE_MEMORY_WINDOW], 0x10001000u);
  EXPECT_EQ(bridge.words[PCIE_PREFETCHABLE_WINDOW], 0x0000fff0u);
  EXPECT_EQ(pcie_find(&host_, 0x1234, 0x5678)->bars[0].address, 0x10100000u);
}

TEST_F(PcieDriver, MsixIsEnabledMaskedAndProgrammedThroughItsBar) {
  auto& fake = fake_.add(0x08, 0x11e81234);
  fake.bar_masks[2] = 0xffff0000;
  fake.words[PCIE_COMMAND_STATUS] = STATUS_CAPABILITIES_LIST;
  fake.words[PCIE_CAPABILITIES_POINTER] = 0x40;
  fake.words[0x40] = CAPABILITY_MSIX | 3 << 16;
  fake.words[0x44] = 0x2000 | 2;
  fake.words[0x48] = 0x3000 | 2;
  hardware_.add_frame(
      0x10000000, 0x10000,
      [this](std::uint64_t offset, unsigned size) { return hardware_.load(offset, size); },
      [this](std::uint64_t offset, unsigned size, std::uint64_t value) {
        hardware_.store(offset, size, value);
      });
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  msix msix{};
  ASSERT_EQ(msix_open(&msix, &host_, &functions_[0]), STATUS_OK);
  EXPECT_EQ(msix.count, 4u);
  msix_enable(&msix);
  EXPECT_EQ(fake.words[0x40] >> 30, 2u);  // enabled, function mask off again
  EXPECT_TRUE(fake.words[PCIE_COMMAND_STATUS] & COMMAND_INTERRUPT_DISABLE);
  for (unsigned vector = 0; vector < 4; ++vector)
    EXPECT_EQ(hardware_.load(0x2000 + 16 * vector + 12, 4), 1u);
  msix_program(&msix, 2, 0x1'0809'0040, 7);
  msix_unmask(&msix, 2);
  EXPECT_EQ(hardware_.load(0x2020, 8), 0x108090040u);
  EXPECT_EQ(hardware_.load(0x2028, 8), 7u);
  hardware_.store(0x3000, 4, 1 << 2);
  EXPECT_TRUE(msix_pending(&msix, 2));
  EXPECT_FALSE(msix_pending(&msix, 1));
  EXPECT_EQ(hardware_.stray_accesses, 0u);
}

}  // namespace
}  // namespace doorbell::sw
