#include "doorbell/pcie/non_posted_requests.h"

#include <algorithm>

namespace doorbell::pcie {

NonPostedRequests::NonPostedRequests(Scheduler& scheduler)
    : scheduler_(scheduler), pending_(tags_.first() + tags_.capacity(), nullptr) {}

Task<pcie_tlp::Status> NonPostedRequests::request(RootPort& port, Tlp tlp,
                                                  std::span<std::uint8_t> data) {
  Condition done(scheduler_);
  Pending pending{&done, data, tlp.address};
  // As many tags as the sockets let in, of 256 reads of BARs, and 256 reads and writes each of
  // configuration space: there is always one.
  tlp.tag = *tags_.allocate();
  pending_[tlp.tag] = &pending;
  co_await port.send(tlp);
  while (!pending.complete)
    co_await done.wait();
  pending_[tlp.tag] = nullptr;
  tags_.release(tlp.tag);
  co_return pending.status;
}

bool NonPostedRequests::complete(Tlp& tlp) {
  Pending* const pending = tlp.tag < pending_.size() ? pending_[tlp.tag] : nullptr;
  if (pending == nullptr || pending->complete) return false;
  if (tlp.type == pcie_tlp::Type::completion_with_data) {
    const auto bytes = data_of(tlp);
    const std::uint64_t offset = tlp.address - pending->address;
    if (offset <= pending->data.size() && bytes.size() <= pending->data.size() - offset) {
      std::copy(bytes.begin(), bytes.end(), pending->data.subspan(offset).begin());
    }
    if (tlp.byte_count > tlp.length) return true;
  }
  pending->status = tlp.status;
  pending->complete = true;
  pending->done->notify_all();
  return true;
}

}  // namespace doorbell::pcie
