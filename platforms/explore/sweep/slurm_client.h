#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platforms/explore/sweep/slurm_arrays.h"
#include "platforms/explore/sweep/slurm_text.h"

namespace doorbell::sweep {

/// Slurm said no, or nothing. The message is its own, in one line.
class SlurmRefusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Slurm as this sweep needs it: its commands, run one at a time. Every function throws
/// SlurmRefusal, and InputError when the command isn't installed.
class SlurmClient {
 public:
  /// `idle` is called several times a second while a command runs.
  explicit SlurmClient(std::function<void()> idle) : idle_(std::move(idle)) {}

  /// Tasks of an array at most.
  std::uint64_t max_array_size() const;
  /// The caller's tasks, of all job arrays.
  std::vector<SlurmTask> queue() const;
  /// Submits an array whose tasks run `script` with `script_arguments`, and print to request.name +
  /// ".out" in `folder`. Returns the job id.
  std::uint64_t submit(const SlurmRequest& request, const std::filesystem::path& folder,
                       const std::string& script,
                       const std::vector<std::string>& script_arguments) const;
  /// Cancels all jobs of a name.
  void cancel_jobs(const std::string& name) const;
  /// Cancels a task: "12_3".
  void cancel_task(const std::string& task) const;

 private:
  std::string output_of(const std::vector<std::string>& arguments,
                        const std::filesystem::path& folder = ".") const;

  std::function<void()> idle_;
};

}  // namespace doorbell::sweep
