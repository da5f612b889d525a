#include "platforms/replay/software.h"

#include <fmt/format.h>

#include <type_traits>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "doorbell/pcie/arch/dma_engine.h"
#include "platforms/virt/memory_map.h"

namespace doorbell::replay {

Software::Software(Firmware& firmware, const trace::Header& header, std::string trace, Place place)
    : firmware_(firmware),
      machine_(firmware.drivers()),
      trace_(std::move(trace)),
      place_(place),
      cpus_(header.cpus),
      own_batches_(header.conduct &&
                   header.conduct->invalidations == trace::Conduct::Invalidations::processor) {
  bind(header);
}

bool Software::find_stream(std::uint32_t stream_id, trace::Stream& stream) const {
  for (const auto& [id, binding] : bindings_) {
    if (binding.stream_id != stream_id || binding.device.machine == nullptr) continue;
    stream = id;
    return true;
  }
  return false;
}

unsigned Software::processor(std::uint32_t cpu) const {
  return (place_.copy * cpus_ + cpu) % firmware_.platform().processor_count();
}

Software::Binding* Software::binding_of_device(std::uint32_t device) {
  for (auto& [stream, binding] : bindings_) {
    if (binding.info.device == device) return &binding;
  }
  return nullptr;
}

bool Software::perform(const trace::Record& record) {
  return std::visit(
      [this, &record](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, trace::SmmuCommand>) {
          return operate(one, batch_of(record));
        } else {
          return operate(one);
        }
      },
      record.operation);
}

smmu_batch& Software::batch_of(const trace::Record& record) {
  const auto [entry, is_new] = batches_.try_emplace(own_batches_ ? record.cpu : 0);
  if (is_new) smmu_batch_start(&entry->second, &machine_.smmu);
  return entry->second;
}

/// Each copy has an equal share of the memory above the tables. Blocks lie where blocks can.
std::uint64_t Software::frame_address(std::uint64_t frame, std::uint64_t frames, bool block) const {
  const auto room = firmware_.frames_end() - firmware_.frames();
  const auto share = room / place_.copies / trace::page_bytes;  // frames
  const auto unaligned = firmware_.frames() + place_.copy * share * trace::page_bytes;
  const auto step = (block ? trace::block_pages : 1) * trace::page_bytes;
  const auto first = (unaligned + step - 1) / step * step;
  const auto skipped = (first - unaligned) / trace::page_bytes;
  if (frame > share || frame + frames + skipped > share) {
    const auto above_tables = (frame + frames + skipped) * place_.copies * trace::page_bytes;
    throw InputError(trace_, 0, "the trace needs more memory than ram.size",
                     std::to_string(firmware_.frames() - virt::ram_base + above_tables) +
                         " bytes for replay.copies=" + std::to_string(place_.copies),
                     std::to_string(firmware_.platform().parameters().ram.size));
  }
  return first + frame * trace::page_bytes;
}

std::uint64_t Software::address(const trace::Access& access) const {
  const Binding& binding = bindings_.at(access.stream);
  if (!bypasses(binding)) return access.iova;
  if (!binding.info.bypass) {
    const auto frame = binding.frames.find(access.iova / trace::page_bytes);
    return frame == binding.frames.end() ? access.iova
                                         : frame->second + access.iova % trace::page_bytes;
  }
  constexpr bool block = true;  // as where the same frames are mapped
  return frame_address(access.iova / trace::page_bytes, 1, block) + access.iova % trace::page_bytes;
}

bool Software::operate(const trace::Map& map) {
  auto& binding = bindings_.at(map.stream);
  if (!map.frame) return map_doorbell(binding, map.iova);
  const auto address = frame_address(*map.frame, map.pages, map.block);
  if (place_.bypass) {
    for (std::uint64_t page = 0; page < map.pages; ++page)
      binding.frames[map.iova / trace::page_bytes + page] = address + page * trace::page_bytes;
    return true;
  }
  check_output(address + map.pages * trace::page_bytes);
  check_window("IOVAs of a buffer", map.iova, map.pages * trace::page_bytes);
  return smmu_map(&binding.device.domain, map.iova, address, map.pages * trace::page_bytes,
                  map.block ? MAP_WRITE | MAP_BLOCKS : MAP_WRITE) == STATUS_OK;
}

void Software::check_output(std::uint64_t end) const {
  const unsigned bits =
      static_cast<unsigned>(firmware_.platform().parameters().smmu.output_address_size);
  if (end <= std::uint64_t{1} << bits) return;
  throw InputError(trace_, 0, "frames in ram.size",
                   "addresses of smmu.output_address_size=" + std::to_string(bits) + " bits",
                   "an end at " + std::to_string(end));
}

/// In the window nothing is translated, and nothing but messages passes.
void Software::check_window(const char* what, std::uint64_t first, std::uint64_t bytes) const {
  const smmu::ReservedWindow& window = firmware_.platform().parameters().smmu.reserved_window;
  const bool meet = window.contains(first) || window.base - first < bytes;
  if (window.size == 0 || !meet) return;
  throw InputError(trace_, 0, what,
                   fmt::format("addresses outside of smmu.reserved_window.base={:#x} and "
                               "smmu.reserved_window.size={:#x}",
                               window.base, window.size),
                   fmt::format("{:#x} to {:#x}", first, first + (bytes - 1)));
}

bool Software::map_doorbell(Binding& binding, std::uint64_t iova) {
  if (!has_its()) return map_other_doorbell(binding, iova);
  auto& msi = binding.device.msi;
  if (bypasses(binding)) {
    msi.doorbell = its_doorbell(msi.its);
  } else {
    if (!machine_.description.doorbell_window)
      check_window("the IOVA of a doorbell", iova, trace::page_bytes);
    check(machine_map_doorbell(&machine_, &binding.device.domain, msi.its, iova, &msi.doorbell),
          "mapping the doorbell");
  }
  for (unsigned i = 0; i < msi.count; ++i) {
    msix_program(&msi.msix, i, msi.doorbell, i);
    msix_unmask(&msi.msix, i);
  }
  return true;
}

bool Software::operate(const trace::Unmap& unmap) {
  auto& binding = bindings_.at(unmap.stream);
  if (place_.bypass) {
    const auto first = unmap.iova / trace::page_bytes;
    binding.frames.erase(binding.frames.lower_bound(first),
                         binding.frames.lower_bound(first + unmap.pages));
    return true;
  }
  return page_table_unmap(&binding.device.domain.table, unmap.iova, unmap.pages * trace::page_bytes,
                          nullptr) == STATUS_OK;
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
