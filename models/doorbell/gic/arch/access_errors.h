#pragma once

#include <cstdint>

#include "doorbell/core/arch/registers.h"

namespace doorbell::gic {

/// GICD_STATUSR, GICR_STATUSR (IHI 0069, 12.9, 12.11): the bits for accesses that a frame
/// ignored. RRD[0] and WRD[1], a read or write where no register is; RWOD[2], a read of a
/// write-only one; WROD[3], a write of a read-only one.
constexpr std::uint64_t access_error(RegisterResult result, bool read) {
  switch (result) {
    case RegisterResult::unmapped:
      return read ? 1 : 2;
    case RegisterResult::read_of_write_only:
      return 4;
    case RegisterResult::write_of_read_only:
      return 8;
    default:
      return 0;
  }
}

}  // namespace doorbell::gic
