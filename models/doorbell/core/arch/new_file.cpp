#include "doorbell/core/arch/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

namespace files = std::filesystem;

/// Behind symbolic links.
std::string place_of(const std::string& path) {
  std::error_code error;
  const files::path place = files::weakly_canonical(path, error);
  return error ? path : place.string();
}

bool is_no_file(const std::string& path) {
  std::error_code error;
  return files::exists(path, error) && !files::is_regular_file(path, error);
}

}  // namespace

NewFile::NewFile(std::string path, Writers writers)
    : path_(std::move(path)), place_(place_of(path_)) {
  // What may not be written in its place isn't replaced either.
  if (access(path_.c_str(), F_OK) == 0 && access(path_.c_str(), W_OK) != 0) fail(errno);
  if (is_no_file(path_)) {
    place_ = written_ = path_;
  } else if (writers == Writers::one) {
    written_ = place_ + ".partial";
  } else {
    written_ = place_ + of_several + "XXXXXX";
    const int descriptor = mkostemp(written_.data(), O_CLOEXEC);
    if (descriptor < 0) fail(errno);
    fchmod(descriptor, 0644);  // mkostemp makes files for their owner alone
    close(descriptor);
  }
}

NewFile::~NewFile() {
  if (!kept_) remove();
}

void NewFile::remove() const {
  std::error_code ignored;
  if (written_ != place_) files::remove(written_, ignored);
}

void NewFile::keep() {
  kept_ = true;
  if (written_ == place_) return;
  std::error_code error;
  files::rename(written_, place_, error);
  if (!error) return;
  remove();
  fail(error.value());
}

void NewFile::fail(const std::string& path, int error) {
  throw InputError(path, 0, "cannot be written", "a writable file",
                   error != 0 ? std::strerror(error) : "an error");
}

}  // namespace doorbell
