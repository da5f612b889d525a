#include "platforms/console/terminal.h"

namespace doorbell::console {

Terminal::Terminal(int input, int output) : LiveConsole(input, output), raw_(input) {}

Terminal::~Terminal() {
  flush();
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
