#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::console {

/// Keeps what comes in a file; nobody types.
class File : public peripherals::Console {
 public:
  /// Begins the file anew. InputError when it can't be written, then or later.
  explicit File(std::filesystem::path path);

  void put(std::uint8_t character, Time now) override;
  Time next_input() const override { return never; }
  std::uint8_t take_input(Time /*now*/) override { return 0; }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace doorbell::console
