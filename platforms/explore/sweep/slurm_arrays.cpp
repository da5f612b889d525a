#include "platforms/explore/sweep/slurm_arrays.h"

#include <algorithm>

namespace doorbell::sweep {

std::vector<SlurmArray> divide(const std::vector<PointJob>& jobs, std::uint64_t max_array_size) {
  const std::size_t most = std::max<std::uint64_t>(max_array_size, 1);
  std::vector<SlurmArray> arrays;
  for (std::size_t first = 0; first < jobs.size(); first += most) {
    const std::size_t end = std::min(jobs.size(), first + most);
    arrays.emplace_back(jobs.begin() + first, jobs.begin() + end);
  }
  return arrays;
}

std::uint64_t longest_timeout(const SlurmArray& array) {
  std::uint64_t longest = 0;
  for (const PointJob& job : array) {
    if (job.timeout == 0) return 0;
    longest = std::max(longest, job.timeout);
  }
  return longest;
}

std::vector<std::string> sbatch_arguments(const SlurmRequest& request) {
  std::string indexes = "0-" + std::to_string(request.size - 1);
  if (request.max_running > 0) indexes += "%" + std::to_string(request.max_running);
  std::vector<std::string> arguments{"sbatch",
                                     "--parsable",
                                     "--requeue",
                                     "--ntasks=1",
                                     "--cpus-per-task=1",
                                     "--open-mode=append",
                                     "--array=" + indexes,
                                     "--job-name=" + request.name};
  if (!request.partition.empty()) arguments.push_back("--partition=" + request.partition);
  if (request.timeout > 0) {
    constexpr std::uint64_t minute = 60;
    const std::uint64_t minutes = (request.timeout + minute - 1) / minute + 1;
    arguments.push_back("--time=" + std::to_string(minutes));
  }
  if (request.after > 0) {
    arguments.push_back("--dependency=afterany:" + std::to_string(request.after));
  }
  return arguments;
}

}  // namespace doorbell::sweep
