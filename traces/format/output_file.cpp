#include "traces/format/output_file.h"

#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "doorbell/core/arch/error.h"

namespace doorbell::trace {
namespace {

namespace files = std::filesystem;

constexpr std::size_t buffer_bytes = 256 * 1024;
constexpr std::string_view partial = ".partial";

/// Where a file is written until it is whole: behind a symbolic link beside what that leads to.
std::string beside(const std::string& path) {
  std::error_code error;
  if (files::exists(path, error) && !files::is_regular_file(path, error)) return path;
  const files::path place = files::weakly_canonical(path, error);
  return (error ? path : place.string()) + std::string(partial);
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)), written_(beside(path_)) {
  errno = 0;
  // What may not be written in its place isn't replaced either.
  if (access(path_.c_str(), F_OK) == 0 && access(path_.c_str(), W_OK) != 0) fail();
  errno = 0;
  file_ = gzopen(written_.c_str(), path_.ends_with(".gz") ? "wb6" : "wbT");
  if (file_ == nullptr) fail();
  buffer_.reserve(buffer_bytes + 4096);
}

OutputFile::~OutputFile() {
  if (file_ == nullptr) return;
  gzclose_w(file_);
  give_up();
}

void OutputFile::give_up() {
  std::error_code ignored;
  if (written_ != path_) files::remove(written_, ignored);
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
  std::error_code error(errno, std::generic_category());
  if (result == Z_OK) {
    error.clear();
    if (written_ != path_)
      files::rename(written_, written_.substr(0, written_.size() - partial.size()), error);
    if (!error) return;
  }
  give_up();
  errno = error.value();
  fail();
}

}  // namespace doorbell::trace
