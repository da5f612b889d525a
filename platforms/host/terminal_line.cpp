#include "platforms/host/terminal_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>

namespace doorbell {
namespace {

constexpr std::chrono::milliseconds interval{200};

}  // namespace

TerminalLine::TerminalLine(std::FILE* terminal)
    : terminal_(isatty(fileno(terminal)) != 0 ? terminal : nullptr) {}

TerminalLine::~TerminalLine() {
  if (terminal_ != nullptr) std::fputs("\r\033[K", terminal_);
}

void TerminalLine::show(const std::function<std::string(Elapsed)>& text) {
  if (terminal_ == nullptr) return;
  const HostClock::time_point now = HostClock::now();
  if (now < next_) return;
  next_ = now + interval;
  fmt::print(terminal_, "\r{}\033[K", text(now - start_));
  std::fflush(terminal_);
}

std::string time_left_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  const std::string hours = whole < 3600 ? "" : fmt::format("{}:", whole / 3600);
  const std::uint64_t minutes = whole / 60 % 60;
  return fmt::format(", {}{:0{}}:{:02} left", hours, minutes, hours.empty() ? 1 : 2, whole % 60);
}

}  // namespace doorbell
