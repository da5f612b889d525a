#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "sw/drivers/its/registers.h"
#include "tests/sw/decoded_command.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {

/// An ITS that executes nothing but records everything. What the model's ITS would not know is
/// counted.
class FakeIts {
 public:
  using Command = DecodedItsCommand::Words;
  static constexpr std::uint64_t base = 0x8080000;

  explicit FakeIts(FakeHardware& hardware) : hardware_(hardware) {
    registers_[GITS_TYPER] = GITS_TYPER_Physical | 11 << 4 | 15 << 13;
    registers_[GITS_CTLR] = GITS_CTLR_Quiescent;
    registers_[GITS_PIDR2] = 0x3b;
    hardware.add_frame(
        base, 0x20000, [this](std::uint64_t offset, unsigned) { return registers_[offset]; },
        [this](std::uint64_t offset, unsigned, std::uint64_t value) { write(offset, value); });
    write(GITS_BASER, 0);
    write(GITS_BASER + 8, 0);
  }

  std::uint64_t& operator[](unsigned offset) { return registers_[offset]; }
  bool offers_indirect = false;
  bool shareable = true;
  unsigned largest_page = 2;
  bool runs = true;
  unsigned bad_commands = 0;  ///< unknown, or with something in fields that they don't have
  std::vector<Command> commands;
  /// Called for each command as it is read.
  std::function<void(const DecodedItsCommand&)> on_command;
  std::vector<Command> take_commands() { return std::exchange(commands, {}); }
  /// Reads what there is.
  void run() { consume(); }

 private:
  void write(std::uint64_t offset, std::uint64_t value) {
    if (offset == GITS_BASER || offset == GITS_BASER + 8) {
      value &= ~(BASER_Type | BASER_Entry_Size);
      value |= field_put(BASER_Entry_Size, 7) | field_put(BASER_Type, offset == GITS_BASER ? 1 : 4);
      if (!offers_indirect) value &= ~BASER_Indirect;
      if (field_get(BASER_Page_Size, value) > largest_page) value &= ~BASER_Page_Size;
    } else if (offset >= GITS_BASER && offset < GITS_BASER + 64) {
      value = 0;
    }
    if (!shareable && offset >= GITS_CBASER && offset < GITS_BASER + 64) {
      if (offset == GITS_CBASER || offset >= GITS_BASER) value &= ~BASER_Shareability;
    }
    registers_[offset] = value;
    if (offset == GITS_CBASER) registers_[GITS_CREADR] = 0;
    if (offset == GITS_CWRITER && runs) consume();
  }
  void consume() {
    const std::uint64_t queue = registers_[GITS_CBASER] & CBASER_Physical_Address;
    std::uint64_t& read = registers_[GITS_CREADR];
    for (; read != registers_[GITS_CWRITER]; read = (read + 32) % 0x10000) {
      Command command;
      for (unsigned i = 0; i < 4; ++i)
        command[i] = hardware_.load(queue + read + 8 * i, 8);
      commands.push_back(command);
      const DecodedItsCommand decoded = DecodedItsCommand::of(command);
      bad_commands += !decoded.legal || !decoded.clean;
      if (on_command) on_command(decoded);
    }
  }

  FakeHardware& hardware_;
  std::map<std::uint64_t, std::uint64_t> registers_;
};

}  // namespace doorbell::sw
