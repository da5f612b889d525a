#include "traces/format/output_file.h"

#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "doorbell/core/arch/error.h"

namespace doorbell::trace {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  errno = 0;
  file_ = gzopen(path_.c_str(), path_.ends_with(".gz") ? "wb6" : "wbT");
  if (file_ == nullptr) fail();
  buffer_.reserve(buffer_bytes + 4096);
}

OutputFile::~OutputFile() {
  if (file_ == nullptr) return;
  gzclose_w(file_);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path_, ignored)) std::filesystem::remove(path_, ignored);
}

void OutputFile::fail() const {
  throw InputError(path_, 0, "cannot be written", "a writable file",
                   errno != 0 ? std::strerror(errno) : "an error");
}

void OutputFile::flush() {
  errno = 0;
  if (!buffer_.empty() &&
      gzwrite(file_, buffer_.data(), static_cast<unsigned>(buffer_.size())) == 0) {
    fail();
  }
  buffer_.clear();
}

void OutputFile::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= buffer_bytes) flush();
}

void OutputFile::close() {
  flush();
  errno = 0;
  const int result = gzclose_w(file_);
  file_ = nullptr;
  if (result != Z_OK) {
    const int error = errno;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path_, ignored)) std::filesystem::remove(path_, ignored);
    errno = error;
    fail();
  }
}

}  // namespace doorbell::trace
