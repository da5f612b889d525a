#pragma once

#include <string>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::test {

/// Keeps what software prints, and types nothing.
class Transcript : public peripherals::Console {
 public:
  void put(std::uint8_t character, Time) override { text += static_cast<char>(character); }
  Time next_input() const override { return never; }
  std::uint8_t take_input(Time) override { return 0; }

  std::string text;
};

}  // namespace doorbell::test
