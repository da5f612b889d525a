// What no other machine's tree could be compared with.
#include "platforms/virt/device_tree.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"
#include "tests/support/flat_tree.h"

namespace doorbell::virt {
namespace {

std::vector<std::uint32_t> cells(const std::string& property) {
  std::vector<std::uint32_t> values;
  for (std::size_t i = 0; i + 4 <= property.size(); i += 4) {
    std::uint32_t value = 0;
    for (std::size_t byte = 0; byte < 4; ++byte)
      value = value << 8 | static_cast<std::uint8_t>(property[i + byte]);
    values.push_back(value);
  }
  return values;
}

std::string property(const VirtParameters& parameters, const std::string& path,
                     const BootInformation& boot = {}) {
  return test::read_flat_tree(device_tree(parameters, boot)).at(path);
}

TEST(DeviceTree, IsTheSameEveryTimeAndAnotherWithAnotherSeed) {
  VirtParameters parameters;
  const std::vector<std::uint8_t> first = device_tree(parameters, {});
  EXPECT_EQ(device_tree(parameters, {}), first);
  const std::string rng = property(parameters, "/chosen:rng-seed");
  const std::string kaslr = property(parameters, "/chosen:kaslr-seed");
  parameters.device_tree.seed = 2;
  EXPECT_NE(property(parameters, "/chosen:rng-seed"), rng);
  EXPECT_NE(property(parameters, "/chosen:kaslr-seed"), kaslr);
}

TEST(DeviceTree, LeavesRoomForWhatFirmwareAdds) {
  std::vector<std::uint8_t> tree = device_tree(VirtParameters{}, {});
  EXPECT_EQ(tree.size(), device_tree_bytes);
  EXPECT_EQ(fdt_totalsize(tree.data()), device_tree_bytes);
  EXPECT_EQ(fdt_setprop_string(tree.data(), fdt_path_offset(tree.data(), "/chosen"), "added",
                               std::string(100'000, 'x').c_str()),
            0);
}

TEST(DeviceTree, SaysNothingOfSoftwareThatIsntThere) {
  const auto tree = test::read_flat_tree(device_tree(VirtParameters{}, {}));
  EXPECT_FALSE(tree.contains("/chosen:bootargs"));
  EXPECT_FALSE(tree.contains("/chosen:linux,initrd-start"));
}

TEST(DeviceTree, BootargsThatDontFitAreTheUsersMistake) {
  EXPECT_THROW(device_tree(VirtParameters{}, {.bootargs = std::string(device_tree_bytes, 'x')}),
               InputError);
}

TEST(DeviceTree, HasANodeForEachTbusCounters) {
  VirtParameters parameters;
  const auto nodes = [&parameters] {
    std::size_t count = 0;
    for (const auto& [path, value] : test::read_flat_tree(device_tree(parameters, {})))
      count += path.starts_with("/pmcg@") && path.ends_with(":reg");
    return count;
  };
  EXPECT_EQ(nodes(), 2u) << "the TCU's, and one";
  parameters.smmu.tbus.resize(3);
  EXPECT_EQ(nodes(), 4u);
  EXPECT_EQ(cells(property(parameters, "/pmcg@b460000:interrupts"))[1], 176u + 3);
  parameters.smmu.performance_counters = 0;
  EXPECT_EQ(nodes(), 0u);
}

TEST(DeviceTree, FollowsTheRootComplex) {
  VirtParameters parameters;
  parameters.root_complex.ecam_base = 0x50'0000'0000;
  parameters.root_complex.ecam_buses = 16;
  parameters.root_complex.segment = 3;
  parameters.root_complex.stream_id = {.base = 0x100, .shift = 0};
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:reg")),
            (std::vector<std::uint32_t>{0x50, 0, 0, 0x100'0000}));
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:bus-range")),
            (std::vector<std::uint32_t>{0, 15}));
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:linux,pci-domain")),
            (std::vector<std::uint32_t>{3}));
  const auto smmu = cells(property(parameters, "/smmuv3@9050000:phandle"));
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:iommu-map")),
            (std::vector<std::uint32_t>{0, smmu.at(0), 0x100, 0x10000}));
}

TEST(DeviceTree, NamesEachRequesterWhoseIdsAreSpreadOut) {
  VirtParameters parameters;
  parameters.root_complex.device_id = {.base = 0x20, .shift = 4};
  const auto its = cells(property(parameters, "/intc@8000000/its@8080000:phandle")).at(0);
  // Functions 00:01.0 and 00:02.0.
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:msi-map")),
            (std::vector<std::uint32_t>{0x08, its, 0xA0, 1, 0x10, its, 0x120, 1}));
}

TEST(DeviceTree, NamesEachITSAndWhoseMessagesItTakes) {
  VirtParameters parameters;
  parameters.gic.its_count = 3;
  parameters.endpoints[0].its = 2;
  parameters.endpoints[1].its = 1;
  parameters.endpoints[1].endpoint.functions = 2;
  const auto handle = [&](const std::string& node) {
    return cells(property(parameters, "/intc@8000000/" + node + ":phandle")).at(0);
  };
  const std::uint32_t its[] = {handle("its@8080000"), handle("its@b000000"), handle("its@b040000")};
  EXPECT_EQ(cells(property(parameters, "/intc@8000000/its@b040000:reg")),
            (std::vector<std::uint32_t>{0, 0xB04'0000, 0, 0x2'0000}));
  // Function 00:01.0, and 00:02.0 and 00:02.1; all else is the first one's.
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:msi-map")),
            (std::vector<std::uint32_t>{0,    its[0], 0,    0x08,      //
                                        0x08, its[2], 0x08, 1,         //
                                        0x09, its[0], 0x09, 0x10 - 9,  //
                                        0x10, its[1], 0x10, 1,         //
                                        0x11, its[1], 0x11, 1,         //
                                        0x12, its[0], 0x12, 0xFFEE}));
}

/// Whether there is one at `path`.
bool has(const VirtParameters& parameters, const std::string& path) {
  try {
    return !property(parameters, path).empty();
  } catch (const std::exception&) {
    return false;
  }
}

// Linux finds GICv2m's frame below the interrupt controller, where it has no LPIs.
TEST(DeviceTree, NamesTheFrameOfGICv2mInPlaceOfTheIts) {
  VirtParameters parameters;
  parameters.gic.lpis = gic::LpiSupport::none;
  parameters.gic.doorbell = gic::DoorbellKind::v2m;
  const std::string v2m = "/intc@8000000/v2m@8020000";
  EXPECT_EQ(cells(property(parameters, v2m + ":reg")),
            (std::vector<std::uint32_t>{0, 0x802'0000, 0, 0x1000}));
  const std::uint32_t handle = cells(property(parameters, v2m + ":phandle")).at(0);
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:msi-map")),
            (std::vector<std::uint32_t>{0, handle, 0, 0x10000}));
  EXPECT_FALSE(has(parameters, "/intc@8000000/its@8080000:reg"));
}

TEST(DeviceTree, NamesSpisForMessagesAndTheirFrame) {
  VirtParameters parameters;
  parameters.gic.lpis = gic::LpiSupport::none;
  parameters.gic.doorbell = gic::DoorbellKind::spi;
  const std::string intc = "/intc@8000000";
  EXPECT_EQ(cells(property(parameters, intc + ":mbi-alias")),
            (std::vector<std::uint32_t>{0, 0x803'0000}));
  EXPECT_EQ(cells(property(parameters, intc + ":mbi-ranges")),
            (std::vector<std::uint32_t>{144, 64}));
  const std::uint32_t handle = cells(property(parameters, intc + ":phandle")).at(0);
  EXPECT_EQ(cells(property(parameters, "/pcie@10000000:msi-map")),
            (std::vector<std::uint32_t>{0, handle, 0, 0x10000}));
}

TEST(DeviceTree, HasNoMsisForLinuxWithLpisByRegister) {
  VirtParameters parameters;
  parameters.gic.lpis = gic::LpiSupport::direct;
  parameters.gic.doorbell = gic::DoorbellKind::lpi;
  EXPECT_FALSE(has(parameters, "/pcie@10000000:msi-map"));
  EXPECT_FALSE(has(parameters, "/intc@8000000/its@8080000:reg"));
}

// QEMU's virt: 123 redistributors fit into the first region.
TEST(DeviceTree, NamesTheSecondRegionOfRedistributorsWhenThereIsOne) {
  VirtParameters parameters;
  parameters.processors = 123;
  const std::vector<std::uint32_t> one{0, 0x800'0000, 0, 0x1'0000, 0, 0x80A'0000, 0, 0xF6'0000};
  EXPECT_EQ(cells(property(parameters, "/intc@8000000:reg")), one);
  EXPECT_EQ(cells(property(parameters, "/intc@8000000:#redistributor-regions")).at(0), 1u);
  parameters.processors = 124;
  std::vector<std::uint32_t> two = one;
  two.insert(two.end(), {0x40, 0, 0, 0x400'0000});
  EXPECT_EQ(cells(property(parameters, "/intc@8000000:reg")), two);
  EXPECT_EQ(cells(property(parameters, "/intc@8000000:#redistributor-regions")).at(0), 2u);
}

TEST(DeviceTree, NamesProcessorsByTheirAffinities) {
  VirtParameters parameters;
  parameters.affinity_widths = {.aff0 = 1, .aff1 = 2, .aff2 = 1};
  EXPECT_EQ(cells(property(parameters, "/cpus/cpu@1:reg")), (std::vector<std::uint32_t>{0, 0x100}));
  EXPECT_EQ(cells(property(parameters, "/cpus/cpu@3:reg")), (std::vector<std::uint32_t>{1, 0x100}))
      << "Aff3 apart, as in MPIDR_EL1";
  parameters.affinity_widths = {};
  EXPECT_EQ(cells(property(parameters, "/cpus/cpu@3:reg")), (std::vector<std::uint32_t>{3}));
}

TEST(DeviceTree, AnInitrdAboveFourGibibytesHasAddressesOfTwoCells) {
  const auto tree =
      test::read_flat_tree(device_tree(VirtParameters{}, {.initrd = Range{0x1'2345'6000, 0x1000}}));
  EXPECT_EQ(cells(tree.at("/chosen:linux,initrd-start")),
            (std::vector<std::uint32_t>{1, 0x2345'6000}));
  EXPECT_EQ(cells(tree.at("/chosen:linux,initrd-end")),
            (std::vector<std::uint32_t>{1, 0x2345'7000}));
}

}  // namespace
}  // namespace doorbell::virt
