#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "doorbell/gic/arch/security_view.h"

namespace doorbell::gic {

/// INTIDs from `first` on; both are multiples of 32.
struct IntidRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  constexpr bool contains(std::uint32_t INTID) const {
    return INTID >= first && INTID - first < count;
  }
};

/// As GICD_ICFGRn has them, all bits of those of 16 interrupts that have a bit in `interrupts`.
constexpr std::uint32_t pairs_of(std::uint32_t interrupts) {
  std::uint32_t pairs = 0;
  for (unsigned i = 0; i < 16; ++i)
    pairs |= (interrupts >> i & 1) * 3 << (2 * i);
  return pairs;
}

/// The state of the SGIs and PPIs of a processor, or of the SPIs: group, enable, pending, active,
/// edge or level, priority (IHI 0069, 4.1). Words are those of the bit-per-interrupt registers:
/// first those of the range, then those of the extended range.
class InterruptBank {
 public:
  /// `priority_bits` 4 to 8.
  InterruptBank(IntidRange range, IntidRange extended, unsigned priority_bits);

  std::uint32_t count() const { return static_cast<std::uint32_t>(words_.size()) * 32; }
  std::size_t words() const { return words_.size(); }
  bool contains(std::uint32_t INTID) const {
    return range_.contains(INTID) || extended_.contains(INTID);
  }
  /// An interrupt's number among those here, and back: word number / 32, bit number % 32.
  std::uint32_t number_of(std::uint32_t INTID) const {
    return range_.contains(INTID) ? INTID - range_.first : range_.count + INTID - extended_.first;
  }
  std::uint32_t INTID_of(std::uint32_t number) const {
    return number < range_.count ? range_.first + number : extended_.first + number - range_.count;
  }

  // The registers, by word (GICD_IGROUPRn 12.9.11, GICR_IGROUPR0 12.11.16 and their neighbours).
  std::uint32_t group(std::size_t word) const { return words_[word].group; }
  std::uint32_t enabled(std::size_t word) const { return words_[word].enabled; }
  std::uint32_t active(std::size_t word) const { return words_[word].active; }
  /// Pending: latched, or a level that a wire or a message asserts (4.1.1).
  std::uint32_t pending(std::size_t word) const {
    const Word& w = words_[word];
    return w.latch | ((w.line | w.message) & ~w.edge);
  }
  void write_group(std::size_t word, std::uint32_t value) { words_[word].group = value; }
  // Of two Security states (GICD_IGRPMODRn, GICD_NSACRn, GICR_IGRPMODR0; 12.9). Two bits an
  // interrupt: NS_access.
  std::uint32_t modifier(std::size_t word) const { return words_[word].modifier; }
  void write_modifier(std::size_t word, std::uint32_t value) { words_[word].modifier = value; }
  std::uint64_t access(std::size_t word) const { return words_[word].access; }
  void write_access(std::size_t word, std::uint64_t value) { words_[word].access = value; }
  /// Those that Non-secure accesses reach: of Non-secure Group 1, and with `by` those for which
  /// NSACR says at least that.
  std::uint32_t reached(std::size_t word, std::optional<NonSecureAccess> by = {}) const {
    const Word& w = words_[word];
    return by ? w.group | permitted(w.access, *by) : w.group;
  }
  /// GICD_CTLR.DS is set: one Security state, with the groups of GICD_IGROUPRn alone.
  void forget_security();
  void set_enable(std::size_t word, std::uint32_t bits) { words_[word].enabled |= bits; }
  void clear_enable(std::size_t word, std::uint32_t bits) { words_[word].enabled &= ~bits; }
  void set_pending(std::size_t word, std::uint32_t bits) { words_[word].latch |= bits; }
  /// A level that is still asserted stays pending (12.9.15).
  void clear_pending(std::size_t word, std::uint32_t bits) { words_[word].latch &= ~bits; }
  void set_active(std::size_t word, std::uint32_t bits) { words_[word].active |= bits; }
  void clear_active(std::size_t word, std::uint32_t bits) { words_[word].active &= ~bits; }

