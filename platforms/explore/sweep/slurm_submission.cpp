// How the jobs of a sweep come into Slurm's queue, and how another process finds them there again.
#include <algorithm>
#include <set>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/sweep/files.h"
#include "platforms/explore/sweep/slurm_engine.h"

namespace doorbell::sweep {
namespace {

constexpr const char* script_name = "point.sh";
constexpr const char* script_text = R"script(#!/bin/sh
# A task of a sweep: LIST DOORBELL DIRECTORY. Task N runs the point on line N + 1 of the list.
exec "$2" point "$3" "$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" "$1")"
)script";

bool is_alive(const SlurmTask& task) {
  return phase_of(task.state) != SlurmPhase::ended;
}

/// The jobs among these tasks that are of this sweep and haven't ended.
std::set<std::uint64_t> living_jobs(const std::vector<SlurmTask>& queue,
                                    const std::vector<SlurmSubmission>& submissions) {
  std::set<std::string> names;
  for (const SlurmSubmission& submission : submissions)
    names.insert(submission.name);
  std::set<std::uint64_t> jobs;
  for (const SlurmTask& task : queue) {
    if (is_alive(task) && names.count(task.name) != 0) jobs.insert(task.job);
  }
  return jobs;
}

}  // namespace

void SlurmEngine::refuse_second_submission() {
  if (record_.submissions().empty()) return;
  const auto jobs = living_jobs(slurm_.queue(), record_.submissions());
  if (jobs.empty()) return record_.forget_all();
  std::string text;
  for (const std::uint64_t job : jobs)
    text += (text.empty() ? "" : ", ") + std::to_string(job);
  throw InputError("jobs of this sweep are still in Slurm's queue (" + text +
                   "): --resume waits for them");
}

std::vector<PointJob> SlurmEngine::attach(const std::vector<PointJob>& jobs) {
  if (record_.submissions().empty()) return jobs;
  const std::vector<SlurmTask> queue = slurm_.queue();
  std::set<std::string> attached;
  const auto submissions = record_.submissions();  // A copy: find_job() may forget one.
  for (const SlurmSubmission& submission : submissions) {
    const std::uint64_t job = find_job(submission, queue);
    for (std::size_t index = 0; job != 0 && index < submission.keys.size(); ++index) {
      const std::string& key = submission.keys[index];
      if (folders_.count(key) == 0) continue;
      watch_.add(key, job, index);
      attached.insert(key);
    }
  }
  const auto living = living_jobs(queue, record_.submissions());
  if (!living.empty()) last_job_ = *living.rbegin();
  note("waits again for " + std::to_string(attached.size()) + " points");
  std::vector<PointJob> rest;
  std::copy_if(jobs.begin(), jobs.end(), std::back_inserter(rest),
               [&](const PointJob& job) { return attached.count(job.key) == 0; });
  return rest;
}

std::uint64_t SlurmEngine::find_job(const SlurmSubmission& submission,
                                    const std::vector<SlurmTask>& queue) {
  if (submission.job != 0) return submission.job;
  for (const SlurmTask& task : queue) {
    if (task.name != submission.name) continue;
    record_.submitted(submission.name, task.job);
    return task.job;
  }
  record_.forget(submission.name);  // The sweep died before sbatch did anything.
  return 0;
}

void SlurmEngine::submit(const std::vector<PointJob>& jobs) {
  if (jobs.empty()) return;
  const std::uint64_t max_array_size = slurm_.max_array_size();
  make_folder(record_.folder());
  write_whole(record_.folder() / script_name, script_text);
  std::vector<std::string> submitted;
  try {
    for (const SlurmArray& array : divide(jobs, max_array_size)) {
      if (stop_) return;
      submitted.push_back(submit_array(array));
    }
  } catch (const SlurmRefusal&) {
    cancel(submitted);
    throw;
  }
}

std::string SlurmEngine::submit_array(const SlurmArray& array) {
  std::vector<std::string> keys;
  for (const PointJob& job : array)
    keys.push_back(job.key);
  const SlurmRequest request{.name = record_.announce(keys),
                             .size = array.size(),
                             .timeout = longest_timeout(array),
                             .partition = settings_.partition,
                             .max_running = settings_.max_running,
                             .after = settings_.max_running > 0 ? last_job_ : 0};
  try {
    last_job_ =
        slurm_.submit(request, record_.folder(), script_name,
                      {record_.list_of(request.name), settings_.doorbell, settings_.directory});
  } catch (...) {
    record_.forget(request.name);
    throw;
  }
  record_.submitted(request.name, last_job_);
  note("job " + std::to_string(last_job_) + " (" + request.name + ") has " +
       std::to_string(keys.size()) + " points");
  for (std::size_t index = 0; index < keys.size(); ++index) {
    watch_.add(keys[index], last_job_, index);
  }
  return request.name;
}

}  // namespace doorbell::sweep
