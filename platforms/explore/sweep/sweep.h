#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "platforms/explore/sweep/engine.h"
#include "platforms/explore/sweep/expansion.h"
#include "platforms/explore/sweep/plan.h"
#include "platforms/explore/sweep/sweep_progress.h"

namespace doorbell::sweep {

/// More points than that need `--yes`.
inline constexpr std::uint64_t most_points_unasked = 10'000;

/// What a sweep is to do, beside its plan.
struct SweepOrder {
  std::filesystem::path directory;   ///< DIR: where the results are; empty: it doesn't run.
  bool any_size = false;             ///< However many points the plan has.
  bool retry_failed = false;         ///< Points that failed earlier run again.
  std::uint64_t slowest = 0;         ///< How many of the slowest MSIs each point explains.
  std::function<bool()> stop_asked;  ///< Whether to end now; asked several times a second.
};

/// What a sweep has come to.
struct SweepEnd {
  SweepPosition position;
  bool stopped = false;
};

/// One sweep: the points of a plan, what is known of them in DIR, and its database.
class Sweep {
 public:
  /// Everything is checked before anything is written. InputError for what is wrong.
  Sweep(const Plan& plan, SweepOrder order, const PlatformReader& reader,
        const IsDescribed& is_described = {});

  /// Of the plan, equal ones counted each.
  std::size_t points() const { return result_.points.size(); }

  /// Runs on `engine` what hasn't run yet, and writes the database of all that has. Nobody else may
  /// work in DIR meanwhile. InputError when that can't go on, such as on a full disk: what was
  /// found until then is kept.
  SweepEnd run(Engine& engine);

 private:
  std::filesystem::path folder_of(const std::string& key) const;
  void make_directory() const;
  SweepPosition look_at_points();
  bool is_to_run_again(const Outcome& outcome, const std::filesystem::path& folder) const;
  std::vector<PointJob> prepare();
  void write_database();
  bool database_is_current() const;

  const Plan& plan_;
  const SweepOrder order_;
  Expansion expansion_;
  SweepResult result_;
};

/// The statistics file of a point that is done in DIR, a sweep's folder or its database, by its
/// number in the database. InputError where there is no such point, or it has no results.
std::filesystem::path statistics_of_point(const std::filesystem::path& directory,
                                          std::uint64_t number);

/// What a sweep keeps in DIR, or will, beside the folders of its points.
std::vector<std::filesystem::path> files_of_sweep(const std::filesystem::path& directory);

/// What is in DIR now, without running anything: its database, written anew when points have ended
/// since, unless a sweep is at work there or nothing can be written.
SweepResult collected(const std::filesystem::path& directory);

}  // namespace doorbell::sweep
