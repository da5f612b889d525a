#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "doorbell/core/arch/time.h"
#include "traces/format/record.h"

namespace doorbell::workload {

/// The number of a record; 0: of none, which is always done.
using Number = std::uint64_t;

/// Numbers the records that are made, and holds them until they are taken.
class Emitter {
 public:
  /// Who does what comes next.
  struct Actor {
    std::uint32_t cpu = 0;
    bool in_handler = false;
  };

  /// The time of the records that follow, in ps.
  void set_time(Time time) { time_ = time; }

  /// An operation of a processor, after the records named.
  Number processor(Actor actor, trace::Operation operation,
                   std::initializer_list<Number> after = {});
  /// An operation of a function, after the records named.
  Number device(trace::Operation operation, std::initializer_list<Number> after = {});
  Number device(trace::Operation operation, const std::vector<Number>& after);
  /// Likewise, after all of its stream from `first` to `last`.
  Number device_after_all(trace::Operation operation, Number first, Number last);

  Number last() const { return last_; }
  bool empty() const { return taken_ == pending_.size(); }
  /// Moves the oldest record that was not taken to `record`.
  void take(trace::Record& record);

 private:
  trace::Record& add(trace::Operation operation);

  Time time_ = 0;
  Number last_ = 0;
  std::vector<trace::Record> pending_;
  std::size_t taken_ = 0;
};

}  // namespace doorbell::workload
