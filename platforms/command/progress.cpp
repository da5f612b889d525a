#include "platforms/command/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include "platforms/report/units.h"

namespace doorbell {
namespace {

constexpr std::chrono::milliseconds interval{200};

std::string time_left(double done, double elapsed) {
  if (done <= 0) return "";
  const auto left = static_cast<unsigned>(elapsed * (1 - done) / done + 0.5);
  return fmt::format(", {}:{:02} left", left / 60, left % 60);
}

}  // namespace

std::string progress_text(const RunPosition& position, std::chrono::duration<double> elapsed) {
  const double seconds = elapsed.count();
  const double rate = seconds > 0 ? static_cast<double>(position.transactions) / seconds : 0;
  return fmt::format("{} simulated, {} transactions, {}/s, {:.0f} %{}",
                     duration_text(position.simulated), count_text(position.transactions),
                     rate_text(rate), 100 * position.done, time_left(position.done, seconds));
}

Progress::Progress(std::FILE* terminal)
    : terminal_(isatty(fileno(terminal)) != 0 ? terminal : nullptr) {}

Progress::~Progress() {
  if (terminal_ != nullptr) std::fputs("\r\033[K", terminal_);
}

void Progress::show(const RunPosition& position) {
  if (terminal_ == nullptr) return;
  const HostClock::time_point now = HostClock::now();
  if (now < next_) return;
  next_ = now + interval;
  fmt::print(terminal_, "\r{}\033[K", progress_text(position, now - start_));
  std::fflush(terminal_);
}

}  // namespace doorbell
