#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "doorbell/gic/arch/lpi_tables.h"

namespace doorbell::gic {

/// The pending LPIs of one redistributor with the configuration each was last seen with, and beside
/// each a `Payload` of the model (its flight record). The most urgent enabled one is found at once;
/// at the same priority, the oldest. LPIs have no active state (IHI 0069, 4.1): taking one removes
/// it.
template <typename Payload>
class PendingLpis {
 public:
  bool contains(std::uint32_t INTID) const { return slot(INTID) != 0; }
  std::size_t size() const { return size_; }
  /// Pending LPIs that are enabled, or aren't.
  std::size_t disabled() const { return lists_[disabled_list].length; }

  /// Makes an LPI pending that wasn't.
  void insert(std::uint32_t INTID, LpiConfiguration configuration, Payload payload) {
    const std::uint32_t index = allocate();
    Node& node = nodes_[index];
    node.INTID = INTID;
    node.configuration = configuration;
    node.payload = std::move(payload);
    slot_for(INTID) = index;
    link(index);
    ++size_;
  }

  /// Ends the pending state and hands the payload out. The LPI must be pending.
  Payload remove(std::uint32_t INTID) { return *take(INTID); }
  /// The same; nothing when it isn't pending.
  std::optional<Payload> take(std::uint32_t INTID) {
    const std::uint32_t index = slot(INTID);
    if (index == 0) return std::nullopt;
    (*pages_[INTID / page_size])[INTID % page_size] = 0;
    unlink(index);
    Payload payload = std::move(nodes_[index].payload);
    nodes_[index].payload = Payload{};
    nodes_[index].next = free_;
    free_ = index;
    --size_;
    return payload;
  }

  /// What is beside a pending LPI; null when it isn't pending.
  Payload* find(std::uint32_t INTID) {
    const std::uint32_t index = slot(INTID);
    return index == 0 ? nullptr : &nodes_[index].payload;
  }
  Payload& payload(std::uint32_t INTID) { return nodes_[slot(INTID)].payload; }
  LpiConfiguration configuration(std::uint32_t INTID) const {
    return nodes_[slot(INTID)].configuration;
  }

  /// A new configuration for a pending LPI, after INV or INVALL. It queues anew behind others of
  /// its priority.
  void reconfigure(std::uint32_t INTID, LpiConfiguration configuration) {
    const std::uint32_t index = slot(INTID);
    if (nodes_[index].configuration == configuration) return;
    unlink(index);
    nodes_[index].configuration = configuration;
    link(index);
  }

  /// The most urgent enabled pending LPI, or none. LPIs are always Group 1 with one Security state
  /// (4.6.1).
  PendingInterrupt highest() const {
    for (std::size_t word = 0; word < occupied_.size(); ++word) {
      if (occupied_[word] == 0) continue;
      const auto list = word * 64 + static_cast<std::size_t>(std::countr_zero(occupied_[word]));
      const Node& node = nodes_[lists_[list].head];
      return {node.INTID, node.configuration.priority, Group::group1};
    }
    return PendingInterrupt::none();
  }

  /// The one to make room with: the newest disabled one, else the newest of the least urgent. There
  /// must be one.
  std::uint32_t victim() const {
    if (lists_[disabled_list].length != 0) return nodes_[lists_[disabled_list].tail].INTID;
    for (std::size_t word = occupied_.size(); word-- > 0;) {
      if (occupied_[word] == 0) continue;
      const auto list =
          word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(occupied_[word]));
      return nodes_[lists_[list].tail].INTID;
    }
    return spurious_INTID;
  }

  /// All pending INTIDs, in ascending order.
  std::vector<std::uint32_t> intids() const {
    std::vector<std::uint32_t> found;
    for (const auto& page : pages_) {
      if (page == nullptr) continue;
      for (const std::uint32_t index : *page) {
        if (index != 0) found.push_back(nodes_[index].INTID);
      }
    }
    return found;
  }

 private:
  static constexpr std::size_t page_size = 512;
  static constexpr std::size_t priorities = 256;
  static constexpr std::size_t disabled_list = priorities;
  using Page = std::array<std::uint32_t, page_size>;  ///< node index by INTID, 0 for none

  struct Node {
    std::uint32_t INTID = 0;
    LpiConfiguration configuration{};
    std::uint32_t previous = 0, next = 0;
    Payload payload{};
  };
  struct List {
    std::uint32_t head = 0, tail = 0, length = 0;
  };

  std::uint32_t slot(std::uint32_t INTID) const {
    const std::size_t page = INTID / page_size;
    if (page >= pages_.size() || pages_[page] == nullptr) return 0;
    return (*pages_[page])[INTID % page_size];
  }

  std::uint32_t& slot_for(std::uint32_t INTID) {
    const std::size_t page = INTID / page_size;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (pages_[page] == nullptr) pages_[page] = std::make_unique<Page>();
    return (*pages_[page])[INTID % page_size];
  }

  std::uint32_t allocate() {
    if (free_ == 0) {
      nodes_.emplace_back();
      return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    const std::uint32_t index = free_;
    free_ = nodes_[index].next;
    return index;
  }

  static std::size_t list_of(const LpiConfiguration& configuration) {
    return configuration.enabled ? configuration.priority : disabled_list;
  }

  void link(std::uint32_t index) {
    const std::size_t number = list_of(nodes_[index].configuration);
    List& list = lists_[number];
    nodes_[index].previous = list.tail;
    nodes_[index].next = 0;
    (list.tail != 0 ? nodes_[list.tail].next : list.head) = index;
    list.tail = index;
    ++list.length;
    if (number < priorities) occupied_[number / 64] |= std::uint64_t{1} << (number % 64);
  }

  void unlink(std::uint32_t index) {
    const Node& node = nodes_[index];
    const std::size_t number = list_of(node.configuration);
    List& list = lists_[number];
    (node.previous != 0 ? nodes_[node.previous].next : list.head) = node.next;
    (node.next != 0 ? nodes_[node.next].previous : list.tail) = node.previous;
    if (--list.length == 0 && number < priorities) {
      occupied_[number / 64] &= ~(std::uint64_t{1} << (number % 64));
    }
  }

  std::vector<Node> nodes_ = std::vector<Node>(1);  ///< node 0 is "none"
  std::uint32_t free_ = 0;
  std::size_t size_ = 0;
  std::array<List, priorities + 1> lists_{};
  std::array<std::uint64_t, priorities / 64> occupied_{};
  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace doorbell::gic
