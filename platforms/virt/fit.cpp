// What one key alone can't say: values that are each in their range, and don't fit together.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/virt/address_space.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/requester_ids.h"

namespace doorbell::virt {
namespace {

std::string of_element(const char* list, std::size_t number, const char* key) {
  return std::string(list) + "." + std::to_string(number) + "." + key;
}

std::string setting(const std::string& key, std::uint64_t value) {
  return key + "=" + std::to_string(value);
}

void check_number_of_ports(const VirtParameters& parameters) {
  const std::size_t ports = parameters.root_complex.ports.size();
  if (ports == parameters.endpoints.size()) return;
  throw InputError("root_complex.ports: expected one for each of the " +
                   std::to_string(parameters.endpoints.size()) + " endpoints, found " +
                   std::to_string(ports));
}

void check_bus_in_ecam(const VirtParameters& parameters, std::size_t port) {
  const std::uint32_t bus = parameters.root_complex.ports[port].bus;
  if (bus < parameters.root_complex.ecam_buses) return;
  throw InputError(of_element("root_complex.ports", port, "bus") +
                   ": expected a bus below root_complex.ecam_buses=" +
                   std::to_string(parameters.root_complex.ecam_buses) + ", found " +
                   std::to_string(bus));
}

/// 00:00.0 is the host bridge, which answers ahead of what is below a port.
void check_clear_of_host_bridge(const VirtParameters& parameters, std::size_t port) {
  const pcie::RootPortParameters& place = parameters.root_complex.ports[port];
  if (place.bus != 0) return;
  if (place.whole_bus) {
    throw InputError(of_element("root_complex.ports", port, "whole_bus") +
                     ": expected a bus other than 0, where the host bridge is, in " +
                     of_element("root_complex.ports", port, "bus") + ", found 0");
  }
  if (place.device == 0) {
    throw InputError(
        of_element("root_complex.ports", port, "device") +
        ": expected another device than 0 of bus 0, which is the host bridge, found 0");
  }
}

void check_functions_have_numbers(const VirtParameters& parameters, std::size_t endpoint) {
  const std::uint32_t functions = parameters.endpoints[endpoint].endpoint.functions;
  constexpr std::uint32_t functions_of_a_device = 8;
  if (parameters.root_complex.ports[endpoint].whole_bus || functions <= functions_of_a_device)
    return;
  throw InputError(of_element("endpoints", endpoint, "functions") +
                   ": expected at most 8, as a device has, without " +
                   of_element("root_complex.ports", endpoint, "whole_bus") + "=true, found " +
                   std::to_string(functions));
}

bool overlap(const pcie::RootPortParameters& a, const pcie::RootPortParameters& b) {
  return a.bus == b.bus && (a.whole_bus || b.whole_bus || a.device == b.device);
}

void check_places(const VirtParameters& parameters) {
  const auto& ports = parameters.root_complex.ports;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    check_bus_in_ecam(parameters, i);
    check_clear_of_host_bridge(parameters, i);
    check_functions_have_numbers(parameters, i);
    for (std::size_t other = 0; other < i; ++other) {
      if (!overlap(ports[i], ports[other])) continue;
      throw InputError(of_element("root_complex.ports", i, "device") +
                       ": expected a place of its own, found bus " + std::to_string(ports[i].bus) +
                       ", device " + std::to_string(ports[i].device) +
                       ", where root_complex.ports." + std::to_string(other) + " is");
    }
  }
}

/// A TLP that needs more credits than its receiver has in all never leaves (PCIe 6.0, 2.6.1.2).
void check_credits(const std::string& key, std::uint32_t credits, const std::string& payload_key,
                   std::uint32_t payload) {
  constexpr std::uint32_t bytes_a_credit = 16;
  if (credits == 0 || credits >= payload / bytes_a_credit) return;
  throw InputError(key + ": expected at least " + std::to_string(payload / bytes_a_credit) +
                   ", or 0, for a TLP of " + setting(payload_key, payload) + ", found " +
                   std::to_string(credits));
}

void check_credits(const VirtParameters& parameters) {
  for (std::size_t i = 0; i < parameters.endpoints.size(); ++i) {
    const EndpointSlot& slot = parameters.endpoints[i];
    check_credits(of_element("endpoints", i, "link.upstream_credits.posted_data"),
                  slot.link.upstream_credits.limits.posted.data,
                  of_element("endpoints", i, "initial_max_payload"),
                  std::min(slot.endpoint.initial_max_payload, slot.endpoint.max_payload_supported));
    check_credits(of_element("endpoints", i, "link.downstream_credits.completion_data"),
                  slot.link.downstream_credits.limits.completion.data, "root_complex.max_payload",
                  parameters.root_complex.max_payload);
  }
}

void check_drives(const VirtParameters& parameters) {
  for (std::size_t i = 0; i < parameters.endpoints.size(); ++i) {
    const pcie::EndpointParameters& endpoint = parameters.endpoints[i].endpoint;
    if (endpoint.kind != pcie::FunctionKind::nvme) continue;
    if (endpoint.nvme.drive.empty())
      throw InputError(of_element("endpoints", i, "nvme.drive") + ": expected a file for " +
                       of_element("endpoints", i, "kind") + "=nvme, found none");
    if (endpoint.nvme.block_size != 512 && endpoint.nvme.block_size != 4096)
      throw InputError(of_element("endpoints", i, "nvme.block_size") +
                       ": expected 512 or 4096, found " + std::to_string(endpoint.nvme.block_size));
  }
}

bool is_same_file(const std::string& one, const std::string& other) {
  std::error_code missing;
  return one == other || std::filesystem::equivalent(one, other, missing);
}

/// What is written to a drive is nobody else's.
void check_drives_apart(const VirtParameters& parameters) {
  for (std::size_t i = 0; i < parameters.endpoints.size(); ++i) {
    const pcie::EndpointParameters& one = parameters.endpoints[i].endpoint;
    for (std::size_t other = 0; other < i && one.kind == pcie::FunctionKind::nvme; ++other) {
      const pcie::EndpointParameters& before = parameters.endpoints[other].endpoint;
      if (before.kind != pcie::FunctionKind::nvme ||
          !(one.nvme.write_through || before.nvme.write_through) ||
          !is_same_file(one.nvme.drive, before.nvme.drive))
        continue;
      throw InputError(
          of_element("endpoints", i, "nvme.drive") +
          ": expected a file that no other endpoint uses, as one of them writes to it, "
          "found '" +
          one.nvme.drive + "', which " + of_element("endpoints", other, "nvme.drive") + " names");
    }
  }
}

/// StreamIDs and DeviceIDs are 32 bits wide, and those of different functions must differ.
void check_identities(const VirtParameters& parameters, const pcie::RequesterMap& map,
                      const char* base, const char* shift) {
  for (const pcie::RequesterId id : requester_ids(parameters)) {
    const std::uint64_t wide = map.base + (std::uint64_t{id} << map.shift);
    if (wide <= UINT32_MAX) continue;
    throw InputError("root_complex." + std::string(base) + ": expected IDs of 32 bits with " +
                     setting("root_complex." + std::string(shift), map.shift) + ", found " +
                     std::to_string(wide) + " for requester ID " + std::to_string(id));
  }
}

/// Drivers map a collection to each processor, of the processor's number.
void check_collections(const VirtParameters& parameters) {
  const gic::ItsParameters& its = parameters.gic.its;
  const std::string expected = ": expected room for a collection for each of " +
                               setting("processors", parameters.processors);
  if (parameters.processors > std::uint64_t{1} << its.collection_bits) {
    throw InputError("gic.its.collection_bits" + expected + ", found " +
                     std::to_string(its.collection_bits));
  }
  if (!its.collection_table && parameters.processors > its.collections_inside) {
    throw InputError("gic.its.collections_inside" + expected +
                     " without gic.its.collection_table, found " +
                     std::to_string(its.collections_inside));
  }
}

/// Of the interrupts that are wired, SPIs for messages must be apart.
void check_messages(const VirtParameters& parameters) {
  const gic::DoorbellKind doorbell = parameters.gic.doorbell;
  if (doorbell != gic::DoorbellKind::v2m && doorbell != gic::DoorbellKind::spi) return;
  std::vector<std::uint32_t> wired{
      uart_interrupt,
      rtc_interrupt,
      pcie_interrupts,
      pcie_interrupts + 1,
      pcie_interrupts + 2,
      pcie_interrupts + 3,
      smmu_event_queue_interrupt,
      smmu_pri_queue_interrupt,
      smmu_command_sync_interrupt,
      smmu_global_error_interrupt,
  };
  for (unsigned i = 0; i < counter_groups(parameters); ++i)
    wired.push_back(pmcg_interrupt + i);
  const std::uint32_t first = parameters.gic.messages.first_spi;
  for (const std::uint32_t INTID : wired) {
    if (INTID - first >= parameters.gic.messages.spis) continue;
    throw InputError("gic.messages.first_spi: expected SPIs apart from those of wires with " +
                     setting("gic.messages.spis", parameters.gic.messages.spis) + ", found INTID " +
                     std::to_string(INTID) + " among them");
  }
}

void check_its(const VirtParameters& parameters) {
  if (parameters.gic.lpis != gic::LpiSupport::its) {
    for (std::size_t i = 0; i < parameters.endpoints.size(); ++i) {
      if (parameters.endpoints[i].its == 0) continue;
      throw InputError(of_element("endpoints", i, "its") +
                       ": expected 0 without ITSs (gic.lpis), found " +
                       std::to_string(parameters.endpoints[i].its));
    }
    return;
  }
  for (std::size_t i = 0; i < parameters.endpoints.size(); ++i) {
    const std::uint32_t its = parameters.endpoints[i].its;
    if (its < parameters.gic.its_count) continue;
    throw InputError(of_element("endpoints", i, "its") + ": expected one of the ITSs from 0 to " +
                     std::to_string(parameters.gic.its_count - 1) + ", with " +
                     setting("gic.its_count", parameters.gic.its_count) + ", found " +
                     std::to_string(its));
  }
}

/// The SMMU's wired interrupts are SPIs of a number that the memory map gives.
void check_interrupts(const VirtParameters& parameters) {
  const unsigned groups = counter_groups(parameters);
  const std::uint32_t needed =
      (groups == 0 ? smmu_global_error_interrupt : pmcg_interrupt + groups - 1) - 32 + 1;
  if (parameters.gic.common.spis >= needed) return;
  throw InputError("gic.common.spis: expected at least " + std::to_string(needed) +
                   ", for the interrupts of the SMMU" +
                   (groups == 0 ? "" : " and of smmu.performance_counters") + ", found " +
                   std::to_string(parameters.gic.common.spis));
}

/// Engines take turns on one thread of the host.
void check_processors(const VirtParameters& parameters) {
  constexpr std::uint32_t most = 8;
  if (parameters.cpu.kind == cpu::ProcessorKind::native || parameters.processors <= most) return;
  throw InputError("processors: expected at most 8 with cpu.kind=aarch64, found " +
                   std::to_string(parameters.processors));
}

/// What is below a port passes the TBU that takes its StreamIDs.
void check_streams_of_port(const VirtParameters& parameters, std::size_t port) {
  const std::uint32_t number = parameters.root_complex.ports[port].tbu;
  const smmu::TbuEntry& tbu = parameters.smmu.tbus[number];
  for (unsigned f = 0; f < parameters.endpoints[port].endpoint.functions; ++f) {
    const std::uint32_t stream =
        parameters.root_complex.stream_id(requester_id_of(parameters, port, f));
    if (stream >= tbu.first_stream_id && stream <= tbu.last_stream_id) continue;
    throw InputError(of_element("smmu.tbus", number, "first_stream_id") + ", " +
                     of_element("smmu.tbus", number, "last_stream_id") +
                     ": expected the StreamIDs below root_complex.ports." + std::to_string(port) +
                     " among them, whose tbu is " + std::to_string(number) + ", found " +
                     std::to_string(tbu.first_stream_id) + " to " +
                     std::to_string(tbu.last_stream_id) + " without " + std::to_string(stream));
  }
}

/// PCIe never stalls, and waits for nothing that does (IHI 0070 3.12, 16.4): what is stalled would
/// hold the TBU's places that its transactions need.
void check_port_never_stalls(const VirtParameters& parameters, std::size_t port) {
  const std::uint32_t number = parameters.root_complex.ports[port].tbu;
  const std::uint32_t stallable = parameters.smmu.tbus[number].stallable;
  if (stallable == 0) return;
  throw InputError(of_element("smmu.tbus", number, "stallable") + ": expected 0 with " +
                   of_element("root_complex.ports", port, "tbu") + "=" + std::to_string(number) +
                   ", as PCIe never stalls, found " + std::to_string(stallable));
}

/// Each port leads to a TBU, and each TBU has a port.
void check_tbus(const VirtParameters& parameters) {
  std::vector<bool> used(parameters.smmu.tbus.size());
  for (std::size_t port = 0; port < parameters.root_complex.ports.size(); ++port) {
    const std::uint32_t tbu = parameters.root_complex.ports[port].tbu;
    if (tbu >= used.size()) {
      throw InputError(of_element("root_complex.ports", port, "tbu") +
                       ": expected one of smmu.tbus, from 0 to " + std::to_string(used.size() - 1) +
                       ", found " + std::to_string(tbu));
    }
    used[tbu] = true;
    check_streams_of_port(parameters, port);
    check_port_never_stalls(parameters, port);
  }
  const auto unused = std::find(used.begin(), used.end(), false);
  if (unused == used.end()) return;
  const std::string number = std::to_string(unused - used.begin());
  throw InputError("smmu.tbus." + number + ": expected one of root_complex.ports whose tbu is " +
                   number + ", found none");
}

void check_ecam(const pcie::RootComplexParameters& root_complex) {
  constexpr std::uint64_t bytes_a_bus = 1 << 20;
  if (root_complex.ecam_base % bytes_a_bus == 0) return;
  throw InputError("root_complex.ecam_base: expected a multiple of 1048576, found " +
                   std::to_string(root_complex.ecam_base));
}

/// The keys that move a target; null for those that memory_map.h places for good.
const char* key_of(const std::string& target) {
  if (target == "ram") return "ram.size";
  if (target == "ecam") return "root_complex.ecam_base";
  return nullptr;
}

struct Named {
  std::string target;
  memory::FabricTarget::Region region;
};

bool overlap(const Named& a, const Named& b) {
  return a.region.base - b.region.base < b.region.size ||
         b.region.base - a.region.base < a.region.size;
}

[[noreturn]] void refuse(const Named& one, const Named& other) {
  const char* key = key_of(one.target);
  const char* second = key_of(other.target);
  throw InputError(std::string(key != nullptr ? key : second) + ": expected " + one.target +
                   (second != nullptr && key != nullptr && second != std::string(key)
                        ? " apart from " + other.target + " (" + second + ")"
                        : " apart from " + other.target) +
                   ", found both at address " +
                   std::to_string(std::max(one.region.base, other.region.base)));
}

void check_addresses(const VirtParameters& parameters) {
  std::vector<Named> all;
  for (const memory::FabricTarget& target : fabric_targets(parameters)) {
    for (const auto& region : target.regions) {
      const Named one{target.name, region};
      if (region.base + region.size - 1 < region.base) {
        throw InputError(std::string(key_of(target.name)) + ": expected " + target.name +
                         " to end within addresses of 64 bits, found its start at " +
                         std::to_string(region.base));
      }
      for (const Named& other : all) {
        if (overlap(one, other)) refuse(other, one);
      }
      all.push_back(one);
    }
  }
}

}  // namespace

void VirtParameters::check() const {
  check_processors(*this);
  check_number_of_ports(*this);
  check_places(*this);
  check_credits(*this);
  check_drives(*this);
  check_drives_apart(*this);
  check_identities(*this, root_complex.stream_id, "stream_id_base", "stream_id_shift");
  check_identities(*this, root_complex.device_id, "device_id_base", "device_id_shift");
  smmu.check();
  gic.check();
  check_tbus(*this);
  check_its(*this);
  check_messages(*this);
  check_collections(*this);
  check_interrupts(*this);
  check_ecam(root_complex);
  check_addresses(*this);
  rtc.seconds();
}

}  // namespace doorbell::virt
