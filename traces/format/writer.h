#pragma once

#include <string>

#include "doorbell/core/arch/output_file.h"
#include "traces/format/record.h"

namespace doorbell::trace {

/// Writes a trace in the format of docs/traces.md.
class Writer {
 public:
  /// Creates the file (gzipped when its name ends in ".gz") and writes the header. Throws
  /// InputError.
  Writer(std::string path, const Header& header);

  /// Appends a record, whose number must be records() + 1 and whose dependencies must name earlier
  /// ones.
  void write(const Record& record);

  /// Writes the closing line. Without it the file is removed again.
  void finish();

  std::uint64_t records() const { return records_; }

 private:
  OutputFile file_;
  std::uint64_t records_ = 0;
  std::string line_;
};

}  // namespace doorbell::trace
