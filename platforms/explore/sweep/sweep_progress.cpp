#include "platforms/explore/sweep/sweep_progress.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace doorbell::sweep {
namespace {

constexpr std::size_t bar_width = 20;

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

}  // namespace

std::string progress_text(const SweepPosition& position, std::chrono::duration<double> elapsed) {
  const std::size_t ended = position.done + position.failed;
  const std::size_t filled = bar_width * ended / std::max<std::size_t>(position.points, 1);
  std::string text = fmt::format("[{:#<{}}{:-<{}}] {} of {} done, {} failed, {} running", "",
                                 filled, "", bar_width - filled, position.done, position.points,
                                 position.failed, position.running);
  if (position.ended_now > 0 && position.left() > 0) {
    const double each = elapsed.count() / static_cast<double>(position.ended_now);
    text += time_left_text(each * static_cast<double>(position.left()));
  }
  return text;
}

SweepProgress::SweepProgress(SweepPosition start, const std::filesystem::path& log,
                             std::FILE* terminal, std::function<bool()> stop_asked)
    : position_(start),
      log_(log, std::ios::app),
      line_(terminal),
      stop_asked_(std::move(stop_asked)) {}

void SweepProgress::started(const std::string& key) {
  ++position_.running;
  started_[key] = HostClock::now();
}

void SweepProgress::ended(const std::string& key, const Outcome& outcome) {
  const auto begin = started_.find(key);
  std::string time;
  if (begin != started_.end()) {
    const std::chrono::duration<double> took = HostClock::now() - begin->second;
    time = fmt::format(" in {:.3f} s", took.count());
    started_.erase(begin);
    --position_.running;
  }
  ++(outcome.status == PointStatus::done ? position_.done : position_.failed);
  ++position_.ended_now;
  note(key + " " + name_of(outcome.status) + time +
       (outcome.message.empty() ? "" : ": " + outcome.message));
}

bool SweepProgress::poll() {
  stopped_ = stopped_ || stop_asked_();
  line_.show([this](TerminalLine::Elapsed elapsed) { return progress_text(position_, elapsed); });
  return stopped_;
}

void SweepProgress::note(const std::string& line) {
  // What can't be noted, on a full disk, is no reason to stop.
  log_.clear();
  log_ << fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {} {}\n", fmt::gmtime(std::time(nullptr)), host_name(),
                      line);
  log_.flush();
}

}  // namespace doorbell::sweep
