#include "platforms/command/files_apart.h"

#include <filesystem>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

namespace fs = std::filesystem;

/// Of a file that needn't be there yet. Only from an absolute path it is the same however it is
/// written.
fs::path place_of(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error).lexically_normal();
  const fs::path place = fs::weakly_canonical(absolute, error);
  return error ? absolute : place;
}

bool keeps_nothing(const fs::path& path) {
  std::error_code none;
  const fs::file_status status = fs::status(path, none);
  return fs::is_character_file(status) || fs::is_fifo(status) || fs::is_socket(status);
}

bool is_same_file(const fs::path& one, const fs::path& other) {
  if (keeps_nothing(one)) return false;
  std::error_code missing;
  return fs::equivalent(one, other, missing) || place_of(one) == place_of(other);
}

void check_pair(const CommandFile& earlier, const CommandFile& later) {
  using Use = CommandFile::Use;
  if (earlier.use != Use::written && later.use != Use::written) return;
  if (!is_same_file(earlier.path, later.path)) return;
  // Who gave the command can most often give another name to what is written.
  const CommandFile& named = later.use == Use::written ? later : earlier;
  const CommandFile& other = later.use == Use::written ? earlier : later;
  throw InputError(named.name + ": expected another file than " + other.name + " '" + other.path +
                   "', found '" + named.path + "'");
}

}  // namespace

std::vector<CommandFile> files_of(const DescriptionSources& sources) {
  const std::string description = description_file(sources.description);
  std::vector<CommandFile> files{{"description", description}};
  for (const std::string& overlay : sources.overlays)
    files.push_back({"--with", overlay_file(overlay, description)});
  return files;
}

void check_apart(const std::vector<CommandFile>& files) {
  for (std::size_t later = 0; later < files.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (!files[earlier].path.empty() && !files[later].path.empty())
        check_pair(files[earlier], files[later]);
    }
  }
}

}  // namespace doorbell
