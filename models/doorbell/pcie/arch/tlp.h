#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace doorbell::pcie {

/// Bus[15:8] Device[7:3] Function[2:0] (PCIe 6.0 2.2.4.2).
using RequesterId = std::uint16_t;

constexpr RequesterId requester_id(unsigned bus, unsigned device, unsigned function) {
  return static_cast<RequesterId>(bus << 8 | (device & 31) << 3 | (function & 7));
}

/// Transaction kinds (PCIe 6.0 2.2.1, Table 2-3).
enum class TlpType : std::uint8_t { MRd, MWr, CfgRd0, CfgWr0, CfgRd1, CfgWr1, Cpl, CplD };

/// Flow-control and ordering class of a TLP (PCIe 6.0 2.4.1, 2.6.1).
enum class TlpClass : std::uint8_t { posted, non_posted, completion };
inline constexpr unsigned tlp_classes = 3;

/// Completion Status (PCIe 6.0 2.2.9.1, Table 2-38).
enum class CompletionStatus : std::uint8_t {
  SC = 0,   ///< Successful Completion
  UR = 1,   ///< Unsupported Request
  RRS = 2,  ///< Request Retry Status
  CA = 4,   ///< Completer Abort
};

/// The fields of a TLP header (PCIe 6.0 2.2.1 to 2.2.9, non-flit mode). Which are meaningful
/// depends on `type`.
struct TlpHeader {
  TlpType type = TlpType::MRd;
  std::uint8_t traffic_class = 0;  ///< TC, 0 to 7
  bool relaxed_ordering = false;   ///< Attr[1], 2.2.6.4
  bool no_snoop = false;           ///< Attr[0], 2.2.6.5
  bool id_based_ordering = false;  ///< Attr[2], 2.2.6.4
  bool poisoned = false;           ///< EP, 2.7.2
  std::uint16_t length_dw =
      0;  ///< Length: 1 to 1024 double words, as a number (1024 is encoded as 0)
  RequesterId requester = 0;
  std::uint16_t tag = 0;  ///< 10 bits
  // Requests
  std::uint64_t address = 0;          ///< Memory requests; bits 1:0 are zero
  std::uint8_t first_be = 0;          ///< First DW Byte Enables, 2.2.5
  std::uint8_t last_be = 0;           ///< Last DW Byte Enables, 2.2.5
  RequesterId destination = 0;        ///< Configuration requests: Bus, Device, Function, 2.2.7.1
  std::uint16_t register_offset = 0;  ///< Configuration requests: 12-bit byte offset of the DW
  // Completions
  RequesterId completer = 0;
  CompletionStatus status = CompletionStatus::SC;
  std::uint16_t byte_count = 0;    ///< remaining, 1 to 4096, as a number
  std::uint8_t lower_address = 0;  ///< 7 bits

  friend bool operator==(const TlpHeader&, const TlpHeader&) = default;
};

constexpr bool is_memory(TlpType type) {
  return type == TlpType::MRd || type == TlpType::MWr;
}
constexpr bool is_completion(TlpType type) {
  return type == TlpType::Cpl || type == TlpType::CplD;
}
constexpr bool is_configuration(TlpType type) {
  return !is_memory(type) && !is_completion(type);
}
constexpr bool has_data(TlpType type) {
  return type == TlpType::MWr || type == TlpType::CfgWr0 || type == TlpType::CfgWr1 ||
         type == TlpType::CplD;
}
constexpr TlpClass tlp_class(TlpType type) {
  if (type == TlpType::MWr) return TlpClass::posted;
  return is_completion(type) ? TlpClass::completion : TlpClass::non_posted;
}

/// A memory request uses the 4 DW header exactly when its address is at or above 4 GiB
/// (PCIe 6.0 2.2.4.1).
constexpr bool has_4dw_header(const TlpHeader& header) {
  return is_memory(header.type) && header.address >> 32 != 0;
}

/// Header size in bytes: 12 or 16 (PCIe 6.0 2.2.1).
constexpr unsigned header_bytes(const TlpHeader& header) {
  return has_4dw_header(header) ? 16 : 12;
}

/// Data payload in bytes, whole double words; 0 for a TLP without data.
constexpr unsigned payload_bytes(const TlpHeader& header) {
  return has_data(header.type) ? header.length_dw * 4u : 0u;
}

/// First and last byte enables of an access of `length` bytes at `address` (PCIe 6.0 2.2.5).
struct ByteEnables {
  std::uint8_t first;
  std::uint8_t last;
  std::uint16_t length_dw;
};
ByteEnables byte_enables(std::uint64_t address, unsigned length);

/// The byte range that contiguous byte enables describe: offset from the aligned address, and
/// length. A zero-length request (all enables clear, 2.2.5) has length 0.
struct ByteRange {
  unsigned offset;
  unsigned length;
};
ByteRange byte_range(const TlpHeader& request);

/// Memory write or read of `length` bytes (1 to 4096) at `address`. The caller keeps 4 KiB and size
/// limits.
TlpHeader memory_request(TlpType type, RequesterId requester, std::uint64_t address,
                         unsigned length);

/// Configuration access of `size` 1, 2 or 4 bytes that doesn't cross a double word.
TlpHeader configuration_request(bool write, RequesterId requester, RequesterId destination,
                                unsigned offset, unsigned size);

/// Completion without data for `request` (PCIe 6.0 2.2.9).
TlpHeader completion(const TlpHeader& request, RequesterId completer, CompletionStatus status);

/// Completion with the `length` bytes of `request` (a memory read, or a configuration read) that
/// begin `done` bytes into it: Byte Count and Lower Address as 2.3.1.1 wants them.
TlpHeader completion_with_data(const TlpHeader& request, RequesterId completer, unsigned done,
                               unsigned length);

/// The header as it stands on the wire, double words with byte 0 in bits 31:24. Unused DWs are
/// zero.
std::array<std::uint32_t, 4> encode(const TlpHeader& header);

/// Nothing for a Fmt/Type combination outside TlpType or TLP prefixes.
std::optional<TlpHeader> decode(const std::array<std::uint32_t, 4>& dwords);

}  // namespace doorbell::pcie
