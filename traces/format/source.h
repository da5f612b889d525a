#pragma once

#include <cstdint>

#include "traces/format/record.h"

namespace doorbell::trace {

/// Where the records of a workload come from, one at a time: a file, or a generator.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  virtual const Header& header() const = 0;
  /// The next record, into `record` (whose storage is reused). False after the last one.
  virtual bool next(Record& record) = 0;
  /// How many there were so far.
  virtual std::uint64_t records() const = 0;
  /// How much of the whole that is, 0 to 1.
  virtual double progress() const = 0;
};

}  // namespace doorbell::trace
