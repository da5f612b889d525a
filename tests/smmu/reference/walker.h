#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

namespace doorbell::smmu::reference {

/// One half of a stage 1 regime as CD fields and implementation choices say it (IHI 0070 5.4),
/// undecoded.
struct Regime {
  unsigned granule_kilobytes = 4;
  unsigned TxSZ = 16;
  std::uint64_t TTB = 0;
  unsigned IPS_bits = 48;  ///< As CD.IPS says.
  unsigned OAS_bits = 48;
  bool EPD = false, TBI = false, HAD = false, AFFD = false, WXN = false, PAN = false;
  bool upper_half = false;     ///< TTB1
  bool one_privilege = false;  ///< EL2 without E2H
  bool groups = false;         ///< A group of the Contiguous hint is one entry.
};

enum class Fault { none, translation, address_size, access_flag };

/// Who may do what: indices are write, privileged, instruction.
using Allowed = std::array<std::array<std::array<bool, 2>, 2>, 2>;

struct Result {
  Fault fault = Fault::none;
  unsigned level = 0;                  ///< Of the descriptor that faulted or mapped.
  std::optional<std::uint64_t> fetch;  ///< Of that descriptor; none when none was read.
  std::uint64_t output = 0;            ///< Of the address asked for.
  std::uint64_t bytes = 0;             ///< Mapped by the descriptor.
  Allowed allowed{};
  unsigned attribute_index = 0;
  unsigned shareability = 0;
  bool not_global = false;
};

/// A leaf, and where it stands.
struct Mapping {
  unsigned granule_kilobytes, level, input_bits;
  std::uint64_t address, descriptor, base;
  unsigned low;  ///< The lowest bit of addresses that the descriptor translates.
};
/// What one entry may map of it: its group (DDI 0487 table D8-104), or itself where there is none
/// that is whole and lines up.
std::uint64_t bytes_of_group(const Mapping& mapping);

using Memory = std::function<std::uint64_t(std::uint64_t address)>;

/// A walk written from DDI 0487 D8 alone: recursive, uncached, and sharing no line with the model.
Result walk(const Regime& regime, std::uint64_t address, const Memory& memory);

}  // namespace doorbell::smmu::reference
