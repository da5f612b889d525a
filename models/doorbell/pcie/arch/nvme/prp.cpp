#include "doorbell/pcie/arch/nvme/prp.h"

#include <algorithm>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell::pcie::nvme {
namespace {

constexpr std::uint32_t entry_bytes = 8;

std::uint32_t offset_of(std::uint64_t address) {
  return static_cast<std::uint32_t>(address % page_bytes);
}

}  // namespace

PrpWalk::PrpWalk(std::uint64_t prp1, std::uint64_t prp2, std::uint32_t length)
    : remaining_(length) {
  if (length == 0) return;
  if (prp1 % 4 != 0) {
    fail();
    return;
  }
  const std::uint32_t first = std::min(length, page_bytes - offset_of(prp1));
  add(prp1, first);
  if (remaining_ == 0) return;
  if (remaining_ <= page_bytes) {
    take_page(prp2);
  } else if (prp2 % entry_bytes != 0) {
    fail();
  } else {
    open_list(prp2);
  }
}

void PrpWalk::supply(std::span<const std::uint8_t> bytes) {
  if (!list_) return;
  const std::uint32_t entries = list_->bytes / entry_bytes;
  const std::uint32_t pages = (remaining_ + page_bytes - 1) / page_bytes;
  list_.reset();
  for (std::uint32_t i = 0; i < entries && status_ == Status::success; ++i) {
    const auto entry =
        load_little_endian<std::uint64_t>(bytes.subspan(i * entry_bytes, entry_bytes));
    // The last entry of a page is the next list's address if more pages follow than it can name.
    if (i + 1 == entries && pages > entries) {
      if (offset_of(entry) != 0) return fail();
      return open_list(entry);
    }
    take_page(entry);
  }
}

void PrpWalk::add(std::uint64_t address, std::uint32_t bytes) {
  remaining_ -= bytes;
  if (!segments_.empty() && segments_.back().address + segments_.back().bytes == address) {
    segments_.back().bytes += bytes;
  } else {
    segments_.push_back({address, bytes});
  }
}

void PrpWalk::take_page(std::uint64_t entry) {
  if (offset_of(entry) != 0) return fail();
  add(entry, std::min(remaining_, page_bytes));
}

void PrpWalk::open_list(std::uint64_t address) {
  const std::uint32_t needed = (remaining_ + page_bytes - 1) / page_bytes;
  const std::uint32_t room = (page_bytes - offset_of(address)) / entry_bytes;
  list_ = Segment{address, std::min(needed, room) * entry_bytes};
}

void PrpWalk::fail() {
  status_ = Status::prp_offset_invalid;
  list_.reset();
}

}  // namespace doorbell::pcie::nvme
