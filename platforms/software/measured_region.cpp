#include "platforms/software/measured_region.h"

#include "doorbell/core/arch/parameter_text.h"
#include "platforms/console/script.h"

namespace doorbell::software {

MeasuredRegion::MeasuredRegion(virt::Platform& platform, console::Marker& marker,
                               const SoftwareOptions& options)
    : platform_(platform),
      marker_(marker),
      options_(options),
      quiescence_(platform),
      tasks_(platform.scheduler()) {}

void MeasuredRegion::start() {
  if (!options_.measure_from.empty()) {
    phase_ = Phase::awaited;
    marker_.watch(options_.measure_from, [this] { quiescence_.reach([this] { reach_begin(); }); });
  } else if (options_.timing == Timing::approximate) {
    platform_.scheduler().set_timing(Timing::approximate);
    begin();
  }
}

void MeasuredRegion::start(const checkpoint::Reader& restored) {
  phase_ = Phase::awaited;
  tasks_.spawn(restore(restored));
}

/// Up to there nothing happens but that modules start.
Task<void> MeasuredRegion::restore(const checkpoint::Reader& restored) {
  co_await Until{platform_.scheduler(), restored.time()};
  restored.restore_modules();
  tasks_.spawn(go_on());
}

/// Behind the turns of the processors, which have come to where they were.
Task<void> MeasuredRegion::go_on() {
  quiescence_.go_on([this] { reach_begin(); });
  co_return;
}

void MeasuredRegion::reach_begin() {
  if (checkpoint_) {
    phase_ = Phase::checkpoint_written;
    return checkpoint_();
  }
  platform_.scheduler().set_timing(Timing::approximate);
  if (options_.warm_up == 0) return begin();
  phase_ = Phase::warm_up;
  tasks_.spawn(begin_at(platform_.scheduler().now() + options_.warm_up));
}

Task<void> MeasuredRegion::begin_at(Time at) {
  co_await Until{platform_.scheduler(), at};
  begin();
}

void MeasuredRegion::begin() {
  phase_ = Phase::measured;
  if (begin_) begin_();
  if (options_.measure_to.empty()) return;
  marker_.watch(options_.measure_to, [this] { quiescence_.pause([this] { reach_end(); }); });
}

void MeasuredRegion::reach_end() {
  phase_ = Phase::over;
  if (end_) end_();
  platform_.scheduler().set_timing(Timing::loose);
}

std::string MeasuredRegion::missing() const {
  const auto never = [](const std::string& text) {
    return "no line of the console began with " + console::in_quotes(text);
  };
  switch (phase_) {
    case Phase::awaited:
      return never(options_.measure_from) + ": nothing was measured";
    case Phase::warm_up:
      return "software ended during the warm-up of " + time_text(options_.warm_up) +
             ": nothing was measured";
    case Phase::measured:
      if (options_.measure_to.empty()) return "";
      return never(options_.measure_to) + ": measured to the end";
    default:
      return "";
  }
}

}  // namespace doorbell::software
