#include "platforms/explore/sweep/slurm_engine.h"

#include <algorithm>
#include <set>
#include <thread>

#include "doorbell/core/arch/error.h"

namespace doorbell::sweep {
namespace {

using Clock = std::chrono::steady_clock;

/// Between two looks at the queue. Longer for larger sweeps, which cost the controller more.
std::chrono::milliseconds interval(std::size_t points) {
  return std::min<std::chrono::milliseconds>(std::chrono::milliseconds(1000 + 2 * points),
                                             std::chrono::seconds(30));
}

bool is_alive(const SlurmTask& task) {
  return phase_of(task.state) != SlurmPhase::ended;
}

}  // namespace

SlurmEngine::SlurmEngine(const SlurmSettings& settings)
    : settings_(settings), record_(settings.directory), slurm_([this] {
        if (observer_->poll()) stop_ = true;
      }) {}

void SlurmEngine::run(const std::vector<PointJob>& jobs, Observer& observer) {
  if (jobs.empty()) return record_.forget_all();
  observer_ = &observer;
  stop_ = false;
  for (const PointJob& job : jobs)
    folders_[job.key] = job.folder;
  try {
    if (settings_.resume) {
      submit(attach(jobs));
    } else {
      refuse_second_submission();
      submit(jobs);
    }
  } catch (const SlurmRefusal& refusal) {
    throw InputError(std::string("Slurm refuses: ") + refusal.what());
  }
  if (stop_) {
    cancel(names());
  } else if (!settings_.detach) {
    wait();
  }
}

void SlurmEngine::wait() {
  while (!watch_.empty()) {
    look();
    if (watch_.empty()) break;
    rest(Clock::now() + interval(watch_.size()));
    if (stop_) return cancel(names());
  }
  record_.forget_all();
}

void SlurmEngine::look() {
  const auto now = Clock::now();
  bool known = false;
  try {
    take_in(slurm_.queue(), now);
    known = true;
    last_complaint_.clear();
  } catch (const SlurmRefusal& refusal) {
    // A controller that restarts is no reason to give up: points go on without it.
    if (last_complaint_ != refusal.what()) note(refusal.what());
    last_complaint_ = refusal.what();
  }
  collect_outcomes();
  if (known) give_up_lost(now);
}

void SlurmEngine::take_in(const std::vector<SlurmTask>& queue, SlurmWatch::Instant now) {
  for (const SlurmWatch::News& news : watch_.look(queue, now)) {
    switch (news.kind) {
      case SlurmWatch::News::Kind::started:
        note(news.key + " runs: " + news.text);
        observer_->started(news.key);
        break;
      case SlurmWatch::News::Kind::requeued:
        note(news.key + " was requeued: " + news.text);
        break;
      case SlurmWatch::News::Kind::refused:
        cancel(names());
        throw InputError("Slurm would never run these jobs: " + news.text);
    }
  }
}

void SlurmEngine::collect_outcomes() {
  for (const std::string& key : watch_.candidates()) {
    if (const auto outcome = read_outcome(folders_.at(key))) end_point(key, *outcome);
  }
}

void SlurmEngine::give_up_lost(SlurmWatch::Instant now) {
  for (const SlurmWatch::Lost& lost : watch_.lost(now)) {
    const Outcome outcome{.status = PointStatus::failed, .message = lost.message};
    record_outcome(folders_.at(lost.key), outcome);
    try {
      slurm_.cancel_task(lost.task);  // It may still be in the queue, held.
    } catch (const SlurmRefusal&) {
      // It isn't.
    }
    end_point(lost.key, outcome);
  }
}

void SlurmEngine::end_point(const std::string& key, const Outcome& outcome) {
  note(key + " ended: " + watch_.finish(key) +
       (outcome.message.empty() ? "" : ": " + outcome.message));
  observer_->ended(key, outcome);
}

void SlurmEngine::cancel(const std::vector<std::string>& names) {
  try {
    for (const std::string& name : names)
      slurm_.cancel_jobs(name);
    wait_until_gone(names);
    for (const std::string& name : names)
      record_.forget(name);
    note("cancelled");
  } catch (const SlurmRefusal& refusal) {
    note(std::string("could not cancel: ") + refusal.what());
  }
  collect_outcomes();
}

void SlurmEngine::wait_until_gone(const std::vector<std::string>& names) {
  // Slurm asks tasks to end and kills them after KillWait, 30 s by default.
  const auto deadline = Clock::now() + std::chrono::minutes(1);
  const std::set<std::string> ours(names.begin(), names.end());
  while (Clock::now() < deadline) {
    const auto queue = slurm_.queue();
    if (std::none_of(queue.begin(), queue.end(), [&](const SlurmTask& task) {
          return ours.count(task.name) != 0 && is_alive(task);
        })) {
      return;
    }
    rest(Clock::now() + std::chrono::milliseconds(500));
  }
}

std::vector<std::string> SlurmEngine::names() const {
  std::vector<std::string> names;
  for (const SlurmSubmission& submission : record_.submissions())
    names.push_back(submission.name);
  return names;
}

void SlurmEngine::rest(SlurmWatch::Instant until) {
  const bool stopping = stop_;
  while (Clock::now() < until && stop_ == stopping) {
    if (observer_->poll()) stop_ = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace doorbell::sweep
