#pragma once

#include <cstdint>

namespace doorbell::gic {

/// Interrupt groups (IHI 0069, 4.6.1). Sets of them have a bit for each, by these numbers.
enum class Group : std::uint8_t {
  group0 = 0,
  group1 = 1,         ///< of two Security states the Non-secure one
  secure_group1 = 2,  ///< with two Security states alone
};
inline constexpr unsigned group_count = 3;
inline constexpr unsigned all_groups = 7;

constexpr unsigned set_of(Group group) {
  return 1U << static_cast<unsigned>(group);
}
constexpr bool has(unsigned groups, Group group) {
  return (groups & set_of(group)) != 0;
}

/// Lower values are more urgent; 0xFF is the idle priority (4.8.6).
inline constexpr std::uint8_t idle_priority = 0xFF;

/// Special INTID "no pending interrupt" (2.2.1).
inline constexpr std::uint32_t spurious_INTID = 1023;

/// Priority bits below the implemented ones are RAZ/WI (4.8).
constexpr std::uint8_t implemented_priority(std::uint8_t priority, unsigned priority_bits) {
  return static_cast<std::uint8_t>(priority & (0xFF00U >> priority_bits));
}

/// The group priority field of a priority for Group 0 at ICC_BPR0_EL1 = `bpr0` (4.8.3): bits
/// [7:bpr0+1], none at 7.
constexpr std::uint8_t group0_priority_mask(unsigned bpr0) {
  return static_cast<std::uint8_t>(0xFFU << (bpr0 + 1));
}

/// The same for (Non-secure) Group 1 by ICC_BPR1_EL1 when ICC_CTLR_EL1.CBPR is 0: bits [7:bpr1],
/// bpr1 at least 1 (4.8.3).
constexpr std::uint8_t group1_priority_mask(unsigned bpr1) {
  return static_cast<std::uint8_t>(0xFFU << bpr1);
}

/// The most urgent interrupt that could be taken; `none()` when there isn't any.
struct PendingInterrupt {
  std::uint32_t INTID = spurious_INTID;
  std::uint8_t priority = idle_priority;
  Group group = Group::group1;

  static constexpr PendingInterrupt none() { return {}; }
  constexpr bool valid() const { return INTID != spurious_INTID; }
  bool operator==(const PendingInterrupt&) const = default;
};

/// The more urgent of the two; at the same priority the lower INTID (the order is IMPLEMENTATION
/// DEFINED, 4.8).
constexpr PendingInterrupt more_urgent(const PendingInterrupt& a, const PendingInterrupt& b) {
  if (!a.valid()) return b;
  if (!b.valid()) return a;
  if (a.priority != b.priority) return a.priority < b.priority ? a : b;
  return a.INTID <= b.INTID ? a : b;
}

}  // namespace doorbell::gic
