#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "doorbell/core/arch/ring.h"
#include "doorbell/pcie/arch/nvme/queue.h"

namespace doorbell::pcie::nvme {

/// Asynchronous Event Requests, held until something happens, and the error events that a doorbell
/// write can cause (NVMe 1.4 5.2).
class AsynchronousEvents {
 public:
  static constexpr unsigned limit = 4;  ///< AERL + 1

  void reset();
  /// Keeps a request; false when as many are held already.
  bool hold(std::uint16_t command_id);
  /// A doorbell write that wasn't taken. While one such event is unread, further ones say nothing.
  void report(DoorbellOutcome outcome);
  /// The log page of the event has been read: the next one is reported again.
  void clear() { unread_ = false; }

  /// A request that completes now, and with which DW0.
  std::optional<std::pair<std::uint16_t, std::uint32_t>> take();
  unsigned held() const { return static_cast<unsigned>(requests_.size()); }

  // For a checkpoint.
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  Ring<std::uint16_t> requests_;
  std::optional<std::uint32_t> event_;  // that waits for a request
  bool unread_ = false;
};

}  // namespace doorbell::pcie::nvme
