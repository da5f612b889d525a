#pragma once

#include <functional>
#include <string>

#include "doorbell/core/arch/task_group.h"
#include "platforms/checkpoint/quiescence.h"
#include "platforms/checkpoint/reader.h"
#include "platforms/console/marker.h"
#include "platforms/software/software_options.h"

namespace doorbell::software {

/// What of a software's run is measured: from reset or a text on the console on, to another text or
/// the end.
class MeasuredRegion {
 public:
  /// All outlive it.
  MeasuredRegion(virt::Platform& platform, console::Marker& marker, const SoftwareOptions& options);

  /// Called inside the simulation: statistics are to start anew, timing being approximate; and they
  /// are complete, before timing is loose again. The latter isn't called when software ends first.
  void on_begin(std::function<void()> listener) { begin_ = std::move(listener); }
  void on_end(std::function<void()> listener) { end_ = std::move(listener); }
  /// Called in place of `on_begin`'s, where everything stands still: a checkpoint is to be written,
  /// and the run to end.
  void on_checkpoint(std::function<void()> listener) { checkpoint_ = std::move(listener); }

  /// Before the simulation runs.
  void start();
  /// The same, of a platform that goes on from a checkpoint, which outlives it: it is restored at
  /// that time, and measured from there on.
  void start(const checkpoint::Reader& restored);
  /// Whether anything has been measured, or is.
  bool has_begun() const { return phase_ >= Phase::measured; }
  /// The text that the console never showed, for a person; empty when there is none.
  std::string missing() const;

 private:
  enum class Phase : std::uint8_t {
    not_measured,
    awaited,
    warm_up,
    checkpoint_written,
    measured,
    over
  };

  void reach_begin();
  void begin();
  void reach_end();
  Task<void> begin_at(Time at);
  Task<void> restore(const checkpoint::Reader& restored);
  Task<void> go_on();

  virt::Platform& platform_;
  console::Marker& marker_;
  const SoftwareOptions& options_;
  checkpoint::Quiescence quiescence_;
  Phase phase_ = Phase::not_measured;
  std::function<void()> begin_;
  std::function<void()> end_;
  std::function<void()> checkpoint_;
  TaskGroup tasks_;
};

}  // namespace doorbell::software
