#pragma once

#include <string>

#include "tests/support/temporary_folder.h"

namespace doorbell::testing {

/// What a run of the `doorbell` command left behind.
struct CommandResult {
  int status = -1;     ///< Exit status; 128 + n when signal n killed it.
  std::string output;  ///< Standard output.
  std::string errors;  ///< Standard error.
};

/// Runs the command with these arguments, as a shell splits them. It has no input and no terminal.
CommandResult run_doorbell(const std::string& arguments);
/// Runs any command of the shell, in the same way.
CommandResult run_command(const std::string& command);

/// A directory for files of this test, empty at first; gone at the end.
class ScratchDirectory {
 public:
  /// The path of a file in it.
  std::string path(const std::string& name) const { return folder_ / name; }
  /// Makes a file in it; returns its path.
  std::string write(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }

 private:
  test::TemporaryFolder folder_;
};

std::string read_file(const std::string& path);

/// Of the source tree.
std::string source_path(const std::string& name);

}  // namespace doorbell::testing
