#include "platforms/command/output_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell {

OutputFile::OutputFile(std::string path, std::string option)
    : path_(std::move(path)), option_(std::move(option)) {
  if (!wanted()) return;
  stream_.open(path_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail();
}

void OutputFile::close() {
  if (!wanted()) return;
  stream_.close();
  if (!stream_) fail();
}

void OutputFile::fail() const {
  throw InputError(path_, 0, option_, "a file that can be written", std::strerror(errno));
}

}  // namespace doorbell
