#pragma once

#include <set>
#include <string>

#include "traces/format/line_reader.h"
#include "traces/format/record.h"

namespace doorbell::trace {

class Fields;

/// Reads a trace in the format of docs/traces.md, gzipped or not, one record at a time and in
/// constant memory. Everything that is wrong with the file ends with InputError: file:line,
/// expected, found.
class Reader {
 public:
  /// Opens the file and reads its header.
  explicit Reader(std::string path);

  const Header& header() const { return header_; }

  /// The next record, into `record` (whose storage is reused). False after the closing line.
  bool next(Record& record);

  std::uint64_t records() const { return records_; }
  unsigned line_number() const { return lines_.line_number(); }
  /// How much of the file has been read, 0 to 1.
  double progress() const { return lines_.progress(); }

 private:
  std::string_view line(const char* expected);
  void read_header();
  void read_stream(Fields& fields);
  void read_end(Fields& fields);
  void read_actor(Fields& fields, Record& record, bool& device_side);
  void read_dependencies(Fields& fields, Record& record);
  void check_stream(const Operation& operation) const;

  LineReader lines_;
  Header header_;
  std::set<Stream> streams_;
  std::uint64_t records_ = 0;
  bool ended_ = false;
};

}  // namespace doorbell::trace
