#include "doorbell/core/arch/output_file.h"

#include <zlib.h>

#include <cerrno>
#include <utility>

namespace doorbell {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;

}  // namespace

OutputFile::OutputFile(std::string path) : place_(std::move(path)) {
  errno = 0;
  file_ = gzopen(place_.written().c_str(), place_.path().ends_with(".gz") ? "wb6" : "wbT");
  if (file_ == nullptr) place_.fail(errno);
  buffer_.reserve(buffer_bytes + 4096);
}

OutputFile::~OutputFile() {
  if (file_ != nullptr) gzclose_w(file_);
}

void OutputFile::flush() {
  errno = 0;
  if (!buffer_.empty() &&
      gzwrite(file_, buffer_.data(), static_cast<unsigned>(buffer_.size())) == 0) {
    place_.fail(errno);
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
  if (result != Z_OK) place_.fail(errno);
  place_.keep();
}

}  // namespace doorbell
