#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace doorbell::sweep {

/// Writes a file under a name of its own and renames it: whoever reads it sees the whole of it or
/// what was there before. InputError, with the system's words, when it can't be written.
void write_whole(const std::filesystem::path& file, std::string_view text);

/// Removes the files in a folder that were being written when somebody was killed.
void remove_unfinished(const std::filesystem::path& folder);

/// Nothing when it can't be read.
std::optional<std::string> read_text(const std::filesystem::path& file);

/// Makes a folder and those above it; InputError when that can't be done.
void make_folder(const std::filesystem::path& folder);

/// While it exists, nobody else has one of the same file, on any machine that shares it. The kernel
/// takes it back when a process dies, however that happens.
class FileLock {
 public:
  /// InputError when somebody else has it, for a second now, or the file can't be made.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace doorbell::sweep
