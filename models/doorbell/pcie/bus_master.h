#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/express_capability.h"
#include "doorbell/pcie/arch/tags.h"
#include "doorbell/pcie/traffic_port.h"
#include "doorbell/pcie/transmit_queue.h"

namespace doorbell::pcie {

/// The requests that a function issues: cut to size, tagged, sent, and their completions brought
/// together.
class BusMaster {
 public:
  struct Context {
    Simulation& simulation;
    TransmitQueue& transmit;
    const ExpressCapability& express;
    std::function<std::uint16_t()> requester_id;
    std::function<bool()> may_issue;
    unsigned tag_limit;
  };
  BusMaster(const StatisticsGroup& group, Context context);

  Task<bool> read(std::uint64_t address, std::uint32_t length, std::span<std::uint8_t> into,
                  RequestAttributes attributes);
  Task<bool> write(std::uint64_t address, std::uint32_t length, std::span<const std::uint8_t> from,
                   RequestAttributes attributes);
  /// The posted write of a message; its Journey waits at the endpoint's stage.
  Task<void> send_message(std::uint64_t address, std::uint32_t data, JourneyHandle journey);

  /// A completion for this function has arrived.
  void complete(Tlp& tlp);

  unsigned tags_in_use() const { return tags_.in_use(); }
  /// While none is: tags are given out as from the start.
  void settle() { tags_ = TagPool(tag_width_, context_.tag_limit); }

 private:
  /// One call of `read`: several requests.
  struct Transfer {
    Condition* done = nullptr;
    unsigned outstanding = 0;
    bool failed = false;
  };
  struct Request {
    Transfer* transfer = nullptr;
    std::uint64_t address = 0;
    std::span<std::uint8_t> into;
    Time sent = 0;
  };
  Task<std::uint16_t> take_tag();
  void finish(std::uint16_t tag, bool failed);
  Tlp request(pcie_tlp::Type type, std::uint64_t address, unsigned length,
              RequestAttributes attributes) const;

  Context context_;
  TagPool tags_;
  TagWidth tag_width_;
  Condition tag_freed_;
  std::vector<Request> requests_;  // by tag

  Counter reads_;
  Counter writes_;
  Counter read_bytes_;
  Counter written_bytes_;
  Counter refused_;
  Counter failed_reads_;
  Counter unexpected_completions_;
  QueueStatistics outstanding_;
};

}  // namespace doorbell::pcie
