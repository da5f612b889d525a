#pragma once

#include "doorbell/core/arch/registers.h"
#include "doorbell/core/payload_pool.h"

namespace doorbell::gic {

/// Serves a register access: the address modulo `frame_bytes` is the offset. Offsets without a
/// register are RES0; a width that a register doesn't have is answered with an error (IHI 0069,
/// 12.1.3).
void access_registers(RegisterBank& bank, Payload& payload, std::uint64_t frame_bytes);

/// What a debugger reads: stored values. Returns the bytes done; writes do nothing.
unsigned debug_access(RegisterBank& bank, Payload& payload, std::uint64_t frame_bytes);

}  // namespace doorbell::gic
