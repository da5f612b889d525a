#include "doorbell/gic/arch/its_support.h"

#include <algorithm>

namespace doorbell::gic {

std::uint64_t ItsSupport::type_register() const {
  // UMSI[44], CIL[36], CIDbits[35:32], HCC[31:24], PTA[19], Devbits[17:13], ID_bits[12:8],
  // ITT_entry_size[7:4], CCT[2], Physical[0]. SEIS[18] is 0: no System error reaches a processor.
  // Without collections in memory CIL, CIDbits and CCT are RES0, and so is CCT without others.
  const bool limited = collection_table && collection_limit;
  const bool cumulative = collection_table && cumulative_collections && collections_inside != 0;
  return std::uint64_t{reports_unmapped} << 44 | std::uint64_t{limited} << 36 |
         std::uint64_t{limited ? collection_bits - 1 : 0} << 32 |
         std::uint64_t{collections_inside} << 24 | std::uint64_t{physical_targets} << 19 |
         std::uint64_t{device_bits - 1} << 13 | std::uint64_t{event_bits - 1} << 8 |
         std::uint64_t{itt_entry_bytes - 1} << 4 | std::uint64_t{cumulative} << 2 | 1;
}

std::optional<std::uint32_t> ItsSupport::target(std::uint64_t RDbase) const {
  if (!physical_targets) {
    if (RDbase >= processors) return std::nullopt;
    return static_cast<std::uint32_t>(RDbase);
  }
  const auto found = std::find(redistributors.begin(), redistributors.end(), RDbase << 16);
  if (found == redistributors.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - redistributors.begin());
}

}  // namespace doorbell::gic
