#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/smmu/arch/access.h"

namespace doorbell::smmu {

/// What a TBU asks of the TCU behind its DTI socket for `transport_dbg`: a translation from memory
/// alone, without time, caches, statistics or events. Implemented by the module that owns the other
/// socket.
class DebugTranslation {
 public:
  virtual ~DebugTranslation() = default;
  /// The output address, or nothing where a transaction would be terminated.
  virtual std::optional<std::uint64_t> translate_debug(const Stream& stream, std::uint64_t address,
                                                       const Access& access) = 0;
};

}  // namespace doorbell::smmu
