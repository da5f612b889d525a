#include "platforms/console/live_console.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace doorbell::console {

void LiveConsole::poll() {
  flush();
  const std::size_t before = input_.size();
  read_all();
  if (input_.size() != before) input_changed();
}

bool LiveConsole::has_come(std::chrono::milliseconds longest) const {
  pollfd waiting{.fd = input_descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(longest.count())) > 0;
}

void LiveConsole::wait(std::chrono::milliseconds longest) {
  flush();
  // Without an input this is a pause, and nobody turns in circles.
  has_come(longest);
}

void LiveConsole::read_all() {
  std::array<std::uint8_t, 4096> bytes{};
  while (input_descriptor_ >= 0 && has_come(std::chrono::milliseconds(0))) {
    const ssize_t count = read(input_descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      // The end of what was given as input; of a terminal, nobody is there any more.
      input_descriptor_ = -1;
      return;
    }
    for (ssize_t i = 0; i < count; ++i)
      received(bytes[static_cast<std::size_t>(i)]);
  }
}

std::uint8_t LiveConsole::take_input(Time /*now*/) {
  const std::uint8_t byte = input_.front();
  input_.pop_front();
  return byte;
}

void LiveConsole::put(std::uint8_t character, Time /*now*/) {
  output_ += static_cast<char>(character);
  // What is on no whole line, like a prompt, goes out with the next poll.
  if (character == '\n' || output_.size() >= 4096) flush();
}

void LiveConsole::write(std::string_view text) {
  output_ += text;
  flush();
}

void LiveConsole::flush() {
  std::size_t done = 0;
  while (done < output_.size()) {
    const ssize_t count = ::write(output_descriptor_, output_.data() + done, output_.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0 || errno != EINTR) {
      if (count < 0) not_taken(errno);
      break;
    }
  }
  if (done != 0) output_.erase(0, done);
  // Many lines at a time: each takes the whole text along.
  if (output_.size() <= most_kept + most_kept / 16) return;
  dropped_ += output_.size() - most_kept;
  output_.erase(0, output_.size() - most_kept);
}

}  // namespace doorbell::console
