#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace doorbell {

/// How a program is run.
struct ChildOptions {
  std::filesystem::path folder = ".";
  std::uint64_t timeout = 0;   ///< Seconds until it is killed; 0: never.
  std::function<bool()> stop;  ///< Asked ten times a second at least: whether to kill it and go.
  bool errors_apart = false;   ///< Its standard error goes to ChildEnd::errors.
  /// Bytes that are kept of what it prints: the last ones.
  std::size_t kept = std::numeric_limits<std::size_t>::max() / 2;
};

/// How a program ended.
struct ChildEnd {
  int status = 0;          ///< Exit status, when no signal killed it.
  int signal = 0;          ///< That killed it, or 0.
  bool timed_out = false;  ///< We killed it, since its time was up.
  std::string output;      ///< Its standard output and, unless apart, error, as they came.
  std::string errors;      ///< Its standard error, when apart.

  bool succeeded() const { return signal == 0 && status == 0; }
  /// There is no such program; as a shell says it.
  bool not_found() const { return signal == 0 && status == 127; }
};

/// Runs `arguments[0]`, found in the PATH unless it names a folder, without input, in a process
/// group of its own, so that a Ctrl-C at the terminal is the caller's to handle. It is killed when
/// the calling thread dies, however that happens; when its time is up; or when `stop` says so, and
/// then nothing is returned. InputError when no process can be made.
std::optional<ChildEnd> run_child(const std::vector<std::string>& arguments,
                                  const ChildOptions& options);

}  // namespace doorbell
