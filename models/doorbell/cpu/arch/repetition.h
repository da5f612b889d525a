#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "doorbell/core/arch/time.h"

namespace doorbell::cpu {

/// Tells a processor that waits in vain from one that gets on: whether all it has done for some
/// time is to repeat a few accesses, with unchanged answers. It knows the latest few different
/// ones; a longer loop looks as if it got on.
class Repetition {
 public:
  static constexpr std::size_t longest_loop = 16;

  struct Access {
    enum class Kind : std::uint8_t { turn, load, store, read_register, write_register };
    Kind kind = Kind::turn;     ///< `turn`: of a loop, beside its accesses.
    std::uint64_t address = 0;  ///< Of a system register, its encoding.
    std::uint64_t value = 0;    ///< Read or written.
    bool operator==(const Access&) const = default;
    bool reads() const { return kind == Kind::load || kind == Kind::read_register; }
  };

  void saw(const Access& access, Time now) {
    ++seen_;
    if (is_next(access)) return;
    const auto end = known_.begin() + count_;
    const auto found = std::find(known_.begin(), end, access);
    if (found != end) {
      at_ = static_cast<std::size_t>(found - known_.begin());
      return;
    }
    since_ = now;
    at_ = count_ < known_.size() ? count_++ : (at_ + 1) % known_.size();
    known_[at_] = access;
  }
  /// Something else happened to it: an interrupt, the end of a wait.
  void got_on(Time now) {
    count_ = 0;
    since_ = now;
  }

  /// Since when it has only repeated itself.
  Time since() const { return since_; }
  /// How many accesses it has made, turns included.
  std::uint64_t seen() const { return seen_; }
  /// What it polls: what it has read of late, or a `turn` if it reads nothing.
  Access polled() const {
    for (std::size_t i = 0; i < count_; ++i) {
      const Access& access = known_[(at_ + known_.size() - i) % known_.size()];
      if (access.reads()) return access;
    }
    return {};
  }

 private:
  /// A loop comes round in the order in which it did before.
  bool is_next(const Access& access) {
    const std::size_t next = at_ + 1 < count_ ? at_ + 1 : 0;
    if (next >= count_ || known_[next] != access) return false;
    at_ = next;
    return true;
  }

  std::array<Access, longest_loop> known_{};
  std::size_t count_ = 0;
  std::size_t at_ = 0;
  Time since_ = 0;
  std::uint64_t seen_ = 0;
};

}  // namespace doorbell::cpu
