#pragma once

#include <vector>

#include "doorbell/pcie/arch/tlp.h"
#include "platforms/virt/parameters.h"

namespace doorbell::virt {

/// Where a function of an endpoint stands in configuration space.
inline pcie::RequesterId requester_id_of(const VirtParameters& parameters, std::size_t endpoint,
                                         unsigned function) {
  const pcie::RootPortParameters& port = parameters.root_complex.ports.at(endpoint);
  return port.whole_bus ? static_cast<pcie::RequesterId>(port.bus << 8 | function)
                        : pcie::requester_id(port.bus, port.device, function);
}

/// Of all functions of all endpoints.
inline std::vector<pcie::RequesterId> requester_ids(const VirtParameters& parameters) {
  std::vector<pcie::RequesterId> all;
  for (std::size_t i = 0; i < parameters.endpoints.size(); ++i) {
    for (unsigned f = 0; f < parameters.endpoints[i].endpoint.functions; ++f)
      all.push_back(requester_id_of(parameters, i, f));
  }
  return all;
}

}  // namespace doorbell::virt
