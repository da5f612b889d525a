#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platforms/explore/sweep/engine.h"

// How points become job arrays: no Slurm is needed to decide it.
namespace doorbell::sweep {

/// Jobs of one array. Task N is the N-th of them.
using SlurmArray = std::vector<PointJob>;

/// Divides jobs, in their order, into as few arrays as can be, none longer than `max_array_size`.
std::vector<SlurmArray> divide(const std::vector<PointJob>& jobs, std::uint64_t max_array_size);

/// What sbatch needs to know of one array beside the paths.
struct SlurmRequest {
  std::string name;               ///< Of the job.
  std::uint64_t size = 0;         ///< Tasks.
  std::uint64_t timeout = 0;      ///< Of the slowest point in seconds; 0 for none.
  std::string partition;          ///< Empty: the cluster's default.
  std::uint64_t max_running = 0;  ///< Tasks at a time; 0 for as many as fit.
  std::uint64_t after = 0;        ///< The job that must have ended before it starts; 0: none.
};

/// The longest time that any of the jobs may take, in seconds; 0 when one has no limit.
std::uint64_t longest_timeout(const SlurmArray& array);

/// sbatch with all options but those that name files. A point sees to its own time limit, so that
/// it ends with the same words everywhere; Slurm's limit, whole minutes and at least one more, ends
/// what even that can't end.
std::vector<std::string> sbatch_arguments(const SlurmRequest& request);

}  // namespace doorbell::sweep
