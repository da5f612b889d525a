#pragma once

#include <memory>
#include <string>

#include "traces/format/source.h"
#include "traces/make/emitter.h"
#include "traces/make/parameters.h"

namespace doorbell::workload {

/// What the kinds of workloads have in common: a stream of records in memory that doesn't grow with
/// its length.
class Generator : public trace::Source {
 public:
  const trace::Header& header() const override { return header_; }
  bool next(trace::Record& record) override;
  std::uint64_t records() const override { return records_; }
  double progress() const override;

 protected:
  /// `pieces`: how often `more` will be called.
  Generator(const Parameters& parameters, std::uint64_t pieces);

  /// Emits the next piece of work.
  virtual void more() = 0;

  /// Ends the set-up: what was emitted so far. `ahead`: records from one that is emitted to the
  /// last one that may be under way together with it.
  void end_set_up(std::uint64_t ahead);
  /// What is written as the time of work that comes at `arrival`.
  Time time_of(Time arrival) const { return parameters_.arrivals.is_open() ? arrival : 0; }

  const Parameters parameters_;
  trace::Header header_;
  Emitter emitter_;

 private:
  std::uint64_t pieces_;
  std::uint64_t pieces_done_ = 0;
  std::uint64_t records_ = 0;
};

/// The records that a description, which has passed its check, asks for. Throws InputError when
/// more would be under way at once than a replay can look ahead.
std::unique_ptr<trace::Source> generate(const Parameters& parameters);

}  // namespace doorbell::workload
