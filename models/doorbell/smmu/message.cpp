#include "doorbell/smmu/message.h"

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/simulation.h"

namespace doorbell::smmu {

Task<bool> write_message(InitiatorSocket& socket, std::uint32_t device_id, std::uint64_t address,
                         std::uint32_t data) {
  const PayloadReference write =
      Simulation::current().payloads().take(tlm::TLM_WRITE_COMMAND, address, 4);
  write->requester().device_id = device_id;
  write->requester().purpose = MemoryPurpose::smmu_queues;
  store_little_endian<std::uint32_t>(write->data(), data);
  co_await socket.transport(*write);
  co_return write->is_response_ok();
}

}  // namespace doorbell::smmu
