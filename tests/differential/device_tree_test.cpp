// Our device tree beside that of QEMU's `virt`, property by property.
#include "platforms/virt/device_tree.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "platforms/host/child_process.h"
#include "tests/support/flat_tree.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::virt {
namespace {

using test::FlatTreeContents;

/// What QEMU has and we don't, by the start of its path, and why.
const std::map<std::string, std::string> left_out{
    {"/pmu", "counters of processors aren't modelled"},
    {"/pl061@", "nobody presses a key; software ends by PSCI"},
    {"/gpio-keys", "likewise"},
    {"/virtio_mmio@", "devices are on PCIe"},
    {"/fw-cfg@", "firmware runs without it, and it would be another road into memory"},
    {"/platform-bus@", "it holds devices of QEMU's command line"},
};

/// What we have and QEMU doesn't, likewise.
const std::map<std::string, std::string> added{
    {"/pmcg@", "QEMU's SMMU counts no performance events (IHI 0070 chapter 10)"},
};

/// What both have and needn't be equal.
const std::map<std::string, std::string> differs{
    {"/chosen:rng-seed", "random on QEMU, fixed here"},
    {"/chosen:kaslr-seed", "random on QEMU, fixed here"},
};

bool is_in(const std::map<std::string, std::string>& list, const std::string& path) {
  return std::any_of(list.begin(), list.end(),
                     [&](const auto& entry) { return path.starts_with(entry.first); });
}

/// QEMU's tree of a machine like ours, with a kernel that is nothing and a RAM disk of 5000 bytes.
std::vector<std::uint8_t> tree_of_qemu(unsigned processors, const std::string& mebibytes,
                                       const std::string& bootargs) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "kernel") << "";
  std::ofstream(folder / "initrd") << std::string(5000, 'x');
  const std::string dump = folder / "tree";
  const auto end =
      run_child({QEMU_SYSTEM_AARCH64, "-machine", "virt,gic-version=3,iommu=smmuv3,dumpdtb=" + dump,
                 "-cpu", "cortex-a57", "-smp", std::to_string(processors), "-m", mebibytes, "-nic",
                 "none", "-display", "none", "-kernel", folder / "kernel", "-initrd",
                 folder / "initrd", "-append", bootargs},
                {.timeout = 60});
  EXPECT_TRUE(end->succeeded()) << end->output;
  std::ifstream file(dump, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Machine {
  unsigned processors;
  std::uint64_t mebibytes;
};

class DeviceTreeOfQemu : public testing::TestWithParam<Machine> {};

TEST_P(DeviceTreeOfQemu, HasEveryPropertyOfOurs) {
  const Machine machine = GetParam();
  const std::string bootargs = "console=ttyAMA0 root=/dev/nvme0n1";
  const FlatTreeContents theirs = test::read_flat_tree(
      tree_of_qemu(machine.processors, std::to_string(machine.mebibytes), bootargs));
  ASSERT_GT(theirs.size(), 100u);

  VirtParameters parameters;
  parameters.processors = machine.processors;
  parameters.ram.size = machine.mebibytes << 20;
  // QEMU: after half of memory, or 128 MiB (hw/arm/boot.c).
  const std::uint64_t behind = std::min<std::uint64_t>(machine.mebibytes / 2, 128) << 20;
  const FlatTreeContents ours = test::read_flat_tree(
      device_tree(parameters, {.bootargs = bootargs, .initrd = Range{ram_base + behind, 5000}}));

  for (const auto& [path, value] : theirs) {
    if (is_in(left_out, path)) {
      EXPECT_FALSE(ours.contains(path)) << path << " isn't left out";
      continue;
    }
    ASSERT_TRUE(ours.contains(path)) << path;
    if (differs.contains(path)) {
      EXPECT_EQ(ours.at(path).size(), value.size()) << path;
    } else {
      EXPECT_THAT(ours.at(path), testing::ElementsAreArray(value)) << path;
    }
  }
  for (const auto& [path, value] : ours)
    EXPECT_TRUE(theirs.contains(path) || is_in(added, path)) << path << " is of our own making";
}

INSTANTIATE_TEST_SUITE_P(Machines, DeviceTreeOfQemu,
                         testing::Values(Machine{1, 128}, Machine{4, 1024}, Machine{8, 3072},
                                         Machine{20, 4096}),
                         [](const auto& test) {
                           return std::to_string(test.param.processors) + "Processors";
                         });

}  // namespace
}  // namespace doorbell::virt
