#include "doorbell/pcie/dma_engine.h"

#include <algorithm>
#include <array>
#include <span>

#include "doorbell/core/arch/state.h"
#include "doorbell/core/memory_port.h"

namespace doorbell::pcie {
namespace {

constexpr std::uint32_t copy_chunk = 4096;

const std::shared_ptr<const RegisterMap>& register_map() {
  static const auto map = std::make_shared<const RegisterMap>(dma::register_table());
  return map;
}

}  // namespace

DmaEngine::DmaEngine(Simulation& simulation, const StatisticsGroup& group, TrafficPort& port,
                     std::uint32_t local_bytes)
    : simulation_(simulation),
      port_(port),
      local_bytes_(local_bytes),
      registers_(register_map()),
      control_(registers_.handle("DMA_CONTROL")),
      status_(registers_.handle("DMA_STATUS")),
      ring_base_(registers_.handle("DMA_RING_BASE")),
      ring_entries_(registers_.handle("DMA_RING_ENTRIES")),
      head_(registers_.handle("DMA_HEAD")),
      tail_(registers_.handle("DMA_TAIL")),
      errors_(registers_.handle("DMA_ERRORS")),
      work_(simulation.scheduler()),
      descriptors_(group, "descriptors",
                   {"descriptors", Better::neither, "descriptors that the DMA engine completed"}) {
  registers_.set("DMA_CAPABILITIES", local_bytes);
  registers_.on_write("DMA_CONTROL", [this](const RegisterWrite& write) {
    if ((write.value & dma::CONTROL_ENABLE) == 0) status_.set(status_.get() & ~dma::STATUS_ERROR);
    work_.notify_all();
  });
  registers_.on_write("DMA_TAIL", [this](const RegisterWrite&) { work_.notify_all(); });
}

std::vector<std::uint8_t>& DmaEngine::local_memory() {
  if (local_.empty()) local_.resize(local_bytes_);
  return local_;
}

std::uint32_t DmaEngine::read(std::uint64_t offset, unsigned size) {
  std::uint64_t value = 0;
  registers_.read(offset, size, value);
  return static_cast<std::uint32_t>(value);
}

void DmaEngine::write(std::uint64_t offset, unsigned size, std::uint32_t value) {
  registers_.write(offset, size, value);
}

void DmaEngine::save(StateWriter& state) const {
  state.registers("registers", registers_);
  state.value("local_memory_used", !local_.empty());
  if (!local_.empty()) state.bytes("local_memory", local_);
}

void DmaEngine::restore(StateReader& state) {
  state.registers("registers", registers_);
  bool used = false;
  state.value("local_memory_used", used);
  local_.clear();
  if (used) state.bytes("local_memory", local_memory());
  wake();
}

bool DmaEngine::has_work() const {
  return (control_.get() & dma::CONTROL_ENABLE) != 0 && (status_.get() & dma::STATUS_ERROR) == 0 &&
         ring_entries_.get() != 0 && head_.get() != tail_.get() && port_.may_issue();
}

Task<void> DmaEngine::run() {
  while (true) {
    while (!has_work())
      co_await work_.wait();
    status_.set(status_.get() | dma::STATUS_BUSY);
    dma::Descriptor descriptor;
    bool valid = false;
    if (!co_await fetch(descriptor, valid)) {
      errors_.set(errors_.get() + 1);
      status_.set(dma::STATUS_ERROR);  // until software disables the engine
      continue;
    }
    auto result = dma::Result::bad_descriptor;
    if (valid) result = co_await execute(descriptor);
    co_await finish(descriptor, result);
    status_.set(status_.get() & ~dma::STATUS_BUSY);
  }
}

Task<bool> DmaEngine::fetch(dma::Descriptor& descriptor, bool& valid) {
  dma::DescriptorBytes bytes{};
  const std::uint64_t index = head_.get() & (ring_entries_.get() - 1);
  const bool fetched = co_await port_.read(ring_base_.get() + index * dma::descriptor_bytes,
                                           dma::descriptor_bytes, bytes);
  valid = fetched && dma::decode(bytes, local_bytes_, descriptor);
  co_return fetched;
}

Task<dma::Result> DmaEngine::execute(dma::Descriptor d) {
  const RequestAttributes attributes{.relaxed_ordering = d.relaxed_ordering};
  bool done = true;
  switch (d.opcode) {
    case dma::Opcode::nop:
      break;
    case dma::Opcode::read: {
      const auto into = std::span(local_memory()).subspan(d.destination, d.length);
      done = co_await port_.read(d.source, d.length, into, attributes);
      break;
    }
    case dma::Opcode::write: {
      const auto from = std::span(local_memory()).subspan(d.source, d.length);
      done = co_await port_.write(d.destination, d.length, from, attributes);
      break;
    }
    case dma::Opcode::copy:
      co_return co_await copy(d);
  }
  co_return done ? dma::Result::ok : dma::Result::read_failed;
}

Task<dma::Result> DmaEngine::copy(dma::Descriptor d) {
  const RequestAttributes attributes{.relaxed_ordering = d.relaxed_ordering};
  std::vector<std::uint8_t> chunk(std::min(copy_chunk, d.length));
  for (std::uint32_t offset = 0; offset < d.length;) {
    const auto piece = std::span(chunk).first(std::min(copy_chunk, d.length - offset));
    const auto size = static_cast<std::uint32_t>(piece.size());
    if (!co_await port_.read(d.source + offset, size, piece, attributes)) {
      co_return dma::Result::read_failed;
    }
    co_await port_.write(d.destination + offset, size, piece, attributes);
    offset += size;
  }
  co_return dma::Result::ok;
}

Task<void> DmaEngine::finish(dma::Descriptor d, dma::Result result) {
  if (result != dma::Result::ok) errors_.set(errors_.get() + 1);
  if (d.write_completion) {
    std::array<std::uint8_t, dma::completion_bytes> bytes{};
    store_little_endian(std::span(bytes).first(4), static_cast<std::uint32_t>(head_.get()));
    store_little_endian(std::span(bytes).last(4), static_cast<std::uint32_t>(result));
    co_await port_.write(d.completion, dma::completion_bytes, bytes);
  }
  head_.set((head_.get() + 1) & 0xffff'ffff);
  descriptors_.add();
  if (d.raise_msi) co_await port_.signal(d.vector);
}

}  // namespace doorbell::pcie
