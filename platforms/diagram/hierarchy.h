#pragma once

#include <systemc>

#include "platforms/diagram/diagram.h"

namespace doorbell {

/// The modules below `top` with their sockets and wires, and what is bound to what, as SystemC
/// knows them: no module is asked. Sockets that pass through to one inside are left out in favour
/// of that one. After elaboration.
Diagram diagram_of(const sc_core::sc_module& top);

}  // namespace doorbell
