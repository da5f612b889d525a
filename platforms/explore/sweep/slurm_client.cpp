#include "platforms/explore/sweep/slurm_client.h"

#include "platforms/explore/sweep/slurm_command.h"

namespace doorbell::sweep {

std::string SlurmClient::output_of(const std::vector<std::string>& arguments,
                                   const std::filesystem::path& folder) const {
  const CommandOutput result = run_slurm_command(arguments, idle_, folder);
  if (!result.succeeded()) {
    throw SlurmRefusal(arguments.front() + ": " + complaint(result.errors + result.output));
  }
  return result.output;
}

std::uint64_t SlurmClient::max_array_size() const {
  return parse_max_array_size(output_of({"scontrol", "show", "config"}));
}

std::vector<SlurmTask> SlurmClient::queue() const {
  return parse_squeue(output_of(squeue_arguments()));
}

std::uint64_t SlurmClient::submit(const SlurmRequest& request, const std::filesystem::path& folder,
                                  const std::string& script,
                                  const std::vector<std::string>& script_arguments) const {
  std::vector<std::string> arguments = sbatch_arguments(request);
  arguments.push_back("--chdir=" + folder.string());
  // Relative to that folder: in a path from outside a '%' would mean something to Slurm.
  arguments.push_back("--output=" + request.name + ".out");
  arguments.push_back(script);
  arguments.insert(arguments.end(), script_arguments.begin(), script_arguments.end());
  const std::string output = output_of(arguments, folder);
  const auto job = parse_sbatch(output);
  if (!job) throw SlurmRefusal("sbatch printed no job id: " + complaint(output));
  return *job;
}

void SlurmClient::cancel_jobs(const std::string& name) const {
  output_of({"scancel", "--name=" + name});
}

void SlurmClient::cancel_task(const std::string& task) const {
  output_of({"scancel", task});
}

}  // namespace doorbell::sweep
