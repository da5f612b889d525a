#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/event.h"

namespace doorbell::smmu {

/// What ends a look-up or a walk, as the tables say it; `procedure` makes an event of it.
struct Fault {
  EventType type = EventType::none;
  std::uint64_t fetch_address = 0;  ///< Of the structure or descriptor in hand.

  explicit operator bool() const { return type != EventType::none; }
  bool operator==(const Fault&) const = default;
};

}  // namespace doorbell::smmu
