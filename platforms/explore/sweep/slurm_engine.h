#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "platforms/explore/sweep/engine.h"
#include "platforms/explore/sweep/slurm_client.h"
#include "platforms/explore/sweep/slurm_record.h"
#include "platforms/explore/sweep/slurm_watch.h"

namespace doorbell::sweep {

struct SlurmSettings {
  std::filesystem::path directory;  ///< Of the sweep: the same path on every node.
  std::filesystem::path doorbell;   ///< The command that tasks run: the same path on every node.
  std::string partition{};          ///< Empty: the cluster's default.
  std::uint64_t max_running = 0;    ///< Tasks at a time; 0: as many as the cluster lets run.
  bool detach = false;              ///< Return when everything is submitted.
  bool resume = false;              ///< Wait for what an earlier process has submitted.
};

/// Runs points as tasks of Slurm job arrays (docs/slurm.md). Slurm decides when and where; only an
/// outcome in the point's folder says that a point is done. A task that Slurm ended, gave up or
/// lost without one is a failed point.
///
/// InputError when Slurm isn't here, refuses the jobs, or still has jobs of this sweep and `resume`
/// isn't set: then nothing stays submitted that wasn't before.
class SlurmEngine final : public Engine {
 public:
  explicit SlurmEngine(const SlurmSettings& settings);

  /// With `detach` it returns with points that have no outcome.
  void run(const std::vector<PointJob>& jobs, Observer& observer) override;

 private:
  std::vector<PointJob> attach(const std::vector<PointJob>& jobs);
  std::uint64_t find_job(const SlurmSubmission& submission, const std::vector<SlurmTask>& queue);
  void refuse_second_submission();
  void submit(const std::vector<PointJob>& jobs);
  std::string submit_array(const SlurmArray& array);

  void wait();
  void look();
  void take_in(const std::vector<SlurmTask>& queue, SlurmWatch::Instant now);
  void collect_outcomes();
  void give_up_lost(SlurmWatch::Instant now);
  void end_point(const std::string& key, const Outcome& outcome);

  void cancel(const std::vector<std::string>& names);
  void wait_until_gone(const std::vector<std::string>& names);
  std::vector<std::string> names() const;
  void rest(SlurmWatch::Instant until);
  void note(const std::string& line) { observer_->note("slurm: " + line); }

  SlurmSettings settings_;
  SlurmRecord record_;
  SlurmClient slurm_;
  SlurmWatch watch_;
  std::map<std::string, std::filesystem::path> folders_;  // By key.
  Observer* observer_ = nullptr;                          // While run() runs.
  bool stop_ = false;
  std::uint64_t last_job_ = 0;  // Whose end the next array waits for, with max_running.
  std::string last_complaint_;
};

}  // namespace doorbell::sweep
