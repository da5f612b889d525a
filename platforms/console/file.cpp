#include "platforms/console/file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell::console {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path) {
  throw InputError(path.string() +
                   ": expected a file for the console that can be written, found: " +
                   std::generic_category().message(errno));
}

}  // namespace

File::File(std::filesystem::path path) : path_(std::move(path)), file_(path_, std::ios::binary) {
  if (!file_) refuse(path_);
}

/// To the end of each line, so that the file can be followed.
void File::put(std::uint8_t character, Time /*now*/) {
  file_.put(static_cast<char>(character));
  if (character == '\n') file_.flush();
  if (!file_) refuse(path_);
}

}  // namespace doorbell::console
