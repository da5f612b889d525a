#pragma once

#include <filesystem>
#include <string>

namespace doorbell::checkpoint {

/// What is in the folder of a checkpoint.
namespace file {
inline constexpr const char* state = "state.json";  ///< All but what memories hold.
inline constexpr const char* ram = "ram";           ///< Sparse, as long as the memory.
inline constexpr const char* rom = "rom";
inline constexpr const char* flash = "flash";  ///< As the host keeps it: erased cells are zeros.
/// Of the drive at that endpoint.
std::string drive(unsigned endpoint);
}  // namespace file

/// A folder that is being written. It has another name beside its place until it is whole: whatever
/// happens before, there is nothing under its own.
class NewFolder {
 public:
  /// InputError when something is at `path`, or nothing can be made there.
  explicit NewFolder(std::filesystem::path path);
  /// Removes what was written, unless it was kept.
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Where it is written.
  const std::filesystem::path& written() const { return written_; }
  /// It is whole: it takes its place. InputError when something has come there meanwhile.
  void keep();

 private:
  std::filesystem::path path_;
  std::filesystem::path written_;
  bool kept_ = false;
};

}  // namespace doorbell::checkpoint
