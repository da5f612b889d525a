#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace doorbell {

/// A file of results. It is opened before the run, so that a path that can't be written is found
/// out at once and not after an hour; every failure is an InputError.
class OutputFile {
 public:
  /// `option` is what errors call it. An empty `path` is a file that nobody asked for.
  OutputFile(std::string path, std::string option);

  bool wanted() const { return !path_.empty(); }
  std::ostream& stream() { return stream_; }
  /// Flushes and closes; a full disk is found out here.
  void close();

 private:
  [[noreturn]] void fail() const;

  std::string path_;
  std::string option_;
  std::ofstream stream_;
};

}  // namespace doorbell
