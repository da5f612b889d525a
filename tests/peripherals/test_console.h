#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::peripherals {

/// Keeps what comes with its times, and types what it is told to.
class TestConsole : public Console {
 public:
  std::vector<std::pair<char, Time>> output;

  std::string text() const {
    std::string all;
    for (const auto& [character, time] : output)
      all += character;
    return all;
  }
  /// As if somebody typed: from `at` on.
  void type(const std::string& text, Time at = 0) {
    for (const char character : text)
      input_.emplace_back(character, at);
    input_changed();
  }
  std::size_t not_taken() const { return input_.size(); }

  void put(std::uint8_t character, Time now) override {
    output.emplace_back(static_cast<char>(character), now);
  }
  Time next_input() const override { return input_.empty() ? never : input_.front().second; }
  std::uint8_t take_input(Time /*now*/) override {
    const char character = input_.front().first;
    input_.pop_front();
    return static_cast<std::uint8_t>(character);
  }

 private:
  std::deque<std::pair<char, Time>> input_;
};

}  // namespace doorbell::peripherals
