#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::console {

/// Writes what is typed at another console as a script, which then types the same at the same
/// times: each entry waits for what had come out until then, by as short a text as is found nowhere
/// earlier, and for the time that had passed since.
class Recorder : public peripherals::Console {
 public:
  /// Begins `file` anew; InputError when it can't be written, then or later. `console` outlives the
  /// recorder. `character` is how long one takes on the UART's line.
  Recorder(Console& console, std::filesystem::path file, Time character);
  ~Recorder() override;

  void put(std::uint8_t character, Time now) override;
  Time next_input() const override { return console_.next_input(); }
  std::uint8_t take_input(Time now) override;

 private:
  std::string take_output_until(Time time);
  void write_typed();
  void write(const std::string& line);

  Console& console_;
  std::filesystem::path path_;
  std::ofstream file_;
  Time character_time_;
  std::deque<std::pair<char, Time>> output_;  ///< That no entry has waited for.
  std::string typed_;                         ///< Of the entry in hand.
  Time since_ = 0;                            ///< From what the next delay counts.
};

}  // namespace doorbell::console
