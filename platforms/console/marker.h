#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::console {

/// Watches what comes out of the UART for a text at the start of a line, and hands everything on.
/// Only there: what is typed at a prompt is echoed behind the prompt, and would be found before the
/// command that it belongs to has begun.
class Marker : public peripherals::Console {
 public:
  /// `console` outlives the marker.
  explicit Marker(Console& console);

  /// `listener` is called once, with the last byte of `text` when that stands at the start of a
  /// line. From the next line on, unless nothing has come out yet; in place of what was watched for
  /// before. `text` has at least one byte, and no line break.
  void watch(std::string text, std::function<void()> listener);

  /// Whether the next byte is the first of its line, for a run that is continued elsewhere.
  bool is_at_start() const { return at_start_; }
  void set_at_start(bool at_start) { at_start_ = at_start; }

  void put(std::uint8_t character, Time now) override;
  Time next_input() const override { return console_.next_input(); }
  std::uint8_t take_input(Time now) override { return console_.take_input(now); }

 private:
  /// Of a line that begins otherwise.
  static constexpr std::size_t differs = std::string::npos;

  void look_at(char character);

  Console& console_;
  std::string text_;
  std::function<void()> listener_;
  std::size_t matched_ = 0;
  bool at_start_ = true;
};

}  // namespace doorbell::console
