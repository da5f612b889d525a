#include "traces/format/line_reader.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "doorbell/core/arch/error.h"

namespace doorbell::trace {

LineReader::LineReader(std::string path)
    : path_(std::move(path)),
      file_(nullptr, gzclose_r),
      buffer_(256 * 1024),
      data_(buffer_.data()) {
  std::error_code error;
  if (std::filesystem::is_directory(path_, error)) {
    throw InputError(path_, 0, "not a file", "a text file, gzipped or not", "a directory");
  }
  errno = 0;
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (!file_) {
    throw InputError(path_, 0, "cannot be read", "a readable file", std::strerror(errno));
  }
  gzbuffer(file_.get(), 128 * 1024);
  const auto size = std::filesystem::file_size(path_, error);
  file_bytes_ = error ? 0 : size;
}

LineReader::LineReader(std::string path, std::shared_ptr<const std::string> text)
    : path_(std::move(path)),
      file_(nullptr, gzclose_r),
      text_(std::move(text)),
      data_(text_->data()),
      end_(text_->size()),
      at_end_(true) {}

LineReader::~LineReader() = default;

void LineReader::fail(const std::string& what, const std::string& expected,
                      std::string_view found) const {
  const std::string shown(found.substr(0, 80));
  throw InputError(path_, line_number_, what, expected,
                   shown.empty() ? std::string("nothing") : '"' + shown + '"');
}

double LineReader::progress() const {
  if (text_) return end_ == 0 ? 1.0 : static_cast<double>(begin_) / static_cast<double>(end_);
  if (file_bytes_ == 0) return 1.0;
  const auto offset = gzoffset(file_.get());
  return offset < 0 ? 1.0
                    : std::min(1.0, static_cast<double>(offset) / static_cast<double>(file_bytes_));
}

bool LineReader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const int read =
      gzread(file_.get(), buffer_.data() + end_, static_cast<unsigned>(buffer_.size() - end_));
  int error = Z_OK;
  const char* message = gzerror(file_.get(), &error);
  if (read < 0 || (error != Z_OK && error != Z_STREAM_END)) {
    ++line_number_;
    if (error == Z_BUF_ERROR) {
      throw InputError(path_, line_number_, "the gzip file is truncated", "the rest of the file",
                       "its end");
    }
    throw InputError(path_, line_number_, "the file is damaged", "readable data", message);
  }
  at_end_ = read == 0;
  end_ += static_cast<std::size_t>(read);
  return read > 0;
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const char* start = data_ + begin_;
    const std::size_t held = end_ - begin_;
    if (const void* newline = std::memchr(start + searched, '\n', held - searched)) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - start);
      line = std::string_view(start, length);
      begin_ += length + 1;
      break;
    }
    searched = held;
    if (held > longest_line) {
      ++line_number_;
      fail("the line is too long", "at most 65536 bytes", std::string_view(start, 40));
    }
    if (fill()) continue;
    if (end_ == begin_) return false;
    line = std::string_view(data_ + begin_, end_ - begin_);
    begin_ = end_;
    break;
  }
  ++line_number_;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (std::memchr(line.data(), '\0', line.size()) != nullptr) {
    fail("not a text file", "text", "a zero byte");
  }
  return true;
}

}  // namespace doorbell::trace
