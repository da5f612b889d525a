#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "doorbell/core/arch/journey.h"

namespace doorbell {

class PooledPayload;

/// Transaction layer packets (PCIe 6.0, 2.2).
namespace pcie_tlp {

enum class Type : std::uint8_t {
  memory_read,           // MRd
  memory_write,          // MWr
  configuration_read,    // CfgRd0/1
  configuration_write,   // CfgWr0/1
  completion,            // Cpl
  completion_with_data,  // CplD
};

/// Completion Status (2.2.9.1).
enum class Status : std::uint8_t {
  successful = 0,
  unsupported_request = 1,
  request_retry = 2,
  completer_abort = 4,
};

struct Tlp {
  // In the order of their size: it is copied at each hop.
  std::uint64_t address = 0;  ///< Memory: bytes. Configuration: register number in bytes.
  JourneyHandle journey;      ///< Of an MSI.
  /// The payload's bytes: small ones inline, others in a pooled payload of which the TLP holds a
  /// reference by count (acquire and release as the TLP is passed on: it has one owner at a time).
  std::array<std::uint8_t, 8> inline_data{};
  PooledPayload* data = nullptr;
  std::uint32_t length = 0;  ///< Payload bytes carried or asked for. [1, 4096]
  std::uint32_t pasid = 0;
  std::uint16_t requester_id = 0;
  std::uint16_t completer_id = 0;  ///< Of completions; target of configuration requests.
  std::uint16_t tag = 0;
  std::uint16_t byte_count = 0;  ///< Completions: bytes left, this one's included.
  Type type = Type::memory_write;
  Status status = Status::successful;
  bool relaxed_ordering = false;
  bool id_based_ordering = false;
  bool no_snoop = false;
  bool has_pasid = false;
  std::uint8_t address_type = 0;  ///< AT (10.2.1).
  std::uint8_t traffic_class = 0;

  bool is_posted() const { return type == Type::memory_write; }
  bool is_completion() const {
    return type == Type::completion || type == Type::completion_with_data;
  }
};

/// One that goes down: a socket's two interfaces must be of different types.
struct DownstreamTlp : Tlp {
  DownstreamTlp() = default;
  DownstreamTlp(const Tlp& tlp) : Tlp(tlp) {}
};

}  // namespace pcie_tlp

struct PcieTlp {
  using Forward = pcie_tlp::DownstreamTlp;  ///< Root complex to endpoint.
  using Backward = pcie_tlp::Tlp;
  static constexpr std::size_t credit_classes = 6;
  /// Header and data credits of each type (2.6.1); a data credit is 16 bytes.
  enum : unsigned {
    posted_header,
    posted_data,
    non_posted_header,
    non_posted_data,
    completion_header,
    completion_data
  };
};

}  // namespace doorbell
