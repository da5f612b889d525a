#include "platforms/explore/sweep/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell::sweep {
namespace {

/// In the name of a file that is being written.
constexpr const char* unfinished = ".part-";

/// A new file beside `file`; gone at the end unless it was renamed to it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& file)
      : file_(file), name_(file.string() + unfinished + "XXXXXX") {
    descriptor_ = mkostemp(name_.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail_to_write(file_, errno);
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!renamed_) unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_to_write(file_, errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void rename() {
    fchmod(descriptor_, 0644);  // mkostemp makes files for their owner alone
    if (close(std::exchange(descriptor_, -1)) != 0) fail_to_write(file_, errno);
    if (::rename(name_.c_str(), file_.c_str()) != 0) fail_to_write(file_, errno);
    renamed_ = true;
  }

 private:
  const std::filesystem::path file_;
  std::string name_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

}  // namespace

void fail_to_write(const std::filesystem::path& file, int error) {
  throw InputError(file.string(), 0, "cannot be written", "a writable file", std::strerror(error));
}

void write_whole(const std::filesystem::path& file, std::string_view text) {
  TemporaryFile temporary(file);
  temporary.write(text);
  temporary.rename();
}

void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().filename().string().find(unfinished) != std::string::npos)
      std::filesystem::remove(entry.path(), none);
  }
}

std::optional<std::string> read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  stream.peek();
  if (!stream.is_open() || stream.bad()) return std::nullopt;
  stream.clear();
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && std::filesystem::is_directory(folder)) return;
  throw InputError(folder.string(), 0, "cannot be made", "a folder",
                   error ? error.message() : "something else of this name");
}

FileLock::FileLock(const std::filesystem::path& file) {
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail_to_write(file, errno);
  int error = EWOULDBLOCK;
  // A process that was being started when its sweep was killed holds the lock until it dies too.
  for (int tries = 0; tries < 20 && error == EWOULDBLOCK; ++tries) {
    if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    error = errno;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  close(descriptor_);
  if (error != EWOULDBLOCK) fail_to_write(file, error);
  throw InputError(file.parent_path().string(), 0, "sweep", "nobody else to work in this folder",
                   "another sweep running in it");
}

FileLock::~FileLock() {
  close(descriptor_);
}

}  // namespace doorbell::sweep
