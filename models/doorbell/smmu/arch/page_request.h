#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "doorbell/core/protocols/dti_ats.h"
#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

/// 16 bytes as they are in the PRI queue (IHI 0070 8), little-endian doublewords.
using PageRequestRecord = std::array<std::uint64_t, 2>;

PageRequestRecord encode(const dti_ats::PageRequest& request, const Features& features);

/// Why a page request doesn't come into the queue.
enum class PageRequestRefusal : std::uint8_t {
  overflow,  ///< There is no room, or an overflow is not acknowledged (8.1).
  disabled,  ///< PRIQEN = 0, in effect or by SMMUEN, or PRIQ_ABT_ERR (8.2).
};

/// What SMMU_IDR3.PPS = 0 asks of the stream's STE; where there is no valid one, of nothing.
struct PasidOfResponse {
  bool valid = false;
  bool PPAR = false;
};
/// Whether the answer to an overflow depends on the STE.
bool needs_stream(const dti_ats::PageRequest& request, PageRequestRefusal refusal,
                  const Features& features);

/// The response that the SMMU gives by itself (8.1, 8.2); nothing for a Stop Marker, nor, on an
/// overflow, for what isn't the last of its group.
std::optional<dti_ats::PageResponse> automatic_response(const dti_ats::PageRequest& request,
                                                        PageRequestRefusal refusal,
                                                        const PasidOfResponse& stream,
                                                        const Features& features);

}  // namespace doorbell::smmu
