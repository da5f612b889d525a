#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platforms/explore/sweep/slurm_text.h"

namespace doorbell::sweep {

/// Follows the tasks of a sweep from one look at Slurm's queue to the next. It decides who may have
/// ended and who is lost; whether a point has an outcome, which is all that counts in the end, is
/// looked up by the caller.
class SlurmWatch {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// How long the outcome of a task that has left may take to be seen: a file server shows a file
  /// late to other machines, and Slurm may requeue what it has just called failed.
  static constexpr std::chrono::seconds patience{10};
  /// The same when Slurm says COMPLETED: then it has been written.
  static constexpr std::chrono::seconds patience_with_completed{90};

  /// Something for the log, and for the observer.
  struct News {
    enum class Kind { started, requeued, refused };
    Kind kind;
    std::string key;
    std::string text;  ///< With job and node; of a refusal the reason alone.
  };
  /// A point that will have no outcome.
  struct Lost {
    std::string key;
    std::string message;  ///< For the outcome: no node, no job.
    std::string task;     ///< As scancel and the log know it: "12_3".
  };

  /// From now on this task is watched. Another task of the same point is forgotten.
  void add(const std::string& key, std::uint64_t job, std::uint64_t index);

  /// Takes in the whole queue as it is now.
  std::vector<News> look(const std::vector<SlurmTask>& queue, Instant now);

  /// Points that may have an outcome: all whose tasks don't wait.
  std::vector<std::string> candidates() const;

  /// Those who have left the queue too long ago. To be asked when `candidates` have been looked at.
  std::vector<Lost> lost(Instant now) const;

  /// The point has an outcome: it isn't watched any longer. Returns the last that was known of its
  /// task, for the log.
  std::string finish(const std::string& key);

  bool empty() const { return watched_.empty(); }
  std::size_t size() const { return watched_.size(); }

 private:
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // Job and index.
  struct Watched {
    Place place;
    std::optional<SlurmTask> seen{};  // Not in the queue's last state: as it was when last in it.
    bool waiting = true;
    bool started = false;
    std::optional<Instant> left{};  // Since when it has been seen as ended, or not at all.
  };

  void take_in(const std::string& key, Watched& watched, const SlurmTask* task, Instant now,
               std::vector<News>& news);

  std::map<std::string, Watched> watched_;  // By key.
};

}  // namespace doorbell::sweep
