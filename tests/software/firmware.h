#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doorbell/peripherals/arch/console.h"
#include "platforms/virt/platform.h"

namespace doorbell::testing {

/// A console that keeps what comes.
class KeptConsole : public peripherals::Console {
 public:
  void put(std::uint8_t character, Time) override { text_ += static_cast<char>(character); }
  Time next_input() const override { return never; }
  std::uint8_t take_input(Time) override { return 0; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The virt platform with AArch64 processors, and a firmware in its memory.
class FirmwareMachine {
 public:
  FirmwareMachine(const std::string& elf, unsigned processors);
  FirmwareMachine(const std::string& elf, const virt::VirtParameters& parameters);
  /// Instructions at the start of memory.
  FirmwareMachine(const std::vector<std::uint32_t>& program,
                  const virt::VirtParameters& parameters);

  /// To the end of the firmware, or until `limit`.
  void run(Timing timing, Time limit = second);

  const std::string& text() const { return console_.text(); }
  bool ended() const { return ended_; }
  Time ended_at() const { return ended_at_; }
  virt::Platform& platform() { return platform_; }
  /// All statistics as JSON.
  std::string statistics() const;
  static virt::VirtParameters parameters(unsigned processors);

 private:
  explicit FirmwareMachine(const virt::VirtParameters& parameters);
  void load(const std::string& elf);

  virt::VirtParameters parameters_;
  KeptConsole console_;
  virt::Platform platform_;
  std::uint64_t entry_ = 0;
  bool ended_ = false;
  Time ended_at_ = 0;
};

}  // namespace doorbell::testing
