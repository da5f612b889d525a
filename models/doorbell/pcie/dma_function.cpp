#include "doorbell/pcie/dma_function.h"

#include <bit>

namespace doorbell::pcie {
namespace {

constexpr unsigned engine_bar = 0;
constexpr unsigned msix_bar = 2;
constexpr std::uint32_t page = 4096;

}  // namespace

DmaFunction::DmaFunction(const Context& context)
    : simulation_(context.simulation),
      parameters_(context.endpoint.function),
      engine_(context.simulation, context.group, context.port, parameters_.local_memory) {}

FunctionIdentity DmaFunction::identity() const {
  return {.vendor_id = static_cast<std::uint16_t>(parameters_.vendor_id),
          .device_id = static_cast<std::uint16_t>(parameters_.device_id),
          .class_code = parameters_.class_code,
          .subsystem_vendor_id = static_cast<std::uint16_t>(parameters_.vendor_id),
          .subsystem_id = static_cast<std::uint16_t>(parameters_.device_id)};
}

std::vector<BarInfo> DmaFunction::bars() const {
  // The PBA has a page of its own behind the table: 2048 vectors need 256 bytes of it.
  const std::uint64_t msix_bytes = std::bit_ceil(std::uint64_t{msix().pba_offset} + page);
  return {{engine_bar, dma::bar_bytes, true, false}, {msix_bar, msix_bytes, true, false}};
}

MsixLayout DmaFunction::msix() const {
  const std::uint32_t table = parameters_.msix_vectors * MsixTable::entry_bytes;
  return {.vectors = parameters_.msix_vectors,
          .table_bar = msix_bar,
          .pba_bar = msix_bar,
          .pba_offset = (table + page - 1) / page * page};
}

std::uint32_t DmaFunction::read_bar(unsigned, std::uint64_t offset, unsigned size) {
  return offset < dma::register_bytes ? engine_.read(offset, size) : 0;
}

void DmaFunction::write_bar(unsigned, std::uint64_t offset, unsigned size, std::uint32_t value) {
  if (offset < dma::register_bytes) {
    engine_.write(offset, size, value);
  } else if (offset - dma::doorbell_region < dma::doorbell_bytes) {
    ring_doorbell(offset - dma::doorbell_region, value);
  }
}

void DmaFunction::ring_doorbell(std::uint64_t offset, std::uint32_t value) {
  if (!doorbell_listener_) return;
  doorbell_listener_({static_cast<std::uint32_t>(offset), value, simulation_.scheduler().now()});
}

}  // namespace doorbell::pcie
