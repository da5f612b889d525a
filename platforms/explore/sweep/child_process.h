#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace doorbell::sweep {

/// How a process ended.
struct ChildEnd {
  int status = 0;          ///< Exit status, when no signal killed it.
  int signal = 0;          ///< That killed it, or 0.
  bool timed_out = false;  ///< We killed it, since its time was up.
  std::string output;      ///< The last 64 KiB of its standard output and error, as they came.
};

/// Runs a program in `folder`, in a process group of its own, so that a Ctrl-C at the terminal is
/// the caller's to handle. It is killed when the calling thread dies, however that happens; when
/// `timeout` seconds have passed (0: never); or when `stop`, asked ten times a second, says so, and
/// then nothing is returned. InputError when no process can be made.
std::optional<ChildEnd> run_child(const std::vector<std::string>& arguments,
                                  const std::filesystem::path& folder, std::uint64_t timeout,
                                  const std::function<bool()>& stop);

}  // namespace doorbell::sweep
