#include "platforms/virt/parameters.h"

#include "doorbell/core/arch/parameter_yaml.h"

namespace doorbell::virt {

void EndpointSlot::describe(ParameterGroup& group) {
  group.group("link", link, "Between the root complex and the endpoint");
  endpoint.describe(group);
  group.add("its", its,
            {.maximum = 15,
             .source = "the first, which is all that QEMU's virt has",
             .help = "Number of the ITS whose doorbell its functions write to",
             .visible_to_software = true});
}

void DeviceTreeParameters::describe(ParameterGroup& group) {
  group.add("seed", seed,
            {.source = "arbitrary; fixed, so that runs are equal",
             .help = "Of the random numbers that software finds there: rng-seed, kaslr-seed",
             .visible_to_software = true});
}

void HostParameters::describe(ParameterGroup& group) {
  group.time("lookahead", lookahead,
             {.maximum = second,
              .source = "measured: longer gains nothing",
              .help = "How far tasks may run ahead of SystemC's time; 0 never",
              .host_only = true});
}

std::vector<gic::Affinity> VirtParameters::affinities() const {
  return gic::affinities_of_virt(processors, affinity_widths);
}

void VirtParameters::describe(ParameterGroup& group) {
  group.add("processors", processors,
            {.unit = "processors",
             .minimum = 1,
             .maximum = 256,
             .source = "the recordings were made with 4",
             .help = "Processors, each with its redistributor",
             .visible_to_software = true});
  group.group("affinity_widths", affinity_widths,
              "How many processors, clusters and so on each level of affinity has");
  group.group("cpu", cpu, "Each processor");
  group.group("ram", ram, "Memory at 0x40000000, behind a last-level cache");
  group.group("memory_of", memory_of, "What if: where tables, queues and data live in that memory");
  group.group("fabric", fabric, "Interconnect of processors, SMMU, ITS, memory and devices");
  group.group("smmu", smmu, "SMMUv3 between the root complex and the fabric");
  group.group("gic", gic, "GICv3 with its ITSs");
  group.group("root_complex", root_complex, "PCIe root complex");
  group.list("endpoints", endpoints, "PCIe endpoints, each at the end of a link of its own", 1, 31);
  group.add("peripherals", peripherals,
            {.source = "off: firmware compiled for the host uses none",
             .help = "ROM, flash, UART and real-time clock of QEMU's virt",
             .visible_to_software = true});
  group.group("rom", rom, "ROM at 0, where boot firmware is");
  group.group("flash", flash, "NOR flash, where boot firmware keeps its variables");
  group.group("uart", uart, "PL011 UART, at the console");
  group.group("rtc", rtc, "PL031 real-time clock");
  group.group("device_tree", device_tree, "What software is told of the platform");
  group.add("check_protocol", check_protocol,
            {.source = "off, as it takes the host's time",
             .help = "A checker of the TLM-2.0 base protocol on every socket; it changes no time"});
  group.group("host", host, "What only the host sees: results are the same with every value");
}

void read_description(ParameterTree& tree, const std::string& file) {
  read_yaml_file(tree, file, {"replay"});
}

}  // namespace doorbell::virt
