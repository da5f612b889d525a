#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/procedure.h"

namespace doorbell::smmu {

/// SMMU_GATOS_PAR (IHI 0070 6.3.40).
namespace GATOS_PAR {
inline constexpr BitField FAULT{0, 1}, ADDR{12, 44};
// Of a success
inline constexpr BitField SH{8, 2}, Size{11, 1}, ATTR{56, 8};
// Of a fault
inline constexpr BitField REASON{1, 2}, FAULTCODE{4, 8};
}  // namespace GATOS_PAR

/// The FAULTCODEs that are no numbers of events (IHI 0070 9.1.5).
inline constexpr std::uint8_t INV_REQ = 0xff, INV_STAGE = 0xfe;

/// What software asks of an address translation operation (chapter 9).
struct AddressOperation {
  TranslationQuery query;
  bool inhibits_updates = false;  ///< HTTUI

  /// From SMMU_GATOS_SID and SMMU_GATOS_ADDR; nothing for what is INV_REQ (9.1.3).
  static std::optional<AddressOperation> decode(std::uint64_t sid, std::uint64_t addr,
                                                const Features& features);
};

/// SMMU_GATOS_PAR of a request that is malformed.
std::uint64_t invalid_request();
/// SMMU_GATOS_PAR of an operation that has ended so (9.1.4).
std::uint64_t encode_result(const AddressOperation& operation, const TranslationOutcome& outcome,
                            const Features& features);

}  // namespace doorbell::smmu
