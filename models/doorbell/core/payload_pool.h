#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "doorbell/core/requester.h"

namespace doorbell {

using Payload = tlm::tlm_generic_payload;

class PayloadPool;

/// A payload of our own with room for its data and a Requester. Recycled when its reference count
/// falls to zero.
class PooledPayload : public Payload {
 public:
  explicit PooledPayload(tlm::tlm_mm_interface* pool) : Payload(pool) {}
  ~PooledPayload() override { clear_extension<Requester>(); }

  Requester& requester() { return requester_; }
  std::span<std::uint8_t> data() { return {storage_.data(), get_data_length()}; }

 private:
  friend class PayloadPool;
  std::vector<std::uint8_t> storage_;
  Requester requester_;
};

/// A reference to a PooledPayload: released when it goes out of scope.
class PayloadReference {
 public:
  explicit PayloadReference(PooledPayload& payload) : payload_(&payload) { payload.acquire(); }
  PayloadReference(PayloadReference&& other) noexcept
      : payload_(std::exchange(other.payload_, nullptr)) {}
  PayloadReference& operator=(PayloadReference&&) = delete;
  ~PayloadReference() {
    if (payload_ != nullptr) payload_->release();
  }
  PooledPayload& operator*() const { return *payload_; }
  PooledPayload* operator->() const { return payload_; }

 private:
  PooledPayload* payload_;
};

/// Where blocks take payloads for transactions of their own from: table accesses, splits, posted
/// writes that complete early. The steady state allocates nothing.
class PayloadPool : public tlm::tlm_mm_interface {
 public:
  PayloadPool() = default;
  PayloadPool(const PayloadPool&) = delete;
  PayloadPool& operator=(const PayloadPool&) = delete;

  /// A payload with `length` bytes of data (its contents are whatever was there), the response
  /// status incomplete, a cleared Requester attached, no byte enables and no DMI hint.
  PayloadReference take(tlm::tlm_command command, std::uint64_t address, unsigned length);

  void free(Payload* payload) override;

 private:
  std::vector<std::unique_ptr<PooledPayload>> all_;
  std::vector<PooledPayload*> free_;
};

}  // namespace doorbell
