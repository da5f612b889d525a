#include "doorbell/pcie/bus_master.h"

#include <algorithm>
#include <utility>

#include "doorbell/core/memory_port.h"
#include "doorbell/pcie/arch/splitting.h"

namespace doorbell::pcie {

BusMaster::BusMaster(const StatisticsGroup& group, Context context)
    : context_(std::move(context)),
      tags_(context_.express.tag_width(), context_.tag_limit),
      tag_width_(context_.express.tag_width()),
      tag_freed_(context_.simulation.scheduler()),
      reads_(group, "reads", {"TLPs", Better::neither, "read requests sent"}),
      writes_(group, "writes", {"TLPs", Better::neither, "posted writes sent, messages aside"}),
      read_bytes_(group, "read_bytes", {"bytes", Better::higher, "bytes asked for"}),
      written_bytes_(group, "written_bytes", {"bytes", Better::higher, "bytes written"}),
      refused_(group, "refused", {"transfers", Better::lower, "transfers while not a bus master"}),
      failed_reads_(group, "failed_reads",
                    {"TLPs", Better::lower, "read requests completed with an error"}),
      unexpected_completions_(group, "unexpected_completions",
                              {"TLPs", Better::lower, "completions that no request waits for"}),
      outstanding_(group, "outstanding_reads",
                   {"TLPs", Better::neither,
                    "read requests with a tag, from sending to the last completion"}) {
  requests_.resize(tags_.first() + tags_.capacity());
}

Tlp BusMaster::request(pcie_tlp::Type type, std::uint64_t address, unsigned length,
                       RequestAttributes attributes) const {
  Tlp tlp;
  tlp.type = type;
  tlp.requester_id = context_.requester_id();
  tlp.address = address;
  tlp.length = length;
  tlp.relaxed_ordering = attributes.relaxed_ordering && context_.express.relaxed_ordering_enabled();
  tlp.id_based_ordering =
      attributes.id_based_ordering && context_.express.id_based_request_ordering_enabled();
  tlp.no_snoop = attributes.no_snoop;
  return tlp;
}

Task<std::uint16_t> BusMaster::take_tag() {
  while (true) {
    const TagWidth width = context_.express.tag_width();
    if (width != tag_width_ && tags_.in_use() == 0) {  // software enabled wider tags
      tags_ = TagPool(width, context_.tag_limit);
      tag_width_ = width;
      requests_.assign(tags_.first() + tags_.capacity(), {});
    }
    if (const auto tag = tags_.allocate()) co_return *tag;
    co_await tag_freed_.wait();
  }
}

Task<bool> BusMaster::read(std::uint64_t address, std::uint32_t length,
                           std::span<std::uint8_t> into, RequestAttributes attributes) {
  Scheduler& scheduler = context_.simulation.scheduler();
  Condition done(scheduler);
  Transfer transfer{&done};
  for (std::uint32_t offset = 0; offset < length;) {
    if (!context_.may_issue()) {
      refused_.add();
      transfer.failed = true;
      break;
    }
    const unsigned piece =
        next_request_bytes(address + offset, length - offset, context_.express.max_read_request());
    Tlp tlp = request(pcie_tlp::Type::memory_read, address + offset, piece, attributes);
    tlp.tag = co_await take_tag();
    Request& slot = requests_[tlp.tag];
    slot = {&transfer, tlp.address, {}, scheduler.now()};
    if (!into.empty()) slot.into = into.subspan(offset, piece);
    ++transfer.outstanding;
    offset += piece;
    reads_.add();
    read_bytes_.add(piece);
    outstanding_.enter(scheduler.now());
    co_await context_.transmit.send(tlp);
  }
  while (transfer.outstanding != 0)
    co_await done.wait();
  co_return !transfer.failed;
}

Task<bool> BusMaster::write(std::uint64_t address, std::uint32_t length,
                            std::span<const std::uint8_t> from, RequestAttributes attributes) {
  PayloadPool& payloads = context_.simulation.payloads();
  for (std::uint32_t offset = 0; offset < length;) {
    if (!context_.may_issue()) {
      refused_.add();
      co_return false;
    }
    const unsigned piece =
        next_request_bytes(address + offset, length - offset, context_.express.max_payload());
    Tlp tlp = request(pcie_tlp::Type::memory_write, address + offset, piece, attributes);
    std::span<const std::uint8_t> bytes;
    if (!from.empty()) bytes = from.subspan(offset, piece);
    attach_data(tlp, bytes, payloads);
    offset += piece;
    writes_.add();
    written_bytes_.add(piece);
    co_await context_.transmit.send(tlp);
  }
  co_return true;
}

Task<void> BusMaster::send_message(std::uint64_t address, std::uint32_t data,
                                   JourneyHandle journey) {
  Tlp tlp = request(pcie_tlp::Type::memory_write, address, 4, {});
  tlp.journey = journey;
  store_little_endian(std::span(tlp.inline_data).first(4), data);
  return context_.transmit.send(tlp);
}

void BusMaster::complete(Tlp& tlp) {
  Request* request = tlp.tag < requests_.size() ? &requests_[tlp.tag] : nullptr;
  if (request == nullptr || request->transfer == nullptr) {
    unexpected_completions_.add();
    release_data(tlp);
    return;
  }
  if (tlp.type == pcie_tlp::Type::completion) {
    finish(tlp.tag, true);
    return;
  }
  const auto bytes = data_of(tlp);
  const std::uint64_t offset = tlp.address - request->address;
  if (offset <= request->into.size() && bytes.size() <= request->into.size() - offset) {
    std::copy(bytes.begin(), bytes.end(), request->into.subspan(offset).begin());
  }
  release_data(tlp);
  if (tlp.byte_count <= tlp.length) finish(tlp.tag, false);
}

void BusMaster::finish(std::uint16_t tag, bool failed) {
  Request& request = requests_[tag];
  Transfer& transfer = *std::exchange(request.transfer, nullptr);
  outstanding_.leave(context_.simulation.scheduler().now(), request.sent);
  tags_.release(tag);
  tag_freed_.notify_one();
  if (failed) {
    failed_reads_.add();
    transfer.failed = true;
  }
  if (--transfer.outstanding == 0) transfer.done->notify_all();
}

}  // namespace doorbell::pcie
