#include "doorbell/pcie/arch/dma_engine.h"

#include <span>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell::pcie::dma {
namespace {

constexpr RegisterInfo registers[] = {
    {.name = "DMA_ID",
     .offset = DMA_ID,
     .reset = identification,
     .access = RegisterAccess::read_only,
     .section = "docs/pcie.md"},
    {.name = "DMA_CAPABILITIES",
     .offset = DMA_CAPABILITIES,
     .access = RegisterAccess::read_only,
     .section = "docs/pcie.md"},
    {.name = "DMA_CONTROL",
     .offset = DMA_CONTROL,
     .section = "docs/pcie.md",
     .writable = CONTROL_ENABLE},
    {.name = "DMA_STATUS",
     .offset = DMA_STATUS,
     .access = RegisterAccess::read_only,
     .section = "docs/pcie.md"},
    {.name = "DMA_RING_BASE", .offset = DMA_RING_BASE, .width = 8, .section = "docs/pcie.md"},
    {.name = "DMA_RING_ENTRIES",
     .offset = DMA_RING_ENTRIES,
     .section = "docs/pcie.md",
     .writable = 0x1ffff},
    {.name = "DMA_HEAD",
     .offset = DMA_HEAD,
     .access = RegisterAccess::read_only,
     .section = "docs/pcie.md"},
    {.name = "DMA_TAIL", .offset = DMA_TAIL, .section = "docs/pcie.md"},
    {.name = "DMA_ERRORS",
     .offset = DMA_ERRORS,
     .access = RegisterAccess::read_only,
     .section = "docs/pcie.md"},
};

constexpr std::uint32_t flag_msi = 1u << 8;
constexpr std::uint32_t flag_completion = 1u << 9;
constexpr std::uint32_t flag_relaxed = 1u << 10;

void put(DescriptorBytes& bytes, unsigned offset, unsigned size, std::uint64_t value) {
  store_little_endian(std::span(bytes).subspan(offset, size), value);
}

std::uint64_t get(const DescriptorBytes& bytes, unsigned offset, unsigned size) {
  return load_little_endian<std::uint64_t>(std::span(bytes).subspan(offset, size));
}

bool fits(std::uint64_t offset, std::uint64_t length, std::uint64_t bytes) {
  return offset <= bytes && length <= bytes - offset;
}

}  // namespace

std::span<const RegisterInfo> register_table() {
  return registers;
}

DescriptorBytes encode(const Descriptor& d) {
  DescriptorBytes bytes{};
  put(bytes, 0, 4,
      static_cast<std::uint32_t>(d.opcode) | (d.raise_msi ? flag_msi : 0) |
          (d.write_completion ? flag_completion : 0) | (d.relaxed_ordering ? flag_relaxed : 0) |
          std::uint32_t{d.vector} << 16);
  put(bytes, 4, 4, d.length);
  put(bytes, 8, 8, d.source);
  put(bytes, 16, 8, d.destination);
  put(bytes, 24, 8, d.completion);
  return bytes;
}

bool decode(const DescriptorBytes& bytes, std::uint64_t local_bytes, Descriptor& d) {
  const auto control = static_cast<std::uint32_t>(get(bytes, 0, 4));
  d.opcode = static_cast<Opcode>(control & 0xf);
  d.raise_msi = control & flag_msi;
  d.write_completion = control & flag_completion;
  d.relaxed_ordering = control & flag_relaxed;
  d.vector = static_cast<std::uint16_t>(control >> 16);
  d.length = static_cast<std::uint32_t>(get(bytes, 4, 4));
  d.source = get(bytes, 8, 8);
  d.destination = get(bytes, 16, 8);
  d.completion = get(bytes, 24, 8);
  switch (d.opcode) {
    case Opcode::nop:
    case Opcode::copy:
      return true;
    case Opcode::read:
      return fits(d.destination, d.length, local_bytes);
    case Opcode::write:
      return fits(d.source, d.length, local_bytes);
  }
  return false;
}

}  // namespace doorbell::pcie::dma
