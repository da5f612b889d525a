#pragma once

#include <string>
#include <string_view>

#include "doorbell/core/arch/new_file.h"

struct gzFile_s;

namespace doorbell {

/// A text file being written, gzipped when its name ends in ".gz". It takes its name when close()
/// is reached (NewFile).
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

  const std::string& path() const { return place_.path(); }

 private:
  void flush();

  NewFile place_;
  gzFile_s* file_ = nullptr;
  std::string buffer_;
};

}  // namespace doorbell
