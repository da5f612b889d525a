#pragma once

#include <cstdint>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/initiator_socket.h"

namespace doorbell::smmu {

/// Writes an MSI of the SMMU's own (IHI 0070 3.18). False when it is answered with an error.
Task<bool> write_message(InitiatorSocket& socket, std::uint32_t device_id, std::uint64_t address,
                         std::uint32_t data);

}  // namespace doorbell::smmu
