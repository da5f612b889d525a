#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/pcie/arch/tags.h"
#include "doorbell/pcie/root_port.h"

namespace doorbell::pcie {

/// The requests of a root complex that await completions: each has a tag, by which its completions
/// find it (PCIe 6.0 2.2.6.2).
class NonPostedRequests {
 public:
  explicit NonPostedRequests(Scheduler& scheduler);

  /// Sends a non-posted request and waits for its completion; the data of a read go to `data`. So
  /// many may be under way as there are 10-bit tags, 768.
  Task<pcie_tlp::Status> request(RootPort& port, Tlp tlp, std::span<std::uint8_t> data);

  /// A completion has come, and all that it must stay behind has been observed; its payload
  /// remains the caller's. False for an Unexpected Completion (PCIe 6.0 2.3.2).
  bool complete(Tlp& tlp);

  unsigned outstanding() const { return tags_.in_use(); }
  /// While there are none: tags are given out as from the start.
  void settle() { tags_ = TagPool{TagWidth::bits10}; }

 private:
  /// A request on its way.
  struct Pending {
    Condition* done = nullptr;
    std::span<std::uint8_t> data;
    std::uint64_t address = 0;
    bool complete = false;
    pcie_tlp::Status status = pcie_tlp::Status::successful;
  };

  Scheduler& scheduler_;
  TagPool tags_{TagWidth::bits10};
  std::vector<Pending*> pending_;  // by tag
};

}  // namespace doorbell::pcie
