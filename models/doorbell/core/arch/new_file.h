#pragma once

#include <string>

namespace doorbell {

/// The place of a file that is being made. It is written beside it, as `path`.partial, and takes
/// that name when it is kept: whatever happens before, the old file or none is there, never half of
/// the new one. Behind a symbolic link it is the file that the link leads to; what is no file, as a
/// pipe, is written in its place.
class NewFile {
 public:
  /// Who may be writing it.
  enum class Writers {
    one,
    several,  ///< At a time, on any machine that shares it: it is PATH.part-XXXXXX, a name of its
              ///< own.
  };
  static constexpr const char* of_several = ".part-";  ///< In such a name.

  /// InputError when what is there may not be written, or nothing can be made beside it.
  explicit NewFile(std::string path, Writers writers = Writers::one);
  /// Removes what was written, unless it was kept.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// As it was given.
  const std::string& path() const { return path_; }
  /// Where it is written until it is whole.
  const std::string& written() const { return written_; }
  /// It is whole: it takes its place. InputError when it can't.
  void keep();
  /// InputError "PATH: cannot be written", with the system's words for `error`, an errno; 0: none.
  [[noreturn]] void fail(int error) const { fail(path_, error); }
  [[noreturn]] static void fail(const std::string& path, int error);

 private:
  void remove() const;

  std::string path_;
  std::string place_;    ///< where it is kept
  std::string written_;  ///< that, or the file beside it
  bool kept_ = false;
};

}  // namespace doorbell
