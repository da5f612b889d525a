#pragma once

#include <cstdint>
#include <functional>

#include "doorbell/core/arch/time.h"

namespace doorbell::peripherals {

/// What is at the other end of a UART's line: a terminal, a file, a script. It keeps what is typed
/// until the UART has room for it, as one with flow control does.
class Console {
 public:
  virtual ~Console() = default;

  /// A character has come out of the UART, at `now` in simulated time.
  virtual void put(std::uint8_t character, Time now) = 0;
  /// When the next character is typed, in simulated time; a time that has passed when it is there
  /// already, `never` when none is known of.
  virtual Time next_input() const = 0;
  /// Takes that character, which has come in at `now`: at `next_input` or later.
  virtual std::uint8_t take_input(Time now) = 0;

  /// `listener` is to be called when `next_input` has become another outside of `put` and
  /// `take_input`, as when somebody types; from the scheduler's thread, at any time.
  void on_input(std::function<void()> listener) { listener_ = std::move(listener); }

 protected:
  void input_changed() const {
    if (listener_) listener_();
  }

 private:
  std::function<void()> listener_;
};

}  // namespace doorbell::peripherals
