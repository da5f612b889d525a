#include "platforms/replay/software.h"

#include <stdexcept>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "doorbell/pcie/arch/dma_engine.h"
#include "platforms/virt/memory_map.h"
#include "sw/drivers/pcie/registers.h"

namespace doorbell::replay {
namespace {

/// Tables of the drivers, from 16 MiB above the start of RAM on; the trace's frames lie above them.
constexpr std::uint64_t tables = virt::ram_base + (16ULL << 20);
constexpr std::uint64_t tables_bytes = 240ULL << 20;

void check(status result, const char* what) {
  if (result == STATUS_OK) return;
  throw std::runtime_error(std::string("firmware: ") + what + " failed with status " +
                           std::to_string(result));
}

}  // namespace

Software::Software(virt::Platform& platform, const trace::Header& header, std::string trace)
    : platform_(platform), trace_(std::move(trace)), functions_(1024) {
  bind(header);
  machine_.description = machine_virt(tables, tables + tables_bytes);
  machine_.functions = functions_.data();
  machine_.function_capacity = static_cast<unsigned>(functions_.size());
  std::size_t vectors = 0;
  for (const auto& [stream, binding] : bindings_)
    vectors += binding.events.size();
  vectors_.resize(vectors);
  machine_.vectors = vectors_.data();
  machine_.vector_capacity = static_cast<unsigned>(vectors_.size());
}

void Software::bind(const trace::Header& header) {
  unsigned number = 0;
  const auto endpoints = platform_.endpoint_count();
  for (const auto& info : header.streams) {
    const auto index = number % endpoints;
    const auto function = number / endpoints;
    auto& endpoint = platform_.endpoint(index);
    if (function >= endpoint.function_count()) {
      throw InputError(trace_, 0, "too many streams for the platform",
                       "at most one for each function of the endpoints",
                       std::to_string(header.streams.size()) + " streams");
    }
    if (info.events > endpoint.parameters().function.msix_vectors) {
      throw InputError(trace_, 0, "too many events for the platform",
                       "at most " + std::to_string(endpoint.parameters().function.msix_vectors) +
                           " (msix_vectors of the endpoint)",
                       std::to_string(info.events));
    }
    auto& binding = bindings_[info.stream];
    binding.function = &endpoint.function(function);
    binding.info = info;
    binding.events.resize(info.events);
    ++number;
  }
}

void Software::bring_up(unsigned cpu) {
  const bool first = cpu == 0;
  if (first) check(machine_initialise(&machine_), "bringing the machine up");
  check(machine_join(&machine_), "bringing a processor up");
  if (!first) return;
  check(machine_wait_for(&machine_, platform_.processor_count()), "waiting for the processors");
  smmu_batch_start(&batch_, &machine_.smmu);
  for (auto& [stream, binding] : bindings_)
    add_function(binding);
}

void Software::add_function(Binding& binding) {
  auto& device = binding.device;
  device.machine = &machine_;
  for (unsigned i = 0; i < machine_.pcie.count; ++i) {
    if (functions_[i].requester_id == binding.function->requester_id()) {
      device.function = &functions_[i];
    }
  }
  if (device.function == nullptr) throw std::runtime_error("firmware: a function was not found");
  const std::uint32_t id = device.function->requester_id;
  check(smmu_domain_initialise(&machine_.smmu, &device.domain,
                               static_cast<std::uint16_t>(binding.info.asid),
                               machine_.description.address_bits),
        "making an address space");
  check(smmu_attach(&machine_.smmu, id, &device.domain), "attaching a stream");
  pcie_command(&machine_.pcie, device.function->requester_id,
               COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER, 0);
  auto& msi = device.msi;
  check(msix_open(&msi.msix, &machine_.pcie, device.function), "finding MSI-X");
  msi.controller = &machine_.msis;
  msi.device_id = id;
  msi.count = binding.info.events;
  msi.vectors = vectors_.data() + machine_.msis.count;
  msi.uses_msix = true;
  for (unsigned i = 0; i < msi.count; ++i) {
    auto& vector = msi.vectors[i];
    vector.device_id = id;
    vector.event_id = i;
    vector.intid = 8192 + machine_.msis.count + i;
    vector.handler = [](msi_vector*, void*) {};
  }
  machine_.msis.count += msi.count;
  msix_enable(&msi.msix);
}

bool Software::find_stream(std::uint32_t stream_id, trace::Stream& stream) const {
  for (const auto& [id, binding] : bindings_) {
    if (binding.device.msi.device_id != stream_id || binding.device.machine == nullptr) continue;
    stream = id;
    return true;
  }
  return false;
}

Software::Binding* Software::binding_of_device(std::uint32_t device) {
  for (auto& [stream, binding] : bindings_) {
    if (binding.info.device == device) return &binding;
  }
  return nullptr;
}

std::uint64_t Software::frames_base() const {
  return tables + tables_bytes;
}

bool Software::perform(const trace::Operation& operation) {
  return std::visit([this](const auto& one) { return operate(one); }, operation);
}

bool Software::operate(const trace::Map& map) {
  auto& binding = bindings_.at(map.stream);
  if (!map.frame) {
    map_doorbell(binding, map.iova);
    return true;
  }
  const auto address = frames_base() + *map.frame * trace::page_bytes;
  const auto size = map.pages * trace::page_bytes;
  const auto end = virt::ram_base + platform_.parameters().ram.size;
  if (*map.frame > (end - frames_base()) / trace::page_bytes || address + size > end) {
    throw InputError(trace_, 0, "the trace needs more memory than ram.size",
                     std::to_string(address + size - virt::ram_base) + " bytes",
                     std::to_string(platform_.parameters().ram.size));
  }
  return smmu_map(&binding.device.domain, map.iova, address, size, MAP_WRITE) == STATUS_OK;
}

void Software::map_doorbell(Binding& binding, std::uint64_t iova) {
  auto& msi = binding.device.msi;
  check(msi_map_doorbell(&machine_.msis, &binding.device.domain, iova, &msi.doorbell),
        "mapping the doorbell");
  for (unsigned i = 0; i < msi.count; ++i) {
    msix_program(&msi.msix, i, msi.doorbell, i);
    msix_unmask(&msi.msix, i);
  }
}

bool Software::operate(const trace::Unmap& unmap) {
  return page_table_unmap(&bindings_.at(unmap.stream).device.domain.table, unmap.iova,
                          unmap.pages * trace::page_bytes) == STATUS_OK;
}

bool Software::operate(const trace::Submit& submit) {
  if (!submit.stream) return skip();
  ring(*submit.stream, 2 * submit.queue, submit.value);
  return true;
}

bool Software::operate(const trace::Handle& handle) {
  if (!handle.stream) return skip();
  ring(*handle.stream, 2 * handle.queue + 1, handle.value);
  return true;
}

void Software::ring(trace::Stream stream, std::uint32_t index, std::uint32_t value) {
  // Doorbell registers stand one after the other, a tail and a head for each queue.
  const auto offset = std::uint64_t{index} * 4 % pcie::dma::doorbell_bytes;
  machine_write(&bindings_.at(stream).device, 0, pcie::dma::doorbell_region + offset, value);
}

void Software::flush(trace::Stream stream) {
  machine_read(&bindings_.at(stream).device, 0, 0);
}

}  // namespace doorbell::replay
