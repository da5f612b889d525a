#include "platforms/explore/sweep/slurm_watch.h"

namespace doorbell::sweep {
namespace {

std::string task_name(const std::pair<std::uint64_t, std::uint64_t>& place) {
  return std::to_string(place.first) + "_" + std::to_string(place.second);
}

bool has_ended(const SlurmTask& task) {
  return phase_of(task.state) == SlurmPhase::ended || is_stuck(task);
}

std::string description(const SlurmTask& task) {
  std::string text = "task " + task_name({task.job, task.index}) + ", " + task.state;
  if (!task.reason.empty() && task.reason != "None") text += " (" + task.reason + ")";
  if (!task.nodes.empty()) text += " on " + task.nodes;
  if (!task.time.empty()) text += ", " + task.time;
  if (task.restarts > 0) text += ", requeued " + std::to_string(task.restarts) + " times";
  return text;
}

std::string message_of(const std::optional<SlurmTask>& seen) {
  if (!seen || !has_ended(*seen)) return "the cluster lost it";
  if (seen->state == "COMPLETED") return "it ended without a result";
  if (is_stuck(*seen)) return "the cluster could not start it";
  return "the cluster ended it: " + seen->state;
}

}  // namespace

void SlurmWatch::add(const std::string& key, std::uint64_t job, std::uint64_t index) {
  watched_[key] = {.place = {job, index}};
}

std::vector<SlurmWatch::News> SlurmWatch::look(const std::vector<SlurmTask>& queue, Instant now) {
  std::map<Place, const SlurmTask*> tasks;
  for (const SlurmTask& task : queue)
    tasks[{task.job, task.index}] = &task;
  std::vector<News> news;
  for (auto& [key, watched] : watched_) {
    const auto found = tasks.find(watched.place);
    take_in(key, watched, found == tasks.end() ? nullptr : found->second, now, news);
  }
  return news;
}

void SlurmWatch::take_in(const std::string& key, Watched& watched, const SlurmTask* task,
                         Instant now, std::vector<News>& news) {
  if (task == nullptr || has_ended(*task)) {
    if (!watched.left) watched.left = now;
    watched.waiting = false;
  } else {
    watched.left.reset();
    watched.waiting = phase_of(task->state) == SlurmPhase::waiting;
    if (watched.waiting && is_refusal(task->reason)) {
      news.push_back({News::Kind::refused, key, task->reason});
    }
  }
  if (task == nullptr) return;
  const std::uint64_t restarts = watched.seen ? watched.seen->restarts : 0;
  if (task->restarts > restarts) {
    news.push_back({News::Kind::requeued, key, description(*task)});
  }
  if (!watched.waiting && !watched.started) {
    watched.started = true;
    news.push_back({News::Kind::started, key, description(*task)});
  }
  watched.seen = *task;
}

std::vector<std::string> SlurmWatch::candidates() const {
  std::vector<std::string> keys;
  for (const auto& [key, watched] : watched_) {
    if (!watched.waiting) keys.push_back(key);
  }
  return keys;
}

std::vector<SlurmWatch::Lost> SlurmWatch::lost(Instant now) const {
  std::vector<Lost> lost;
  for (const auto& [key, watched] : watched_) {
    if (!watched.left) continue;
    const bool completed = watched.seen && watched.seen->state == "COMPLETED";
    if (now - *watched.left < (completed ? patience_with_completed : patience)) continue;
    lost.push_back({key, message_of(watched.seen), task_name(watched.place)});
  }
  return lost;
}

std::string SlurmWatch::finish(const std::string& key) {
  const auto found = watched_.find(key);
  if (found == watched_.end()) return {};
  const std::string text = found->second.seen ? description(*found->second.seen)
                                              : "task " + task_name(found->second.place);
  watched_.erase(found);
  return text;
}

}  // namespace doorbell::sweep
