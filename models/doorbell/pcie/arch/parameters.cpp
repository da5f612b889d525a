#include "doorbell/pcie/arch/parameters.h"

namespace doorbell::pcie {

void CreditParameters::describe(ParameterGroup& group) {
  const char* tile = "R-Tile UG 683501, RX Flow Control Interface (docs/timing.md)";
  const auto add = [&](const char* name, std::uint32_t& value, std::uint32_t most,
                       const char* help) {
    group.add(name, value, {.unit = "credits", .maximum = most, .source = tile, .help = help});
  };
  // At most half of the modulo-256 and modulo-4096 counters of PCIe 6.0 2.6.1 when scaled by 16.
  add("posted_headers", limits.posted.headers, 2032, "posted header credits; 0 is infinite");
  add("posted_data", limits.posted.data, 32752, "posted data credits of 16 bytes; 0 is infinite");
  add("non_posted_headers", limits.non_posted.headers, 2032,
      "non-posted header credits; 0 is infinite");
  add("non_posted_data", limits.non_posted.data, 32752,
      "non-posted data credits of 16 bytes; 0 is infinite");
  add("completion_headers", limits.completion.headers, 2032,
      "completion header credits; 0 is infinite");
  add("completion_data", limits.completion.data, 32752,
      "completion data credits of 16 bytes; 0 is infinite");
}

void LinkParameters::describe(ParameterGroup& group) {
  group.add("generation", generation,
            {.unit = "generation",
             .minimum = 1,
             .maximum = 6,
             .source = "PCIe 6.0 4.2; an NVMe drive of today",
             .help = "2.5, 5, 8, 16, 32 or 64 GT/s"});
  group.add("lanes", lanes,
            {.unit = "lanes",
             .minimum = 1,
             .maximum = 32,
             .power_of_two = true,
             .source = "an NVMe drive of today",
             .help = "link width"});
  group.add("max_payload", max_payload,
            {.unit = "bytes",
             .minimum = 128,
             .maximum = 4096,
             .power_of_two = true,
             .source = "docs/timing.md V1",
             .help = "MPS that sets the Ack and UpdateFC limits"});
  group.add(
      "dllp", dllp, {{"shared", DllpAccounting::shared}, {"constant", DllpAccounting::constant}},
      {.source = "docs/timing.md",
       .help = "DLLPs take their place in the direction they travel in, or a constant share"});
  group.time("latency", latency,
             {.maximum = millisecond,
              .source = "docs/timing.md: 170 ns one way with the root complex",
              .help = "one way, beside serialisation"});
  group.time("update_interval", update_interval,
             {.maximum = millisecond,
              .source = "PCIe 6.0 2.6.1.2: the guideline's symbol times",
              .help = "longest time freed credits wait for an UpdateFC; 0 takes the guideline"});
  group.group("upstream_credits", upstream_credits,
              "advertised by the upper port: traffic from the device");
  group.group("downstream_credits", downstream_credits,
              "advertised by the lower port: traffic to the device");
}

void RootPortParameters::describe(ParameterGroup& group) {
  group.add("bus", bus,
            {.unit = "bus",
             .maximum = 255,
             .source = "QEMU's virt",
             .help = "bus number below the port",
             .visible_to_software = true});
  group.add("device", device,
            {.unit = "device",
             .maximum = 31,
             .source = "QEMU's virt: 0 is the host bridge",
             .help = "device number",
             .visible_to_software = true});
  group.add("whole_bus", whole_bus,
            {.source = "PCIe 6.0 6.13 (ARI)",
             .help = "all devices and functions of the bus, for up to 256 functions",
             .visible_to_software = true});
  group.add("tbu", tbu,
            {.maximum = 31,
             .source = "integrator's choice",
             .help = "number of the SMMU's TBU that what comes from below passes"});
}

void RootComplexParameters::describe(ParameterGroup& group) {
  group.add("segment", segment,
            {.unit = "segment",
             .maximum = 0x7fff,
             .source = "QEMU's virt",
             .help = "PCI segment (domain)",
             .visible_to_software = true});
  group.add("ecam_base", ecam_base,
            {.unit = "address",
             .source = "QEMU's virt (highmem)",
             .help = "of bus 0 in the ECAM",
             .visible_to_software = true});
  group.add("ecam_buses", ecam_buses,
            {.unit = "buses",
             .minimum = 1,
             .maximum = 256,
             .source = "QEMU's virt",
             .help = "1 MiB each",
             .visible_to_software = true});
  group.time("latency", latency,
             {.maximum = millisecond,
              .source = "docs/timing.md: 170 ns one way with the link",
              .help = "each way through the root complex"});
  group.add("posted_entries", posted_entries,
            {.unit = "writes",
             .minimum = 1,
             .maximum = 65536,
             .source = "assumption",
             .help = "posted writes issued and not yet observed; more wait in the receive buffer"});
  group.add("read_entries", read_entries,
            {.unit = "reads",
             .minimum = 1,
             .maximum = 65536,
             .source = "assumption",
             .help = "reads in flight towards memory"});
  group.add("processor_entries", processor_entries,
            {.unit = "accesses",
             .minimum = 1,
             .maximum = 256,
             .source = "assumption",
             .help = "reads, and as many writes, of processors at a time"});
  group.add("max_payload", max_payload,
            {.unit = "bytes",
             .minimum = 128,
             .maximum = 4096,
             .power_of_two = true,
             .source = "docs/timing.md V1",
             .help = "largest completion and processor write"});
  group.add("read_completion_boundary", read_completion_boundary,
            {.unit = "bytes",
             .minimum = 64,
             .maximum = 128,
             .power_of_two = true,
             .source = "PCIe 6.0 2.3.1.1",
             .help = "RCB of a root complex: 64 or 128"});
  group.add("order_domain", order_domain,
            {{"requester", OrderDomain::requester}, {"vc", OrderDomain::vc}},
            {.source = "docs/architecture.md; PCIe 6.0 2.4.1",
             .help = "posted writes that stay in order among themselves"});
  const auto map = [&](const char* base, const char* shift, RequesterMap& value, const char* help) {
    group.add(base, value.base,
              {.unit = "ID",
               .source = "iommu-map and msi-map of QEMU's virt",
               .help = help,
               .visible_to_software = true});
    group.add(shift, value.shift,
              {.unit = "bits",
               .maximum = 16,
               .source = "iommu-map and msi-map of QEMU's virt",
               .help = help,
               .visible_to_software = true});
  };
  map("stream_id_base", "stream_id_shift", stream_id, "StreamID = base + (requester ID << shift)");
  map("device_id_base", "device_id_shift", device_id, "DeviceID = base + (requester ID << shift)");
  group.list("ports", ports, "root ports", 1, 256);
}

void FunctionParameters::describe(ParameterGroup& group) {
  const auto field = [&](const char* name, std::uint32_t& value, std::uint32_t most,
                         const char* help) {
    group.add(name, value,
              {.unit = "ID",
               .maximum = most,
               .source = "PCIe 6.0 7.5.1.1",
               .help = help,
               .visible_to_software = true});
  };
  field("vendor_id", vendor_id, 0xffff, "Vendor ID");
  field("device_id", device_id, 0xffff, "Device ID");
  field("class_code", class_code, 0xffffff, "base class, sub-class and interface");
  group.add("msix_vectors", msix_vectors,
            {.unit = "vectors",
             .minimum = 1,
             .maximum = 2048,
             .source = "PCIe 6.0 7.7.2.2",
             .help = "MSI-X table size",
             .visible_to_software = true});
  group.add("msi_vectors", msi_vectors,
            {.unit = "vectors",
             .minimum = 1,
             .maximum = 32,
             .power_of_two = true,
             .source = "PCIe 6.0 7.7.1.2",
             .help = "Multiple Message Capable",
             .visible_to_software = true});
  group.add("msi_masking", msi_masking,
            {.source = "PCIe 6.0 7.7.1.2",
             .help = "MSI Per-Vector Masking Capable",
             .visible_to_software = true});
  group.add("tags", tags,
            {.unit = "tags",
             .maximum = 768,
             .source = "docs/timing.md V4",
             .help = "reads outstanding; 0 takes what the tag field allows"});
  group.add("local_memory", local_memory,
            {.unit = "bytes",
             .minimum = 4096,
             .maximum = 16777216,
             .power_of_two = true,
             .source = "assumption",
             .help = "the DMA engine's own memory",
             .visible_to_software = true});
}

void EndpointParameters::describe(ParameterGroup& group) {
  group.add("kind", kind, {{"dma", FunctionKind::dma}, {"nvme", FunctionKind::nvme}},
            {.source = "recordings are replayed on a DMA engine",
             .help = "what its functions are: a DMA engine, or an NVMe controller",
             .visible_to_software = true});
  group.add("functions", functions,
            {.unit = "functions",
             .minimum = 1,
             .maximum = 256,
             .source = "PCIe 6.0 2.2.6.2 (ARI above 8)",
             .help = "physical functions",
             .visible_to_software = true});
  group.add("max_payload_supported", max_payload_supported,
            {.unit = "bytes",
             .minimum = 128,
             .maximum = 4096,
             .power_of_two = true,
             .source = "docs/timing.md V1",
             .help = "Max_Payload_Size Supported",
             .visible_to_software = true});
  const auto initial = [&](const char* name, std::uint32_t& value, const char* help) {
    group.add(name, value,
              {.unit = "bytes",
               .minimum = 128,
               .maximum = 4096,
               .power_of_two = true,
               .source = "what boot firmware leaves; PCIe 6.0 7.5.3.4 resets to 128 and 512",
               .help = help});
  };
  initial("initial_max_payload", initial_max_payload, "Max_Payload_Size at the start");
  initial("initial_max_read_request", initial_max_read_request,
          "Max_Read_Request_Size at the start");
  group.add("tag_width", tag_width,
            {{"5", TagWidth::bits5}, {"8", TagWidth::bits8}, {"10", TagWidth::bits10}},
            {.source = "PCIe 6.0 2.2.6.2",
             .help = "widest tag field, in bits",
             .visible_to_software = true});
  group.time("latency", latency,
             {.maximum = millisecond,
              .source = "docs/timing.md: inside the 170 ns one way",
              .help = "each way through the endpoint"});
  group.group("function", function, "every function of the endpoint");
  group.group("nvme", nvme, "the controller and its drive, of kind: nvme");
}

}  // namespace doorbell::pcie
