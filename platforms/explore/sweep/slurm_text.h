#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What Slurm's commands print, as data. Formats: squeue(1), scontrol(1), sbatch(1) of Slurm 22.05;
// they need no plugin for JSON and are the same in later versions.
namespace doorbell::sweep {

/// A task of a job array, as squeue shows it.
struct SlurmTask {
  std::string name;            ///< Of the job.
  std::uint64_t job = 0;       ///< The array's job id.
  std::uint64_t index = 0;     ///< Within the array.
  std::string state;           ///< PENDING, RUNNING, TIMEOUT ...: squeue(1), JOB STATE CODES.
  std::uint64_t restarts = 0;  ///< How often it was requeued.
  std::string time;            ///< It has used, as [days-][hours:]minutes:seconds.
  std::string nodes;           ///< It runs or ran on; empty before.
  std::string reason;          ///< Why it waits or failed: squeue(1), JOB REASON CODES.
};

/// The options that make squeue print what `parse_squeue` reads: all the caller's tasks, those that
/// ended less than MinJobAge ago included.
std::vector<std::string> squeue_arguments();

/// The tasks of job arrays in the output of squeue; other jobs are left out. InputError for a line
/// that can't be one of squeue's.
std::vector<SlurmTask> parse_squeue(const std::string& output);

enum class SlurmPhase { waiting, running, ended };
/// Of a state. States that are not known count as running: the queue is asked again.
SlurmPhase phase_of(const std::string& state);

/// Whether a task that waits for this reason asks for what the cluster doesn't give, so that all
/// others of the sweep would wait for ever, too.
bool is_refusal(const std::string& reason);

/// Whether Slurm has given this task up but keeps it in the queue, until a person comes.
bool is_stuck(const SlurmTask& task);

/// MaxArraySize in the output of `scontrol show config`; indexes are below it. 1001, Slurm's own
/// default, when it isn't there.
std::uint64_t parse_max_array_size(const std::string& output);

/// The job id in the output of `sbatch --parsable`: "12" or "12;cluster".
std::optional<std::uint64_t> parse_sbatch(const std::string& output);

/// What went wrong in one line: the last one of a command's standard error, without the name of the
/// command in front.
std::string complaint(const std::string& errors);

}  // namespace doorbell::sweep
