#pragma once

#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/simulation.h"

namespace doorbell::cpu {

/// Carries an event that one processor sends (SEV) to all of them, at once (DDI 0487, D1.6.1: to
/// all PEs of the system).
class EventBroadcast : public Module {
 public:
  explicit EventBroadcast(const sc_core::sc_module_name& name)
      : Module(name),
        in("in",
           [this](bool level) {
             if (level) out.pulse();
           }),
        out("out") {}

  WireIn in;    ///< From each processor's `event_out`.
  WireOut out;  ///< To each processor's `event`.
};

}  // namespace doorbell::cpu
