#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/task_group.h"
#include "platforms/replay/counts.h"
#include "platforms/replay/observation.h"
#include "platforms/replay/parameters.h"
#include "platforms/replay/sides.h"
#include "traces/format/source.h"

namespace doorbell::replay {

/// Replays a trace: reads it through a window of bounded size and releases each record once what it
/// depends on is done, in the order that docs/traces.md defines. It knows neither functions nor
/// processors but through the two sides.
class Engine {
 public:
  /// All references outlive the engine. Reading `source` throws InputError, from the scheduler.
  Engine(Scheduler& scheduler, DeviceSide& devices, ProcessorSide& processors,
         const ReplayParameters& parameters, std::unique_ptr<trace::Source> source);

  const trace::Header& header() const { return source_->header(); }

  /// Carries out the set-up that the workload begins with and calls `then`: at once if it has none.
  void set_up(std::function<void()> then);
  /// Starts the replay of what comes after the set-up, from the scheduler's present time; of
  /// everything where it wasn't set up.
  void start();
  /// Called once, when the last record is done.
  void on_end(std::function<void()> listener) { on_end_ = std::move(listener); }

  // What became of an MSI that was signalled, from the scheduler.
  /// A processor acknowledged it.
  void msi_taken(trace::Stream stream, std::uint32_t event);
  /// It found its interrupt pending, and is taken with that one.
  void msi_joined(trace::Stream stream, std::uint32_t event);
  /// It was dropped, terminated or answered with an error.
  void msi_lost(trace::Stream stream, std::uint32_t event);

  /// Software failed at something that is no record of its own.
  void software_failed() { ++counts_.failed; }

  bool ended() const { return ended_; }
  const ReplayCounts& counts() const { return counts_; }
  /// Share of the trace that has been read and done, 0 to 1, by its place in the file.
  double progress() const;
  /// What is not done, for a person: how many records, and the oldest. Empty when all is.
  std::string remaining() const;
  /// The first record at which software failed, 0 if it is none or none failed.
  std::uint64_t first_failure() const { return first_failure_; }

 private:
  enum class State : std::uint8_t { waiting, running, handed, done };
  struct Entry {
    trace::Record record;
    State state = State::waiting;
    std::size_t dependency = 0;    ///< the first of `record.after` not known to be fulfilled
    std::uint64_t scan = 0;        ///< within it, if it is a range
    std::uint64_t blocked_on = 0;  ///< the record that will wake it
    bool timed = false;            ///< waits for its recorded time
    enum class Fate : std::uint8_t { unknown, observed, lost } fate = Fate::unknown;  ///< of an MSI
    Observation::Position position = 0;
    std::vector<std::uint64_t> waiters;
  };
  /// Of a processor, or of its handler.
  struct Program {
    std::deque<std::uint64_t> queue;  ///< in program order
    bool busy = false;
  };
  struct Message {
    std::uint64_t number = 0;  ///< of its record
    bool merged = false;       ///< by the function, into the one before
  };
  struct Vector {
    std::deque<Message> outstanding;  ///< in the order signalled
    std::uint64_t joined = 0;         ///< of those sent, with the one that is pending
  };
  struct StreamState {
    Observation observation;
    bool flushing = false;
  };
  /// A write that was handed over: done for its own stream, and for the window.
  struct Unobserved {
    trace::Stream stream;
    std::vector<std::uint64_t> waiters;
  };

  Entry& entry(std::uint64_t number) { return window_[number % window_.size()]; }
  const Entry& entry(std::uint64_t number) const { return window_[number % window_.size()]; }

  /// The program that a processor-side record belongs to.
  Program& program_of(const trace::Record& record) {
    return programs_[2 * record.cpu + (record.in_handler ? 1 : 0)];
  }

  // engine.cpp: reading and finishing.
  Task<void> begin();
  bool may_read() const;
  void finish_set_up();
  void refill();
  void admit(Entry& entry);
  void work(std::uint64_t number);
  void drain();
  void wake(std::vector<std::uint64_t>& waiters);
  void done(Entry& entry);
  void retire();
  void finish_if_over();
  void go_on() {
    drain();
    finish_if_over();
  }

  bool orders_invalidations() const {
    return !header().conduct ||
           header().conduct->invalidations == trace::Conduct::Invalidations::trace;
  }

  // engine_messages.cpp: MSIs, and what became of them.
  Task<void> run_msi(Entry& entry);
  void end_msi(std::uint64_t number, Entry::Fate fate);
  std::uint64_t end_message(Vector& vector, std::size_t at, Entry::Fate fate);

  // engine_release.cpp: deciding and running.
  bool fulfilled(const Entry& waiter, const Entry& other) const;
  bool wait_for(Entry& waiter, std::uint64_t number);
  bool wait_for_range(Entry& waiter, const trace::Dependency& range);
  bool wait_for_observation(Entry& waiter, const trace::Dependency& range);
  bool dependencies_met(Entry& entry);
  bool time_has_come(Entry& entry);
  bool may_submit(const Entry& entry) const;
  bool is_its_turn(const Entry& entry) const;
  void consider(Entry& entry);
  void consider_program(Program& program);
  Task<void> wait_until(std::uint64_t number, Time due);
  Task<void> run_write(Entry& entry);
  Task<void> run_read(Entry& entry);
  Task<void> run_processor(Entry& entry);
  void processor_done(Entry& entry);
  void observe(StreamState& stream, Observation::Position position);
  void flush_if_needed(trace::Stream stream, unsigned cpu);
  Task<void> flush(trace::Stream stream, unsigned cpu);
  void count(const Entry& entry);

  Scheduler& scheduler_;
  DeviceSide& devices_;
  ProcessorSide& processor_side_;
  const ReplayParameters& parameters_;
  const std::unique_ptr<trace::Source> source_;
  const Pacing pacing_;            ///< what ReplayParameters::pacing comes to
  const bool limits_submissions_;  ///< by ReplayParameters::outstanding
  std::vector<Entry> window_;
  std::uint64_t oldest_ = 1;  ///< record not done
  std::uint64_t next_ = 1;    ///< record to be read
  bool begun_ = false;        ///< no longer only the set-up
  bool all_read_ = false;
  bool ended_ = false;
  std::vector<Program> programs_;
  std::deque<std::uint64_t> smmu_order_;
  std::deque<std::uint64_t> its_order_;
  std::map<trace::Stream, StreamState> streams_;
  std::map<std::uint64_t, Unobserved> unobserved_;  ///< by record
  std::map<std::pair<trace::Stream, std::uint32_t>, Vector> vectors_;
  std::uint64_t outstanding_ = 0;  ///< submissions
  Time started_at_ = 0;
  std::uint64_t first_time_ = 0;
  std::deque<std::uint64_t> work_;  ///< records to be considered again
  bool draining_ = false;
  ReplayCounts counts_;
  std::uint64_t first_failure_ = 0;
  std::function<void()> on_set_up_;
  std::function<void()> on_end_;
  TaskGroup tasks_;
};

}  // namespace doorbell::replay
