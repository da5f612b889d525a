#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct gzFile_s;

namespace doorbell::trace {

/// The lines of a text file, gzipped or not, in constant memory.
class LineReader {
 public:
  /// Throws InputError when the file can't be opened.
  explicit LineReader(std::string path);
  /// The lines of what has been read of `path` before.
  LineReader(std::string path, std::shared_ptr<const std::string> text);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line without its end; valid until the next call. False at the end of the file.
  /// Throws InputError on a truncated or damaged gzip file, a binary file, or a line longer than
  /// longest_line.
  bool next(std::string_view& line);

  const std::string& path() const { return path_; }
  unsigned line_number() const { return line_number_; }
  /// How much of the file (as stored) has been read, 0 to 1.
  double progress() const;
  /// Ends with InputError at the current line.
  [[noreturn]] void fail(const std::string& what, const std::string& expected,
                         std::string_view found) const;

  static constexpr std::size_t longest_line = 64 * 1024;

 private:
  bool fill();

  std::string path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile_s*)> file_;
  std::uint64_t file_bytes_ = 0;
  std::vector<char> buffer_;
  std::shared_ptr<const std::string> text_;
  const char* data_;  ///< Of the buffer, or of the text.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  unsigned line_number_ = 0;
  bool at_end_ = false;
};

}  // namespace doorbell::trace
