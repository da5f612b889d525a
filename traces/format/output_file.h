#pragma once

#include <memory>
#include <string>
#include <string_view>

struct gzFile_s;

namespace doorbell::trace {

/// A text file being written, gzipped when its name ends in ".gz". It disappears again unless
/// close() is reached, so that no half-written file can be taken for a whole one.
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
  [[noreturn]] void fail() const;

  std::string path_;
  gzFile_s* file_ = nullptr;
  std::string buffer_;
};

}  // namespace doorbell::trace
