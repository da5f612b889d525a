#include "sw/drivers/pcie/pcie.h"

#include <gtest/gtest.h>

#include <array>

#include "sw/drivers/pcie/msix.h"
#include "sw/drivers/pcie/registers.h"
#include "tests/sw/fake_functions.h"

namespace doorbell::sw {
namespace {

class PcieDriver : public testing::Test {
 protected:
  PcieDriver() {
    host_.ecam = FakeFunctions::ecam;
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

TEST_F(PcieDriver, BarsFillAWindowToItsLastByte) {
  host_.memory = {0x10000000, 0x10300000};
  auto& function = fake_.add(0x08, 0x11e81234);
  function.bar_masks[0] = 0xffe00000;
  function.bar_masks[1] = 0xfff00000;
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(functions_[0].bars[1].address, 0x10200000u);
  host_.memory = {0x10000000, 0x10300000 - 1};
  function.words[PCIE_BAR0] = function.words[PCIE_BAR0 + 4] = 0;
  EXPECT_EQ(pcie_enumerate(&host_), STATUS_NO_SPACE);
}

TEST_F(PcieDriver, A64BitBarAsLargeAsItsWindow) {
  auto& function = fake_.add(0x08, 0x11e81234);
  function.words[PCIE_BAR0] = BAR_64_BIT | BAR_PREFETCHABLE;
  function.bar_masks = {0, 0xffffffc0};  // 256 GiB: no bit of the low half
  host_.prefetchable_memory = {0x8000000000, 0xc000000000};
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(functions_[0].bars[0].size, 0x4000000000u);
  EXPECT_EQ(functions_[0].bars[1].size, 0u);  // its upper half is no BAR
  EXPECT_EQ(functions_[0].bars[0].address, 0x8000000000u);
}

TEST_F(PcieDriver, A64BitBarTakesTwoPlacesAndSizingLeavesNoTrace) {
  auto& function = fake_.add(0x08, 0x11e81234);
  function.words[PCIE_BAR0] = BAR_64_BIT;
  function.bar_masks = {0xfffff000, 0xffffffff, 0xfffffffc, 0, 0xfffff000, 0xffffffff};
  function.words[PCIE_BAR0 + 8] = 0xe000 | BAR_IO;
  function.words[PCIE_BAR0 + 16] = BAR_64_BIT;
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(functions_[0].bars[1].size, 0u);
  EXPECT_EQ(function.words[PCIE_BAR0 + 4], 0u);
  EXPECT_EQ(function.words[PCIE_BAR0 + 8], 0xe000u | BAR_IO);
  EXPECT_EQ(functions_[0].bars[4].address, 0x10001000u);
  EXPECT_EQ(functions_[0].bars[5].size, 0u);
}

TEST_F(PcieDriver, AsManyFunctionsAsThereIsRoomFor) {
  for (unsigned i = 0; i < 8; ++i)
    fake_.add(i, 0x11e81234).words[PCIE_HEADER] = HEADER_TYPE_MULTI_FUNCTION;
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  ASSERT_EQ(host_.count, 8u);
  for (unsigned i = 0; i < 8; ++i)
    EXPECT_EQ(functions_[i].requester_id, i);
  host_.capacity = 7;
  EXPECT_EQ(pcie_enumerate(&host_), STATUS_NO_SPACE);
}

TEST_F(PcieDriver, AFunctionThatAsksToBeTriedAgainIsWaitedFor) {
  fake_.add(0x08, 0x11e81234).retries = 3;
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  ASSERT_EQ(host_.count, 1u);
  EXPECT_EQ(functions_[0].vendor_id, 0x1234u);
}

TEST_F(PcieDriver, AFunctionThatNeverStartsIsNotThere) {
  fake_.add(0x08, 0x11e81234).retries = 1u << 31;
  fake_.add(0x10, 0x11e81234);
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  ASSERT_EQ(host_.count, 1u);
  EXPECT_EQ(functions_[0].requester_id, 0x10u);
}

TEST_F(PcieDriver, OddAnswersOfAbsentFunctionsAreNone) {
  fake_.add(0x08, 0x0000ffff);
  fake_.add(0x10, 0xffff0000);
  fake_.add(0x18, 0);
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(host_.count, 0u);
}

TEST_F(PcieDriver, StatusBitsAreLeftAlone) {
  auto& function = fake_.add(0x08, 0x11e81234);
  function.words[PCIE_COMMAND_STATUS] = 0xf9000000;
  pcie_command(&host_, 0x08, COMMAND_BUS_MASTER, 0);
  EXPECT_EQ(function.words[PCIE_COMMAND_STATUS], 0xf9000000u | COMMAND_BUS_MASTER);
}

/// A bridge with one function behind it.
class PcieBridge : public PcieDriver {
 protected:
  PcieBridge() {
    bridge_.words[PCIE_HEADER] = 1 << 16;
    bridge_.bar_masks = {0, 0, ~0u, ~0u, ~0u, ~0u};  // a bridge has two BARs
  }
  std::uint64_t window(unsigned low, unsigned upper, unsigned shift) const {
    const auto word = [this](unsigned at) {
      const auto found = bridge_.words.find(at);
      return found == bridge_.words.end() ? 0u : found->second;
    };
    return std::uint64_t{word(upper)} << 32 | (word(low) >> shift & 0xfff0) << 16;
  }
  FakeFunctions::Function& bridge_ = fake_.add(0x08, 0x000c1b36);
};

/// PCIe 6.0, 7.5.1.3.9: a window whose base lies above its limit is closed. An open one would take
/// what devices behind the bridge send to those addresses.
TEST_F(PcieBridge, WithNothingPrefetchableBehindItsWindowIsClosed) {
  fake_.add(0x100, 0x11e81234).bar_masks[0] = 0xfffff000;
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_GT(window(PCIE_PREFETCHABLE_WINDOW, PCIE_PREFETCHABLE_BASE_UPPER, 0),
            window(PCIE_PREFETCHABLE_WINDOW, PCIE_PREFETCHABLE_LIMIT_UPPER, 16) | 0xfffff);
  host_.prefetchable_memory = {0x8000000000, 0x9000000000};
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_GT(window(PCIE_PREFETCHABLE_WINDOW, PCIE_PREFETCHABLE_BASE_UPPER, 0),
            window(PCIE_PREFETCHABLE_WINDOW, PCIE_PREFETCHABLE_LIMIT_UPPER, 16) | 0xfffff);
}

TEST_F(PcieBridge, ItsPrefetchableWindowCoversWhatIsBehind) {
  auto& behind = fake_.add(0x100, 0x11e81234);
  behind.words[PCIE_BAR0] = BAR_64_BIT | BAR_PREFETCHABLE;
  behind.bar_masks = {0xf0000000, 0xffffffff};
  host_.prefetchable_memory = {0x80f0000000, 0x9000000000};
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(window(PCIE_PREFETCHABLE_WINDOW, PCIE_PREFETCHABLE_BASE_UPPER, 0), 0x80f0000000u);
  EXPECT_EQ(window(PCIE_PREFETCHABLE_WINDOW, PCIE_PREFETCHABLE_LIMIT_UPPER, 16) | 0xfffff,
            0x80ffffffffu);
}

TEST_F(PcieBridge, ItsWindowEndsWithTheLastMebibyte) {
  fake_.add(0x100, 0x11e81234).bar_masks[0] = 0xfff00000;
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(bridge_.words[PCIE_MEMORY_WINDOW], 0x10001000u);
}

TEST_F(PcieBridge, OfARootPortOneDeviceIsAtTheLinksEnd) {
  bridge_.words[PCIE_COMMAND_STATUS] = STATUS_CAPABILITIES_LIST;
  bridge_.words[PCIE_CAPABILITIES_POINTER] = 0x40;
  for (const unsigned type : {PORT_TYPE_ROOT, PORT_TYPE_DOWNSTREAM, 5u}) {
    bridge_.words[0x40] = CAPABILITY_EXPRESS | type << 20;
    fake_.add(0x100, 0x11e81234);
    fake_.add(0x108, 0x11e81234);
    ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
    EXPECT_EQ(host_.count, type == 5u ? 3u : 2u) << type;
  }
}

TEST_F(PcieBridge, TheLastBusNumberIsUsedAndNoneBehindIt) {
  fake_.add(0x100, 0x11e81234);
  host_.last_bus = 1;
  EXPECT_EQ(pcie_enumerate(&host_), STATUS_OK);
  EXPECT_EQ(host_.count, 2u);
  host_.last_bus = 0;
  EXPECT_EQ(pcie_enumerate(&host_), STATUS_NO_SPACE);
}

TEST_F(PcieDriver, MsixIsEnabledMaskedAndProgrammedThroughItsBar) {
  auto& fake = fake_.add_msix(0x08, 0x11e81234, 40);
  hardware_.add_frame(
      0x10000000, 0x10000,
      [this](std::uint64_t offset, unsigned size) { return hardware_.load(offset, size); },
      [this](std::uint64_t offset, unsigned size, std::uint64_t value) {
        hardware_.store(offset, size, value);
      });
  ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
  msix msix{};
  ASSERT_EQ(msix_open(&msix, &host_, &functions_[0]), STATUS_OK);
  EXPECT_EQ(msix.count, 40u);
  msix_enable(&msix);
  EXPECT_EQ(fake.words[0x40] >> 30, 2u);  // enabled, function mask off again
  EXPECT_TRUE(fake.words[PCIE_COMMAND_STATUS] & COMMAND_INTERRUPT_DISABLE);
  for (unsigned vector = 0; vector < 40; ++vector)
    EXPECT_EQ(hardware_.load(0x2000 + 16 * vector + 12, 4), 1u);
  msix_program(&msix, 2, 0x1'0809'0040, 7);
  msix_unmask(&msix, 2);
  EXPECT_EQ(hardware_.load(0x2020, 8), 0x108090040u);
  EXPECT_EQ(hardware_.load(0x2028, 8), 7u);
  hardware_.store(0x3000, 8, 1 << 2 | 1ull << 35);
  EXPECT_TRUE(msix_pending(&msix, 2));
  EXPECT_FALSE(msix_pending(&msix, 1));
  EXPECT_TRUE(msix_pending(&msix, 35));
  EXPECT_FALSE(msix_pending(&msix, 3));
  // A mask is read back: when the answer has come, no message leaves any more.
  hardware_.accesses.clear();
  msix_mask(&msix, 2);
  EXPECT_EQ(hardware_.load(0x202c, 4), 1u);
  ASSERT_GE(hardware_.accesses.size(), 2u);
  EXPECT_FALSE(hardware_.accesses.back().is_write);
  EXPECT_EQ(hardware_.accesses.back().address, 0x1000202cu);
  EXPECT_TRUE(hardware_.accesses[hardware_.accesses.size() - 2].is_write);
  EXPECT_EQ(hardware_.stray_accesses, 0u);
}

}  // namespace
}  // namespace doorbell::sw
