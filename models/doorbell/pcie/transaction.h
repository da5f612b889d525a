#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "doorbell/core/payload_pool.h"
#include "doorbell/pcie/arch/credits.h"
#include "doorbell/pcie/arch/link_rate.h"
#include "doorbell/pcie/arch/tlp.h"
#include "doorbell/pcie/pcie_tlp.h"

namespace doorbell::pcie {

using pcie_tlp::Tlp;

/// Flow-control and ordering class of a TLP on a socket.
inline TlpClass class_of(const Tlp& tlp) {
  if (tlp.is_posted()) return TlpClass::posted;
  return tlp.is_completion() ? TlpClass::completion : TlpClass::non_posted;
}

/// The header that would go over the wire. A completion's `Tlp::address` is that of its first byte.
TlpHeader header_of(const Tlp& tlp);

/// Double words of data that go over the wire (PCIe 6.0 2.2.2, 2.2.5).
inline unsigned data_double_words(const Tlp& tlp) {
  switch (tlp.type) {
    case pcie_tlp::Type::memory_write:
    case pcie_tlp::Type::completion_with_data:
      return std::max(1U, (static_cast<unsigned>(tlp.address & 3) + tlp.length + 3) / 4);
    case pcie_tlp::Type::configuration_write:
      return 1;
    default:
      return 0;
  }
}

/// The same as of its header, which needn't be drawn up for it.
inline FlowCredits credits_needed(const Tlp& tlp) {
  constexpr unsigned unit = credit_unit_bytes / 4;
  return {1, (data_double_words(tlp) + unit - 1) / unit};
}

/// Bytes of the line that it takes: the same as of its header, too.
inline unsigned wire_bytes(const Tlp& tlp, unsigned generation) {
  if (uses_flits(generation)) return wire_bytes(header_of(tlp), generation);
  const bool is_memory =
      tlp.type == pcie_tlp::Type::memory_write || tlp.type == pcie_tlp::Type::memory_read;
  const unsigned header = is_memory && tlp.address >> 32 != 0 ? 16 : 12;  // 2.2.4.1
  return header + 4 * data_double_words(tlp) + link_layer_bytes;
}

/// Credit class of the protocol for the headers or data of a TLP class.
constexpr unsigned header_credits(TlpClass kind) {
  return 2 * static_cast<unsigned>(kind);
}
constexpr unsigned data_credits(TlpClass kind) {
  return 2 * static_cast<unsigned>(kind) + 1;
}

/// What a receiver of "infinite" credits grants: more than any simulation consumes.
inline constexpr std::uint64_t infinite_credits = std::uint64_t{1} << 48;

/// The payload bytes of a TLP with data, wherever they are kept. Empty when a request carries no
/// bytes.
std::span<std::uint8_t> data_of(Tlp& tlp);

/// Puts `bytes` into `tlp`: inline up to 8, otherwise in a pooled payload of which the TLP gets the
/// reference.
void attach_data(Tlp& tlp, std::span<const std::uint8_t> bytes, PayloadPool& pool);

/// Gives up the TLP's reference to its payload, if it has one.
inline void release_data(Tlp& tlp) {
  if (tlp.data != nullptr) tlp.data->release();
  tlp.data = nullptr;
}

/// The completion of `request` that says `status`, without data.
Tlp completion_of(const Tlp& request, std::uint16_t completer, pcie_tlp::Status status);

}  // namespace doorbell::pcie
