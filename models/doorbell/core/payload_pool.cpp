#include "doorbell/core/payload_pool.h"

namespace doorbell {

PayloadReference PayloadPool::take(tlm::tlm_command command, std::uint64_t address,
                                   unsigned length) {
  if (free_.empty()) {
    all_.push_back(std::make_unique<PooledPayload>(this));
    free_.push_back(all_.back().get());
  }
  PooledPayload& payload = *free_.back();
  free_.pop_back();
  if (payload.storage_.size() < length) payload.storage_.resize(length);
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(payload.storage_.data());
  payload.set_data_length(length);
  payload.set_streaming_width(length);
  payload.set_byte_enable_ptr(nullptr);
  payload.set_byte_enable_length(0);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  payload.requester_ = Requester{};
  payload.set_extension(&payload.requester_);
  return PayloadReference{payload};
}

void PayloadPool::free(Payload* payload) {
  payload->reset();
  free_.push_back(static_cast<PooledPayload*>(payload));
}

}  // namespace doorbell
