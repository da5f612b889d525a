#include "doorbell/pcie/nvme/host_memory.h"

#include <algorithm>

namespace doorbell::pcie::nvme {

/// False when a reset came first.
Task<bool> HostMemory::may_issue(Epoch epoch) {
  while (is(epoch) && !port_.may_issue())
    co_await changed_.wait();
  co_return is(epoch);
}

Task<HostMemory::Access> HostMemory::read(Epoch epoch, std::uint64_t address,
                                          std::span<std::uint8_t> into) {
  const auto length = static_cast<std::uint32_t>(into.size());
  while (co_await may_issue(epoch)) {
    const std::uint64_t before = configurations_;
    const bool read = co_await port_.read(address, length, into);
    if (!is(epoch)) break;
    if (read) co_return Access::done;
    // Bus mastering may have been off for a while: then the read is to be made anew.
    if (configurations_ == before) co_return Access::failed;
  }
  co_return Access::abandoned;
}

Task<HostMemory::Access> HostMemory::write(Epoch epoch, std::uint64_t address,
                                           std::span<const std::uint8_t> from) {
  const auto length = static_cast<std::uint32_t>(from.size());
  while (co_await may_issue(epoch)) {
    const bool written = co_await port_.write(address, length, from);
    if (!is(epoch)) break;
    if (written) co_return Access::done;
  }
  co_return Access::abandoned;
}

Task<HostMemory::Access> HostMemory::signal(Epoch epoch, unsigned vector) {
  const bool alive = co_await may_issue(epoch);
  if (alive) co_await port_.signal(vector);
  co_return alive ? Access::done : Access::abandoned;
}

Task<HostMemory::Access> HostMemory::find(Epoch epoch, PrpWalk& walk) {
  std::vector<std::uint8_t> bytes;
  while (const auto list = walk.list()) {
    bytes.resize(list->bytes);
    const Access access = co_await read(epoch, list->address, bytes);
    if (access != Access::done) co_return access;
    walk.supply(bytes);
  }
  co_return Access::done;
}

Task<HostMemory::Access> HostMemory::gather(Epoch epoch, const std::vector<Segment>& segments,
                                            std::span<std::uint8_t> into) {
  for (const Segment& segment : segments) {
    const auto piece = into.first(std::min<std::size_t>(segment.bytes, into.size()));
    if (piece.empty()) break;
    const Access access = co_await read(epoch, segment.address, piece);
    if (access != Access::done) co_return access;
    into = into.subspan(piece.size());
  }
  co_return Access::done;
}

Task<HostMemory::Access> HostMemory::scatter(Epoch epoch, const std::vector<Segment>& segments,
                                             std::span<const std::uint8_t> from) {
  for (const Segment& segment : segments) {
    const auto piece = from.first(std::min<std::size_t>(segment.bytes, from.size()));
    if (piece.empty()) break;
    const Access access = co_await write(epoch, segment.address, piece);
    if (access != Access::done) co_return access;
    from = from.subspan(piece.size());
  }
  co_return Access::done;
}

}  // namespace doorbell::pcie::nvme
