#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "doorbell/core/arch/registers.h"

namespace doorbell::pcie {

/// The descriptor-driven DMA engine of a function as software sees it (docs/pcie.md, "The DMA
/// engine"): Doorbell's own programming model, in BAR 0. Offsets are bytes from the start of the
/// BAR.
namespace dma {

inline constexpr std::uint64_t DMA_ID = 0x00;            ///< reads `identification`
inline constexpr std::uint64_t DMA_CAPABILITIES = 0x04;  ///< bytes of local memory
inline constexpr std::uint64_t DMA_CONTROL =
    0x08;  ///< bit 0: enable; writing 0 stops after the descriptor in hand
inline constexpr std::uint64_t DMA_STATUS = 0x0c;     ///< bit 0: busy; bit 1: stopped by an error
inline constexpr std::uint64_t DMA_RING_BASE = 0x10;  ///< 64 bits: bus address of descriptor 0
inline constexpr std::uint64_t DMA_RING_ENTRIES =
    0x18;  ///< number of descriptors, a power of two up to 65536
inline constexpr std::uint64_t DMA_HEAD = 0x1c;  ///< read-only: descriptors completed, modulo 2^32
inline constexpr std::uint64_t DMA_TAIL =
    0x20;  ///< descriptors offered, modulo 2^32; a write is the doorbell
inline constexpr std::uint64_t DMA_ERRORS =
    0x24;  ///< read-only: descriptors that ended with an error
inline constexpr std::uint64_t register_bytes = 0x1000;
/// Doorbell registers of a traffic source (a replayed device): every 32-bit write is reported to
/// it.
inline constexpr std::uint64_t doorbell_region = 0x1000;
inline constexpr std::uint64_t doorbell_bytes = 0x1000;
inline constexpr std::uint64_t bar_bytes = 0x4000;

inline constexpr std::uint32_t identification = 0x4c454244;  // "DBEL"
inline constexpr std::uint32_t CONTROL_ENABLE = 1;
inline constexpr std::uint32_t STATUS_BUSY = 1;
inline constexpr std::uint32_t STATUS_ERROR = 2;

std::span<const RegisterInfo> register_table();

enum class Opcode : std::uint8_t {
  nop = 0,
  read = 1,   ///< memory at `source` to local memory at `destination`
  write = 2,  ///< local memory at `source` to memory at `destination`
  copy = 3,   ///< memory at `source` to memory at `destination`
};

/// Why a descriptor failed, as written into its completion.
enum class Result : std::uint32_t { ok = 0, bad_descriptor = 1, read_failed = 2 };

inline constexpr unsigned descriptor_bytes = 32;
inline constexpr unsigned completion_bytes = 8;

/// Bytes 0-3: opcode[3:0], flags: bit 8 raise MSI, bit 9 write a completion, bit 10 relaxed
/// ordering, vector[31:16]. Bytes 4-7: length. 8-15: source. 16-23: destination. 24-31: address of
/// the completion: two double words, the number of the descriptor (modulo 2^32) and its Result.
struct Descriptor {
  Opcode opcode = Opcode::nop;
  bool raise_msi = false;
  bool write_completion = false;
  bool relaxed_ordering = false;
  std::uint16_t vector = 0;
  std::uint32_t length = 0;
  std::uint64_t source = 0;
  std::uint64_t destination = 0;
  std::uint64_t completion = 0;

  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

using DescriptorBytes = std::array<std::uint8_t, descriptor_bytes>;

DescriptorBytes encode(const Descriptor& descriptor);
/// False when the opcode is unknown or the local memory of `local_bytes` would be left.
bool decode(const DescriptorBytes& bytes, std::uint64_t local_bytes, Descriptor& descriptor);

}  // namespace dma
}  // namespace doorbell::pcie
