#include "doorbell/core/arch/new_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

namespace files = std::filesystem;

constexpr std::string_view partial = ".partial";

std::string beside(const std::string& path) {
  std::error_code error;
  if (files::exists(path, error) && !files::is_regular_file(path, error)) return path;
  const files::path place = files::weakly_canonical(path, error);
  return (error ? path : place.string()) + std::string(partial);
}

}  // namespace

NewFile::NewFile(std::string path) : path_(std::move(path)), written_(beside(path_)) {
  // What may not be written in its place isn't replaced either.
  if (access(path_.c_str(), F_OK) == 0 && access(path_.c_str(), W_OK) != 0) fail(errno);
}

NewFile::~NewFile() {
  if (!kept_) remove();
}

void NewFile::remove() const {
  std::error_code ignored;
  if (written_ != path_) files::remove(written_, ignored);
}

void NewFile::keep() {
  kept_ = true;
  if (written_ == path_) return;
  std::error_code error;
  files::rename(written_, written_.substr(0, written_.size() - partial.size()), error);
  if (!error) return;
  remove();
  fail(error.value());
}

void NewFile::fail(int error) const {
  throw InputError(path_, 0, "cannot be written", "a writable file",
                   error != 0 ? std::strerror(error) : "an error");
}

}  // namespace doorbell