  std::uint8_t priority(std::uint32_t INTID) const { return priorities_[number_of(INTID)]; }
  void set_priority(std::uint32_t INTID, std::uint8_t priority);
  Group group_of(std::uint32_t INTID) const;

  /// GICD_ICFGRn, GICR_ICFGR0/1: two bits each, the upper one says edge-triggered (12.9.9). `half`
  /// counts registers of 16 interrupts.
  std::uint32_t configuration(std::size_t half) const;
  void write_configuration(std::size_t half, std::uint32_t value);
  /// SGIs are always edge-triggered (12.11.14).
  void make_edge(std::size_t word, std::uint32_t bits) { words_[word].edge |= bits; }

  /// The wire of a PPI or SPI. A rising edge latches an edge-triggered interrupt.
  void set_line(std::uint32_t INTID, bool level);
  /// GICD_SETSPI_NSR, GICD_CLRSPI_NSR: an edge-triggered one is latched or not pending any more; a
  /// level is asserted from the one to the other (12.9).
  void set_by_message(std::uint32_t INTID);
  void clear_by_message(std::uint32_t INTID);

  /// Acknowledge (4.1.2): pending goes, unless a level is still asserted; active comes.
  void acknowledge(std::uint32_t INTID);
  void deactivate(std::uint32_t INTID);

  bool is_pending(std::uint32_t INTID) const {
    return contains(INTID) && (pending(number_of(INTID) / 32) & mask_of(INTID)) != 0;
  }
  /// Whether one is pending, enabled and inactive, and of a group in `groups`.
  bool is_candidate(std::uint32_t number, unsigned groups) const {
    return (candidates_of(number / 32, groups) >> (number % 32) & 1) != 0;
  }
  /// The most urgent pending, enabled, inactive interrupt of the groups in the set `groups`, among
  /// those in `mask_of(word)`.
  template <typename Mask>
  PendingInterrupt highest(unsigned groups, Mask mask_of) const {
    PendingInterrupt best;
    for (std::size_t word = 0; word < words_.size(); ++word) {
      std::uint32_t candidates = candidates_of(word, groups);
      if (candidates != 0) candidates &= mask_of(word);
      for (; candidates != 0; candidates &= candidates - 1) {
        const PendingInterrupt found =
            describe(word, static_cast<unsigned>(__builtin_ctz(candidates)));
        if (found.priority < best.priority) best = found;
      }
    }
    return best;
  }
  PendingInterrupt highest(unsigned groups) const {
    return highest(groups, [](std::size_t) { return ~std::uint32_t{0}; });
  }

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.list("words", self.words_, [](auto& word, auto& inner) {
      inner.value("group", word.group);
      inner.value("modifier", word.modifier);
      inner.value("access", word.access);
      inner.value("enabled", word.enabled);
      inner.value("latch", word.latch);
      inner.value("line", word.line);
      inner.value("message", word.message);
      inner.value("active", word.active);
      inner.value("edge", word.edge);
    });
    state.values("priorities", self.priorities_);
  }

 private:
  struct Word {
    std::uint32_t group = 0, enabled = 0, latch = 0, line = 0, message = 0, active = 0, edge = 0;
    std::uint32_t modifier = 0;
    std::uint64_t access = 0;
  };
  std::uint32_t candidates_of(std::size_t word, unsigned groups) const {
    const Word& w = words_[word];
    const std::uint32_t ready = pending(word) & w.enabled & ~w.active;
    if (ready == 0) return 0;
    std::uint32_t wanted = has(groups, Group::group1) ? w.group : 0;
    if (has(groups, Group::group0)) wanted |= ~w.group & ~w.modifier;
    if (has(groups, Group::secure_group1)) wanted |= ~w.group & w.modifier;
    return ready & wanted;
  }
  PendingInterrupt describe(std::size_t word, unsigned bit) const;
  Word& word_of(std::uint32_t INTID) { return words_[number_of(INTID) / 32]; }
  static std::uint32_t mask_of(std::uint32_t INTID) { return std::uint32_t{1} << (INTID % 32); }

  IntidRange range_, extended_;
  unsigned priority_bits_;
  std::vector<Word> words_;
  std::vector<std::uint8_t> priorities_;
};

}  // namespace doorbell::gic
