#pragma once

#include <memory>
#include <string>
#include <string_view>

struct gzFile_s;

namespace doorbell::trace {

/// A text file being written, gzipped when its name ends in ".gz". It is written beside its place,
/// as `path`.partial, and takes that name when close() is reached: whatever happens before, the old
/// file or none is there, never half of the new one. What is no file, as a pipe, is written at
/// once.
class OutputFile {
 public:
  /// Throws InputError when the file can't be created.
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Both throw InputError when the device is full or fails.
  void write(std::string_view text);
  void close();

  const std::string& path() const { return path_; }

 private:
  void flush();
  void give_up();
  [[noreturn]] void fail() const;

  std::string path_;
  std::string written_;  ///< `path_` itself, or the file beside it
  gzFile_s* file_ = nullptr;
  std::string buffer_;
};

}  // namespace doorbell::trace
