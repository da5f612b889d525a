#pragma once

#include <cstdint>
#include <optional>
#include <systemc>

#include "doorbell/smmu/arch/access.h"

namespace doorbell::smmu {

/// What a TBU asks of its TCU for `transport_dbg`: a translation from memory alone, without time,
/// caches, statistics or events. A module that is the TCU end of DTI implements it.
class DebugTranslation {
 public:
  virtual ~DebugTranslation() = default;
  /// The output address, or nothing where a transaction would be terminated.
  virtual std::optional<std::uint64_t> translate_debug(const Stream& stream, std::uint64_t address,
                                                       const Access& access) = 0;
  /// Whether messages to `dti` are for this one.
  virtual bool receives(const sc_core::sc_interface& dti) const = 0;

  /// The module of the system that receives messages to `dti`; null when it can't be asked.
  static DebugTranslation* behind(const sc_core::sc_interface& dti);
};

}  // namespace doorbell::smmu
