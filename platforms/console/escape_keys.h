#pragma once

#include <cstdint>

namespace doorbell::console {

/// Finds in what is typed at a terminal what is for us and not for the guest: keys after Ctrl-A, as
/// on QEMU.
class EscapeKeys {
 public:
  enum class Meaning : std::uint8_t {
    typed,    ///< For the guest.
    nothing,  ///< Ctrl-A itself, or a key after it that means nothing.
    end,      ///< Ctrl-A x
    help,     ///< Ctrl-A h
  };
  /// Ctrl-A Ctrl-A, and Ctrl-A a, type a Ctrl-A: `key` becomes one.
  Meaning meaning_of(std::uint8_t& key);

  static constexpr const char* help =
      "\r\nCtrl-A h    this help\r\nCtrl-A x    end the run\r\nCtrl-A a    type Ctrl-A\r\n";

 private:
  static constexpr std::uint8_t escape = 0x01;
  bool after_escape_ = false;
};

}  // namespace doorbell::console
