#include "platforms/console/terminal.h"

#include <cerrno>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::console {

Terminal::Terminal(int input, int output) : LiveConsole(input, output), raw_(input) {}

Terminal::~Terminal() {
  try {
    flush();
  } catch (const InputError&) {
    // Who wants to know has called flush() before.
  }
}

void Terminal::not_taken(int error) {
  if (error == EAGAIN) return;
  throw InputError("standard output cannot be written: " + std::generic_category().message(error));
}

void Terminal::received(std::uint8_t byte) {
  if (!raw_.is_raw()) {
    type(byte);
    return;
  }
  switch (keys_.meaning_of(byte)) {
    case EscapeKeys::Meaning::typed:
      type(byte);
      return;
    case EscapeKeys::Meaning::end:
      request_end();
      return;
    case EscapeKeys::Meaning::help:
      write(EscapeKeys::help);
      return;
    case EscapeKeys::Meaning::nothing:
      return;
  }
}

}  // namespace doorbell::console
