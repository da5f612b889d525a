#include "platforms/console/pseudo_terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::console {
namespace {

[[noreturn]] void refuse() {
  throw InputError("--console pty: expected a host with a pseudo terminal to give, found: " +
                   std::generic_category().message(errno));
}

int open_first_end() {
  const int descriptor = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) refuse();
  if (grantpt(descriptor) != 0 || unlockpt(descriptor) != 0 ||
      fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) {
    close(descriptor);
    refuse();
  }
  return descriptor;
}

std::string path_of_other_end(int descriptor) {
  char path[128];
  if (ptsname_r(descriptor, path, sizeof path) != 0) refuse();
  return path;
}

int open_other_end(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) refuse();
  return descriptor;
}

}  // namespace

Descriptor::~Descriptor() {
  close(descriptor_);
}

PseudoTerminal::PseudoTerminal()
    : Descriptor(open_first_end()),
      LiveConsole(Descriptor::get(), Descriptor::get()),
      path_(path_of_other_end(Descriptor::get())),
      other_end_(open_other_end(path_)) {
  // Bytes as they are, both ways: the guest has a terminal's manners itself.
  termios attributes{};
  if (tcgetattr(other_end_.get(), &attributes) != 0) refuse();
  cfmakeraw(&attributes);
  if (tcsetattr(other_end_.get(), TCSANOW, &attributes) != 0) refuse();
}

PseudoTerminal::~PseudoTerminal() {
  flush();
}

}  // namespace doorbell::console
