#pragma once

#include <deque>
#include <string>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::console {

/// What is seen and typed at a console, for tests.
class Screen : public peripherals::Console {
 public:
  std::string text;
  std::deque<std::pair<char, Time>> keys;

  void type(const std::string& typed, Time at) {
    for (const char character : typed)
      keys.emplace_back(character, at);
    input_changed();
  }
  void put(std::uint8_t character, Time /*now*/) override { text += static_cast<char>(character); }
  Time next_input() const override { return keys.empty() ? never : keys.front().second; }
  std::uint8_t take_input(Time /*now*/) override {
    const char character = keys.front().first;
    keys.pop_front();
    return static_cast<std::uint8_t>(character);
  }
};

/// Puts `text` at `now`, as a UART whose characters take no time.
inline void put(peripherals::Console& console, const std::string& text, Time now) {
  for (const char character : text)
    console.put(static_cast<std::uint8_t>(character), now);
}

/// Takes what is due up to `until`, each when it is due: "text@time" of each burst.
inline std::string take(peripherals::Console& console, Time until) {
  std::string taken;
  Time last = never;
  while (console.next_input() <= until) {
    const Time now = last == never ? console.next_input() : std::max(last, console.next_input());
    if (now != last) taken += (taken.empty() ? "@" : " @") + std::to_string(now) + ":";
    last = now;
    taken += static_cast<char>(console.take_input(now));
  }
  return taken;
}

}  // namespace doorbell::console
