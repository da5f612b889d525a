#include <algorithm>
#include <cstdint>

#include "doorbell/core/arch/error.h"
#include "platforms/replay/software.h"
#include "platforms/virt/requester_ids.h"
#include "sw/drivers/pcie/registers.h"

namespace doorbell::replay {

void Software::bind(const trace::Header& header) {
  auto& platform = firmware_.platform();
  std::size_t functions = 0;
  for (unsigned i = 0; i < platform.endpoint_count(); ++i)
    functions += platform.endpoint(i).function_count();
  const auto streams = header.streams.size();
  if (place_.copies > 1 && place_.copies * streams > functions) {
    throw InputError("replay.copies: " + std::to_string(place_.copies) + " copies of " + trace_ +
                     " need " + std::to_string(place_.copies * streams) + " functions, " +
                     std::to_string(functions) +
                     " are there: raise endpoints.N.functions, or take more endpoints "
                     "(platforms/presets/eight-drives.yaml)");
  }
  auto number = static_cast<unsigned>(place_.copy * streams);
  for (const auto& info : header.streams)
    bind(info, number++);
  number_address_spaces();
}

void Software::bind(const trace::StreamInfo& info, unsigned number) {
  auto& platform = firmware_.platform();
  const auto index = number % platform.endpoint_count();
  const auto function = number / platform.endpoint_count();
  auto& endpoint = platform.endpoint(index);
  if (function >= endpoint.function_count()) {
    throw InputError(trace_, 0, "too many streams for the platform",
                     "at most one for each function of the endpoints",
                     "stream number " + std::to_string(number + 1) + " for function " +
                         std::to_string(function) + " of endpoint " + std::to_string(index) +
                         " with endpoints." + std::to_string(index) +
                         ".functions=" + std::to_string(endpoint.function_count()));
  }
  if (endpoint.parameters().kind != pcie::FunctionKind::dma)
    throw InputError("endpoints." + std::to_string(index) +
                     ".kind: expected dma, for the functions of a replay, found nvme");
  check_events(info, index);
  auto& binding = bindings_[info.stream];
  binding.function = &endpoint.function(function);
  binding.info = info;
  binding.events.resize(info.events);
  binding.device.msi.its = machine_its(&machine_, platform.parameters().endpoints[index].its);
  identify(binding, virt::requester_id_of(platform.parameters(), index, function));
}

void Software::check_events(const trace::StreamInfo& info, unsigned endpoint) const {
  const auto& parameters = firmware_.platform().parameters();
  const auto refuse = [&](const std::string& limit, std::uint64_t value) {
    throw InputError(trace_, 0, "too many events for the platform",
                     "what " + limit + "=" + std::to_string(value) + " allows",
                     std::to_string(info.events));
  };
  const auto vectors = parameters.endpoints[endpoint].endpoint.function.msix_vectors;
  if (info.events > vectors)
    refuse("endpoints." + std::to_string(endpoint) + ".function.msix_vectors", vectors);
  const auto bits = parameters.gic.its.event_bits;
  if (info.events > std::uint64_t{1} << bits) refuse("gic.its.event_bits", bits);
}

/// The IDs by which SMMU and ITS know the function, and firmware's tables have an entry for it.
void Software::identify(Binding& binding, pcie::RequesterId id) const {
  constexpr std::uint32_t bits_of_device_table = 20;  // 8 MiB of it, without indirection
  const auto& parameters = firmware_.platform().parameters();
  const auto check = [&](std::uint64_t value, const char* name, const std::string& map,
                         const char* limit, std::uint32_t bits) {
    if (value >> bits == 0) return;
    throw InputError(std::string(limit) + ": expected room for " + name + " " +
                     std::to_string(value) + " of requester ID " + std::to_string(id) +
                     " by root_complex." + map + "_base and root_complex." + map +
                     "_shift, found " + std::to_string(bits) + " bits");
  };
  binding.stream_id = parameters.root_complex.stream_id(id);
  binding.device_id = parameters.root_complex.device_id(id);
  check(binding.stream_id, "StreamID", "stream_id", "smmu.stream_id_bits",
        parameters.smmu.stream_id_bits);
  check(binding.device_id, "DeviceID", "device_id", "gic.its.device_bits",
        parameters.gic.its.device_bits);
  check(binding.device_id, "DeviceID", "device_id", "the firmware's device table",
        bits_of_device_table);
}

void Software::number_address_spaces() {
  std::uint64_t each = 0;
  for (const auto& [stream, binding] : bindings_)
    each = std::max<std::uint64_t>(each, std::uint64_t{binding.info.asid} + 1);
  for (auto& [stream, binding] : bindings_) {
    const std::uint64_t asid = place_.copy * each + binding.info.asid;
    if (asid > UINT16_MAX) {
      throw InputError(trace_, 0, "too many address spaces", "ASIDs of 16 bits",
                       std::to_string(asid));
    }
    binding.asid = static_cast<std::uint16_t>(asid);
  }
}

void Software::add_functions() {
  for (auto& [stream, binding] : bindings_)
    add_function(binding);
}

void Software::attach(Binding& binding) {
  binding.device.domain.asid = binding.asid;
  if (bypasses(binding)) {
    check(smmu_bypass(&machine_.smmu, binding.stream_id), "leaving a stream untranslated");
    return;
  }
  check(machine_attach(&machine_, &binding.device.domain, binding.stream_id, binding.asid),
        "attaching a stream to an address space");
}

void Software::add_function(Binding& binding) {
  auto& device = binding.device;
  device.machine = &machine_;
  device.function = &firmware_.found(*binding.function);
  attach(binding);
  pcie_command(&machine_.pcie, device.function->requester_id,
               COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER, 0);
  auto& msi = device.msi;
  check(msix_open(&msi.msix, &machine_.pcie, device.function), "finding MSI-X");
  msi.controller = &machine_.msis;
  msi.device_id = binding.device_id;
  msi.count = binding.info.events;
  msi.vectors = firmware_.take_vectors(binding.device_id, msi.count);
  msi.is_platform_device = false;
  msi.uses_msix = true;
  msix_enable(&msi.msix);
}

}  // namespace doorbell::replay
