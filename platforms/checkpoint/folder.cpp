#include "platforms/checkpoint/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell::checkpoint {
namespace {

namespace fs = std::filesystem;

/// "DIR/" is DIR.
fs::path without_slash(fs::path path) {
  path = path.lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

[[noreturn]] void refuse(const fs::path& path, int error) {
  const bool exists = error == EEXIST || error == ENOTEMPTY || error == ENOTDIR;
  throw InputError(path.string(), 0, "checkpoint",
                   exists ? "a place where nothing is" : "a folder that can be written",
                   exists ? "something" : std::generic_category().message(error));
}

}  // namespace

std::string file::drive(unsigned endpoint) {
  return "drive" + std::to_string(endpoint);
}

NewFolder::NewFolder(fs::path path) : path_(without_slash(std::move(path))) {
  std::error_code none;
  if (path_.empty() || fs::exists(fs::symlink_status(path_, none))) refuse(path_, EEXIST);
  std::string name = path_.string() + ".partial-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) refuse(path_, errno);
  written_ = name;
  // Of a folder that is only for us until it is whole.
  fs::permissions(written_,
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                      fs::perms::others_read | fs::perms::others_exec,
                  none);
}

NewFolder::~NewFolder() {
  std::error_code none;
  if (!kept_) fs::remove_all(written_, none);
}

void NewFolder::keep() {
  if (renameat2(AT_FDCWD, written_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0)
    refuse(path_, errno);
  kept_ = true;
}

}  // namespace doorbell::checkpoint
