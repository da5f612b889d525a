#include "platforms/virt/address_space.h"

#include "platforms/virt/memory_map.h"

namespace doorbell::virt {
namespace {

constexpr std::uint64_t bytes_a_bus = 1 << 20;  // PCIe 6.0, 7.2.2

/// A target that knows its own address range.
memory::FabricTarget::Region as_is(Range range) {
  return {range.base, range.size, range.base};
}

Range ecam(const VirtParameters& parameters) {
  return {parameters.root_complex.ecam_base, parameters.root_complex.ecam_buses * bytes_a_bus};
}

}  // namespace

unsigned counter_groups(const VirtParameters& parameters, unsigned own_devices) {
  if (parameters.smmu.performance_counters == 0) return 0;
  return 1 + static_cast<unsigned>(parameters.smmu.tbus.size()) + own_devices;
}

Range counter_group_page(unsigned group, unsigned page) {
  return {pmcg.base + group * pmcg_stride + page * pmcg_page_1, pmcg_page_bytes};
}

std::vector<memory::FabricTarget> fabric_targets(const VirtParameters& parameters,
                                                 const std::vector<OwnDevice>& own) {
  std::vector<memory::FabricTarget> targets{
      {"ram", {{ram_base, parameters.ram.size}}},
      {"gicd", {{gicd.base, gicd.size}}},
      {"smmu", {{smmu.base, smmu.size}}},
      {.name = "pcie",
       .regions = {as_is(pcie_mmio), as_is(pcie_io), as_is(pcie_high_mmio)},
       .separate_writes = true},
      {"ecam", {as_is(ecam(parameters))}},
  };
  if (parameters.gic.lpis == gic::LpiSupport::its) {
    // Behind the distributor, as ever.
    auto add = [&targets, place = 2](const std::string& name, Range range) mutable {
      targets.insert(targets.begin() + place++, {name, {{range.base, range.size}}});
    };
    add("its_control", its_control);
    add("its_translater", its_translater);
  }
  for (unsigned i = 1; i < parameters.gic.itss(); ++i) {
    const Range control = its_control_of(i), translater = its_translater_of(i);
    targets.push_back({"its_control" + std::to_string(i), {{control.base, control.size}}});
    targets.push_back({"its_translater" + std::to_string(i), {{translater.base, translater.size}}});
  }
  if (parameters.gic.doorbell == gic::DoorbellKind::v2m)
    targets.push_back({"v2m", {{v2m.base, v2m.size}}});
  if (parameters.gic.doorbell == gic::DoorbellKind::spi)
    targets.push_back({"message_alias", {{message_alias.base, message_alias.size}}});
  for (unsigned i = 0; i < parameters.processors; ++i) {
    targets.push_back({"gicr" + std::to_string(i), {{gicr_frames(i).base, gicr_stride}}});
  }
  if (parameters.peripherals) {
    targets.push_back({"rom", {{rom.base, rom.size}}});
    targets.push_back({"flash", {{flash.base, flash.size}}});
    targets.push_back({"uart", {{uart.base, uart.size}}});
    targets.push_back({"rtc", {{rtc.base, rtc.size}}});
  }
  const unsigned groups = counter_groups(parameters, static_cast<unsigned>(own.size()));
  for (unsigned i = 0; i < groups; ++i) {
    const Range first = counter_group_page(i, 0);
    const Range second = counter_group_page(i, 1);
    targets.push_back({"pmcg" + std::to_string(i),
                       {{first.base, first.size}, {second.base, second.size, first.size}}});
  }
  for (const OwnDevice& device : own)
    targets.push_back({device.name, {{device.registers.base, device.registers.size}}});
  return targets;
}

std::vector<std::uint64_t> doorbells(const VirtParameters& parameters) {
  std::vector<std::uint64_t> addresses;
  switch (parameters.gic.doorbell) {
    case gic::DoorbellKind::its:
      for (unsigned its = 0; its < parameters.gic.its_count; ++its)
        addresses.push_back(its_translater_of(its).base + doorbell_offset);
      break;
    case gic::DoorbellKind::v2m:
      addresses.push_back(v2m.base + doorbell_offset);
      break;
    case gic::DoorbellKind::spi:
      addresses.push_back(message_alias.base + doorbell_offset);
      break;
    case gic::DoorbellKind::lpi:
      for (unsigned i = 0; i < parameters.processors; ++i)
        addresses.push_back(gicr_frames(i).base + doorbell_offset);
      break;
  }
  return addresses;
}

std::string target_at(const VirtParameters& parameters, std::uint64_t address) {
  for (const memory::FabricTarget& target : fabric_targets(parameters)) {
    for (const auto& region : target.regions) {
      if (address - region.base < region.size) return target.name;
    }
  }
  return "nothing";
}

}  // namespace doorbell::virt
