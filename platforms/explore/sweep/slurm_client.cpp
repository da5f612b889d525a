#include "platforms/explore/sweep/slurm_client.h"

#include "doorbell/core/arch/error.h"
#include "platforms/host/child_process.h"

namespace doorbell::sweep {

std::string SlurmClient::output_of(const std::vector<std::string>& arguments,
                                   const std::filesystem::path& folder) const {
  const auto go_on = [this] {
    idle_();
    return false;
  };
  const auto end = run_child(arguments, {.folder = folder, .stop = go_on, .errors_apart = true});
  if (end->not_found())
    throw InputError("no " + arguments.front() + " here: --engine slurm needs Slurm's commands");
  if (!end->succeeded())
    throw SlurmRefusal(arguments.front() + ": " + complaint(end->errors + end->output));
  return end->output;
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
