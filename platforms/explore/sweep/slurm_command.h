#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace doorbell::sweep {

/// What a command left behind.
struct CommandOutput {
  int status = -1;     ///< Its exit status; 128 + n when signal n killed it.
  std::string output;  ///< Standard output.
  std::string errors;  ///< Standard error.

  bool succeeded() const { return status == 0; }
};

/// Runs one of Slurm's commands, found in the PATH, without input. `idle` is called ten times a
/// second while it runs. It is in a process group of its own, so that the Ctrl-C that ends a sweep
/// doesn't end the scancel that follows from it. InputError, naming it, when there is no such
/// command.
CommandOutput run_slurm_command(const std::vector<std::string>& arguments,
                                const std::function<void()>& idle,
                                const std::filesystem::path& folder = ".");

}  // namespace doorbell::sweep
