#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace doorbell {

/// The slots of a fixed array in lists by a hash: what a search for a number looks at. Slots whose
/// hashes collide share a list, so who walks it compares.
class SlotLists {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  explicit SlotLists(std::size_t slots)
      : heads_(slots == 0 ? 0 : std::bit_ceil(slots), none), links_(slots) {}

  /// The first slot of the list of `hash`, and the one behind `slot`; or `none`.
  std::uint32_t first(std::uint64_t hash) const { return heads_[hash & (heads_.size() - 1)]; }
  std::uint32_t next(std::uint32_t slot) const { return links_[slot].next; }

  /// `slot` is in no list yet.
  void add(std::uint32_t slot, std::uint64_t hash) {
    std::uint32_t& head = heads_[hash & (heads_.size() - 1)];
    links_[slot] = {head, none};
    if (head != none) links_[head].previous = slot;
    head = slot;
  }
  /// `hash`: that with which it was added.
  void remove(std::uint32_t slot, std::uint64_t hash) {
    const Link link = links_[slot];
    (link.previous != none ? links_[link.previous].next : heads_[hash & (heads_.size() - 1)]) =
        link.next;
    if (link.next != none) links_[link.next].previous = link.previous;
  }

  /// Takes all slots out of their lists.
  void clear() {
    heads_.assign(heads_.size(), none);
    links_.assign(links_.size(), {});
  }

 private:
  struct Link {
    std::uint32_t next = none;
    std::uint32_t previous = none;
  };
  std::vector<std::uint32_t> heads_;
  std::vector<Link> links_;
};

}  // namespace doorbell
