#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::console {

/// A console with somebody at it, through descriptors of the host. What comes from there comes at
/// the time at which it is looked for, so that a run with one can't be repeated unless it was
/// recorded (Recorder).
class LiveConsole : public peripherals::Console {
 public:
  /// Passes on what has come, and gives the host what it had no room for. To be called every now
  /// and then, several times a second.
  void poll();
  /// Waits until something comes, for `longest` at most: for a simulation with nothing else to do.
  void wait(std::chrono::milliseconds longest);
  /// Whether somebody has asked for the end of the run.
  bool end_requested() const { return end_requested_; }
  /// Bytes that nobody took and that were dropped in the end, the oldest first.
  std::uint64_t dropped() const { return dropped_; }

  /// Gives the host what it hasn't taken yet. To be called at the end, too.
  void flush();

  void put(std::uint8_t character, Time now) override;
  Time next_input() const override { return input_.empty() ? never : 0; }
  std::uint8_t take_input(Time now) override;

 protected:
  /// `input` and `output` are descriptors that stay open; input may be -1, for none.
  LiveConsole(int input, int output) : input_descriptor_(input), output_descriptor_(output) {}

  /// A byte from the host: to be typed, or something else.
  virtual void received(std::uint8_t byte) { type(byte); }
  void type(std::uint8_t byte) { input_.push_back(byte); }
  void request_end() { end_requested_ = true; }
  /// To the host, beside what the UART sends.
  void write(std::string_view text);
  /// The host takes nothing, for this reason (errno): now, or never again. What it was to take is
  /// kept.
  virtual void not_taken(int /*error*/) {}

 private:
  /// What is kept for a host that doesn't take it.
  static constexpr std::size_t most_kept = 1 << 20;

  bool has_come(std::chrono::milliseconds longest) const;
  void read_all();

  int input_descriptor_;
  int output_descriptor_;
  std::deque<std::uint8_t> input_;
  std::string output_;
  std::uint64_t dropped_ = 0;
  bool end_requested_ = false;
};

}  // namespace doorbell::console
