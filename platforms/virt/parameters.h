#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/cpu/arch/parameters.h"
#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/parameters.h"
#include "doorbell/memory/arch/parameters.h"
#include "doorbell/memory/arch/placement.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/peripherals/arch/parameters.h"
#include "doorbell/smmu/arch/parameters.h"

namespace doorbell::virt {

/// A device below a root port of its own.
struct EndpointSlot {
  pcie::LinkParameters link;
  pcie::EndpointParameters endpoint;
  std::uint32_t its = 0;  ///< whose doorbell firmware gives its functions
  void describe(ParameterGroup& group);
};

/// What the device tree says beside what is there (device_tree.h).
struct DeviceTreeParameters {
  std::uint64_t seed = 1;  ///< Of `rng-seed` and `kaslr-seed`.
  void describe(ParameterGroup& group);
};

/// What only the host sees: the same results with every value.
struct HostParameters {
  Time lookahead = 20 * microsecond;
  void describe(ParameterGroup& group);
};

/// The `virt` platform, whole: what platforms/virt.yaml says.
struct VirtParameters {
  std::uint32_t processors = 4;
  gic::AffinityWidths affinity_widths;
  cpu::CpuParameters cpu;
  memory::RamParameters ram;
  memory::PlacementParameters memory_of;
  memory::FabricParameters fabric;
  smmu::SmmuParameters smmu;
  gic::GicParameters gic;
  /// One root port for each endpoint, at devices 1 and 2 of bus 0.
  pcie::RootComplexParameters root_complex{.ports = {{.device = 1}, {.device = 2}}};
  std::vector<EndpointSlot> endpoints{2};
  /// ROM, flash, UART and real-time clock: software for AArch64 needs them, firmware compiled for
  /// the host doesn't.
  bool peripherals = false;
  peripherals::RomParameters rom;
  peripherals::FlashParameters flash;
  peripherals::UartParameters uart;
  peripherals::RtcParameters rtc;
  DeviceTreeParameters device_tree;
  bool check_protocol = false;
  HostParameters host;

  /// Of each processor, as `affinity_widths` says.
  std::vector<gic::Affinity> affinities() const;
  void describe(ParameterGroup& group);
  /// What YAML can't say about one key alone: an InputError names those that don't fit.
  void check() const;
};

/// Lays a description that the command reads over `tree`, such as the package's virt.yaml or a
/// preset. What it says of replays is passed over. InputError as of read_yaml_file.
void read_description(ParameterTree& tree, const std::string& file);

}  // namespace doorbell::virt
