#include "platforms/explore/sweep/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/new_file.h"

namespace doorbell::sweep {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const NewFile& place)
      : place_(place), descriptor_(open(place.written().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC)) {
    if (descriptor_ < 0) place_.fail(errno);
  }
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) place_.fail(errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void close() {
    if (::close(std::exchange(descriptor_, -1)) != 0) place_.fail(errno);
  }

 private:
  const NewFile& place_;
  int descriptor_;
};

}  // namespace

void write_whole(const std::filesystem::path& path, std::string_view text) {
  NewFile place(path, NewFile::Writers::several);
  OpenFile file(place);
  file.write(text);
  file.close();
  place.keep();
}

void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().filename().string().find(NewFile::of_several) != std::string::npos)
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
  if (descriptor_ < 0) NewFile::fail(file, errno);
  int error = EWOULDBLOCK;
  // A process that was being started when its sweep was killed holds the lock until it dies too.
  for (int tries = 0; tries < 20 && error == EWOULDBLOCK; ++tries) {
    if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    error = errno;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  close(descriptor_);
  if (error != EWOULDBLOCK) NewFile::fail(file, error);
  throw InputError(file.parent_path().string(), 0, "sweep", "nobody else to work in this folder",
                   "another sweep running in it");
}

FileLock::~FileLock() {
  close(descriptor_);
}

}  // namespace doorbell::sweep
