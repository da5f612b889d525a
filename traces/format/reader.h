#pragma once

#include <memory>
#include <set>
#include <string>

#include "traces/format/line_reader.h"
#include "traces/format/source.h"

namespace doorbell::trace {

class Fields;

/// Reads a trace in the format of docs/traces.md, gzipped or not, one record at a time and in
/// constant memory. Everything that is wrong with the file ends with InputError: file:line,
/// expected, found.
class Reader : public Source {
 public:
  /// Opens the file and reads its header.
  explicit Reader(std::string path);
  /// Reads what has been read of `path` before.
  Reader(std::string path, std::shared_ptr<const std::string> text);

  const Header& header() const override { return header_; }

  /// False after the closing line.
  bool next(Record& record) override;

  std::uint64_t records() const override { return records_; }
  unsigned line_number() const { return lines_.line_number(); }
  /// How much of the file has been read, 0 to 1.
  double progress() const override { return lines_.progress(); }

 private:
  std::string_view line(const char* expected);
  void read_header();
  bool read_header_line(std::string_view text);
  void read_cpus(Fields& fields);
  void read_stream(Fields& fields);
  void read_conduct(Fields& fields);
  void read_parameter(std::string_view text);
  void read_end(Fields& fields);
  void read_actor(Fields& fields, Record& record, bool& device_side);
  std::uint64_t read_time(std::string_view text) const;
  void read_dependencies(Fields& fields, Record& record);
  void check_stream(const Operation& operation) const;

  LineReader lines_;
  Header header_;
  std::set<Stream> streams_;
  std::uint64_t records_ = 0;
  bool ended_ = false;
};

}  // namespace doorbell::trace
