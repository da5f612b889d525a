#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/event.h"

namespace doorbell::smmu {

/// What ends a look-up or a walk, as the tables say it; `procedure` makes an event of it.
struct Fault {
  EventType type = EventType::none;
  std::uint64_t fetch_address = 0;  ///< Of the structure or descriptor in hand, physical.
  // Of stage 2:
  bool stage2 = false;
  EventClass event_class = EventClass::in;  ///< What was on its way through.
  std::uint64_t ipa = 0;                    ///< And its address.
  bool table_write = false;                 ///< It was a descriptor that was to be updated.

  explicit operator bool() const { return type != EventType::none; }
  bool operator==(const Fault&) const = default;
};

}  // namespace doorbell::smmu
