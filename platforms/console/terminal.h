#pragma once

#include <unistd.h>

#include "platforms/console/escape_keys.h"
#include "platforms/console/live_console.h"
#include "platforms/console/raw_terminal.h"

namespace doorbell::console {

/// Standard input and output. On a terminal every key goes to the guest as it is pressed, but for
/// those after Ctrl-A (EscapeKeys); a pipe or a file is typed as it is.
class Terminal : public LiveConsole {
 public:
  /// Others than the standard's for tests.
  explicit Terminal(int input = STDIN_FILENO, int output = STDOUT_FILENO);
  ~Terminal() override;

  bool is_interactive() const { return raw_.is_raw(); }

 private:
  void received(std::uint8_t byte) override;
  /// InputError where it isn't for lack of room: nobody would see the rest of the run.
  void not_taken(int error) override;

  RawTerminal raw_;
  EscapeKeys keys_;
};

}  // namespace doorbell::console
