#include <cstdint>

#include "platforms/replay/fit.h"
#include "platforms/replay/software.h"
#include "platforms/virt/requester_ids.h"
#include "sw/drivers/pcie/registers.h"

namespace doorbell::replay {

void Software::bind(const trace::Header& header) {
  std::size_t number = place_.copy * header.streams.size();
  const auto first_asid = static_cast<std::uint16_t>(place_.copy * address_spaces_of(header));
  for (const auto& info : header.streams) {
    bind(info, number++);
    bindings_[info.stream].asid = static_cast<std::uint16_t>(first_asid + info.asid);
  }
}

void Software::bind(const trace::StreamInfo& info, std::size_t number) {
  auto& platform = firmware_.platform();
  const virt::VirtParameters& parameters = platform.parameters();
  const auto [endpoint, function] = seat_of(parameters, number);
  const pcie::RequesterId id = virt::requester_id_of(parameters, endpoint, function);
  auto& binding = bindings_[info.stream];
  binding.function = &platform.endpoint(static_cast<unsigned>(endpoint)).function(function);
  binding.info = info;
  binding.events.resize(info.events);
  binding.stream_id = parameters.root_complex.stream_id(id);
  binding.device_id = parameters.root_complex.device_id(id);
  binding.device.msi.its = machine_its(&machine_, parameters.endpoints[endpoint].its);
}

void Software::add_functions() {
  for (auto& [stream, binding] : bindings_)
    add_function(binding);
}

void Software::attach(Binding& binding) {
  binding.device.domain.asid = binding.asid;
  if (bypasses(binding)) {
    check_window("memory of a stream that isn't translated", firmware_.frames(),
                 firmware_.frames_end() - firmware_.frames());
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
