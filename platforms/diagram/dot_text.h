#pragma once

#include <string>

#include "platforms/diagram/diagram.h"

namespace doorbell {

/// The diagram in the language of Graphviz's `dot`: modules that are made of others as clusters,
/// the rest as boxes with their sockets, bindings as arrows from initiator to target, coloured and
/// labelled by protocol.
std::string dot_text(const Diagram& diagram);

}  // namespace doorbell
