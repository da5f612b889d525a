#pragma once

#include "doorbell/core/arch/journey.h"
#include "doorbell/pcie/pcie_tlp.h"

namespace doorbell::pcie {

/// Who a TLP is from, as whoever waits behind it says.
inline Holder holder_of(const Tlp& tlp) {
  if (tlp.journey) return {"MSI of requester", tlp.requester_id};
  if (tlp.is_completion()) return {"completion for requester", tlp.requester_id};
  return {tlp.is_posted() ? "posted write of requester" : "read of requester", tlp.requester_id};
}

}  // namespace doorbell::pcie
