#include "platforms/command/progress.h"

#include <fmt/format.h>

#include "platforms/host/terminal_line.h"
#include "platforms/report/units.h"

namespace doorbell {
namespace {

std::string time_left(double done, double elapsed) {
  if (done <= 0) return "";
  return time_left_text(elapsed * (1 - done) / done);
}

}  // namespace

std::string progress_text(const RunPosition& position, std::chrono::duration<double> elapsed) {
  const double seconds = elapsed.count();
  const double rate = seconds > 0 ? static_cast<double>(position.transactions) / seconds : 0;
  return fmt::format("{} simulated, {} transactions, {}/s, {:.0f} %{}",
                     duration_text(position.simulated), count_text(position.transactions),
                     rate_text(rate), 100 * position.done, time_left(position.done, seconds));
}

}  // namespace doorbell
