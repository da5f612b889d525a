#include "doorbell/pcie/arch/configuration_space.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "doorbell/pcie/arch/express_capability.h"
#include "doorbell/pcie/arch/msi_capability.h"
#include "doorbell/pcie/arch/msix_table.h"

namespace doorbell::pcie {
namespace {

using Space = ConfigurationSpace;

const FunctionIdentity identity{.vendor_id = 0x1b36,
                                .device_id = 0x0dbe,
                                .revision_id = 2,
                                .class_code = 0x010802,
                                .subsystem_vendor_id = 0x1af4,
                                .subsystem_id = 0x1100,
                                .interrupt_pin = 1};
const std::vector<BarInfo> bars{
    {0, 0x4000, true, false}, {2, 0x1000'0000, true, true}, {4, 0x1000, false, false}};

class ConfigurationSpaceTest : public ::testing::Test {
 protected:
  Space space{identity, bars};
};

TEST_F(ConfigurationSpaceTest, HeaderIdentifiesTheFunction) {
  EXPECT_EQ(space.read(0, 4), 0x0dbe'1b36u);
  EXPECT_EQ(space.read(0x08, 4), 0x0108'0202u);
  EXPECT_EQ(space.read(0x0e, 1), 0u);
  EXPECT_EQ(space.read(0x2c, 4), 0x1100'1af4u);
  EXPECT_EQ(space.read(0x3d, 1), 1u);
  space.write(0, 4, 0);
  EXPECT_EQ(space.read(0, 2), 0x1b36u);
}

TEST_F(ConfigurationSpaceTest, SizesBarsAsLinuxDoes) {
  const auto size = [&](unsigned offset) {
    const auto old = space.read(offset, 4);
    space.write(offset, 4, ~0u);
    const auto sized = space.read(offset, 4);
    space.write(offset, 4, old);
    EXPECT_EQ(space.read(offset, 4), old);
    return sized;
  };
  EXPECT_EQ(size(0x10), 0xffff'c004u);  // 64-bit, 16 KiB
  EXPECT_EQ(size(0x14), 0xffff'ffffu);
  EXPECT_EQ(size(0x18), 0xf000'000cu);  // 64-bit, prefetchable, 256 MiB
  EXPECT_EQ(size(0x20), 0xffff'f000u);  // 32-bit, 4 KiB
  EXPECT_EQ(size(0x24), 0u);            // there is none
  EXPECT_EQ(size(0x30), 0u);            // no expansion ROM
}

TEST_F(ConfigurationSpaceTest, BarAbove4GiBIsSizedInItsUpperHalf) {
  Space big(identity, {{0, 0x4'0000'0000, true, true}});
  big.write(0x10, 4, ~0u);
  big.write(0x14, 4, ~0u);
  EXPECT_EQ(big.read(0x10, 4), 0x0000'000cu);
  EXPECT_EQ(big.read(0x14, 4), 0xffff'fffcu);
}

TEST_F(ConfigurationSpaceTest, MemoryIsDecodedOnlyWhenEnabled) {
  space.write(0x10, 4, 0x1000'4000);
  space.write(0x18, 4, 0);
  space.write(0x1c, 4, 0x80);  // 512 GiB
  Space::BarHit hit{};
  EXPECT_FALSE(space.decode(0x1000'4010, hit));
  space.write(Space::Command, 2, Space::Memory_Space_Enable);
  ASSERT_TRUE(space.decode(0x1000'4010, hit));
  EXPECT_EQ(hit.index, 0u);
  EXPECT_EQ(hit.offset, 0x10u);
  ASSERT_TRUE(space.decode(0x80'0fff'ffff, hit));
  EXPECT_EQ(hit.index, 2u);
  EXPECT_FALSE(space.decode(0x1000'8000, hit));
  EXPECT_FALSE(space.decode(0x80'1000'0000, hit));
}

TEST_F(ConfigurationSpaceTest, CommandBitsHaveTheirEffects) {
  EXPECT_FALSE(space.bus_master_enabled());
  space.write(Space::Command, 2, 0xffff);
  EXPECT_EQ(space.read(Space::Command, 2), 0x0546u);  // no I/O space, reserved bits zero
  EXPECT_TRUE(space.memory_enabled() && space.bus_master_enabled() && space.interrupt_disabled());
}

TEST_F(ConfigurationSpaceTest, StatusErrorsAreClearedByWritingOnes) {
  space.set(Space::Status, 2, 0x2000 | space.get16(Space::Status));
  space.write(Space::Status, 2, 0xffff);
  EXPECT_EQ(space.read(Space::Status, 2) & 0xf900, 0u);
}

TEST_F(ConfigurationSpaceTest, ByteWritesTouchTheirByteOnly) {
  space.write(0x20, 4, 0x1234'5000);
  space.write(0x23, 1, 0x99);
  EXPECT_EQ(space.read(0x20, 4), 0x9934'5000u);
  space.write(0x22, 2, 0xabcd);
  EXPECT_EQ(space.read(0x20, 4), 0xabcd'5000u);
}

TEST_F(ConfigurationSpaceTest, CapabilityListLeadsToEach) {
  EXPECT_EQ(space.read(Space::Status, 2) & 0x10, 0u);
  const PowerCapability power(space);
  const MsiCapability msi(space, 8, true);
  const MsixCapability msix(space,
                            {.vectors = 32, .table_bar = 2, .pba_bar = 2, .pba_offset = 0x800});
  const ExpressCapability express(space, {});
  EXPECT_EQ(space.read(Space::Status, 2) & 0x10, 0x10u);
  std::vector<unsigned> ids;
  for (unsigned at = space.read(0x34, 1); at != 0; at = space.read(at + 1, 1)) {
    ASSERT_EQ(at % 4, 0u);
    ASSERT_LT(ids.size(), 8u);
    ids.push_back(space.read(at, 1));
  }
  EXPECT_EQ(ids, (std::vector<unsigned>{0x01, 0x05, 0x11, 0x10}));
  EXPECT_TRUE(power.in_d0());
  EXPECT_EQ(space.read(msix.offset() + 4, 4), 2u);
  EXPECT_EQ(space.read(msix.offset() + 8, 4), 0x802u);
  EXPECT_EQ(space.read(msix.offset() + 2, 2), 31u);
}

TEST_F(ConfigurationSpaceTest, ExtendedSpaceDoesNotMirrorTheHeader) {
  for (unsigned offset = 0x100; offset < 0x1000; offset += 0x100) {
    EXPECT_NE(space.read(offset, 4), space.read(0, 4));
  }
  EXPECT_EQ(space.read(0x100, 4), 0u);  // readable, and no extended capability
}

TEST_F(ConfigurationSpaceTest, ExtendedCapabilitiesAreLinked) {
  EXPECT_EQ(space.add_extended_capability(0x0001, 2, 0x48), 0x100u);
  EXPECT_EQ(space.add_extended_capability(0x0003, 1, 0x0c), 0x148u);
  EXPECT_EQ(space.read(0x100, 4), 0x1482'0001u);
  EXPECT_EQ(space.read(0x148, 4), 0x0001'0003u);
}

TEST_F(ConfigurationSpaceTest, DeviceControlSetsSizesAndTags) {
  ExpressCapability express(space, {.max_payload_supported = 512, .tag_width = TagWidth::bits10});
  const unsigned control = express.offset() + ExpressCapability::Device_Control;
  EXPECT_EQ(space.read(express.offset() + 2, 2), 0x0002u);  // version 2, endpoint
  EXPECT_EQ(space.read(express.offset() + 4, 4) & 7, 2u);
  EXPECT_EQ(express.max_payload(), 128u);
  EXPECT_EQ(express.max_read_request(), 512u);
  EXPECT_EQ(express.tag_width(), TagWidth::bits8);
  EXPECT_TRUE(express.relaxed_ordering_enabled());
  space.write(control, 2, 5 << 12 | 1 << 5);
  EXPECT_EQ(express.max_payload(), 256u);
  EXPECT_EQ(express.max_read_request(), 4096u);
  EXPECT_EQ(express.tag_width(), TagWidth::bits5);
  EXPECT_FALSE(express.relaxed_ordering_enabled());
  space.write(control, 2, 7 << 5);
  EXPECT_EQ(express.max_payload(), 512u);  // never above what is supported
  space.write(express.offset() + ExpressCapability::Device_Control_2, 2, 1 << 12);
  EXPECT_EQ(express.tag_width(), TagWidth::bits10);
}

TEST_F(ConfigurationSpaceTest, PowerStateLeavesD0) {
  const PowerCapability power(space);
  const unsigned pmcsr = space.read(0x34, 1) + 4;
  space.write(pmcsr, 2, 3);
  EXPECT_FALSE(power.in_d0());
  space.write(pmcsr, 2, 0);
  EXPECT_TRUE(power.in_d0());
}

TEST_F(ConfigurationSpaceTest, ImpossibleBarsAreRefused) {
  EXPECT_THROW(Space(identity, {{0, 100, false, false}}), std::invalid_argument);
  EXPECT_THROW(Space(identity, {{5, 0x1000, true, false}}), std::invalid_argument);
  EXPECT_THROW(Space(identity, {{0, 0x1000, true, false}, {1, 0x1000, false, false}}),
               std::invalid_argument);
}

TEST_F(ConfigurationSpaceTest, TheSmallestAndTheLargestBarsFit) {
  const auto top = [](unsigned index, std::uint64_t size, bool is_64_bit) {
    Space bar(identity, {{index, size, is_64_bit, false}});
    const unsigned offset = 0x10 + 4 * index;
    bar.write(offset, 4, ~0u);
    if (is_64_bit) bar.write(offset + 4, 4, ~0u);
    return std::uint64_t{is_64_bit ? bar.read(offset + 4, 4) : 0} << 32 |
           (bar.read(offset, 4) & ~0xfu);
  };
  EXPECT_EQ(top(5, 128, false), 0xffff'ff80u);
  EXPECT_EQ(top(5, 1u << 31, false), 0x8000'0000u);
  EXPECT_EQ(top(4, 1ULL << 63, true), 1ULL << 63);
  EXPECT_THROW(top(5, 64, false), std::invalid_argument);
  EXPECT_THROW(top(5, 1ULL << 32, false), std::invalid_argument);
  EXPECT_THROW(top(6, 128, false), std::invalid_argument);
}

TEST_F(ConfigurationSpaceTest, CapabilitiesMayFillTheirSpaceToItsEnd) {
  EXPECT_EQ(space.add_capability(0x09, 7), 0x40u);
  EXPECT_EQ(space.add_capability(0x09, 0xb8), 0x48u) << "at a double word";
  EXPECT_THROW(space.add_capability(0x09, 4), std::invalid_argument);
  EXPECT_EQ(space.add_extended_capability(0x000b, 1, 9), 0x100u);
  EXPECT_EQ(space.add_extended_capability(0x000b, 1, 0xef4), 0x10cu);
  EXPECT_THROW(space.add_extended_capability(0x000b, 1, 4), std::invalid_argument);
}

TEST_F(ConfigurationSpaceTest, OutsideReadsAllOnes) {
  EXPECT_EQ(space.read(4092, 4), 0u);  // the last one is inside
  EXPECT_EQ(space.read(4095, 1), 0u);
  EXPECT_EQ(space.read(4094, 4), ~0u);
  EXPECT_EQ(space.read(4096, 4), ~0u);
  space.write(4096, 4, 0);
}

}  // namespace
}  // namespace doorbell::pcie
