#include "platforms/explore/sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/sweep/collect.h"
#include "platforms/explore/sweep/files.h"
#include "platforms/explore/sweep/point_folder.h"
#include "platforms/explore/sweep/run_point.h"
#include "platforms/explore/sweep/slurm_record.h"
#include "platforms/version.h"

namespace doorbell::sweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* points_folder = "points";
constexpr const char* plan_copy = "plan.yaml";
constexpr const char* lock_file = "lock";
constexpr const char* log_file = "log";

/// Nothing of a person's shall come to lie among the files of a sweep.
void check_directory(const fs::path& directory) {
  std::error_code none;
  if (!fs::exists(directory, none) || fs::exists(directory / lock_file, none)) return;
  if (fs::is_directory(directory, none) && fs::is_empty(directory, none)) return;
  throw InputError(directory.string(), 0, "output", "a new folder, or one of an earlier sweep",
                   "something else");
}

bool same_outcomes(const SweepResult& a, const SweepResult& b) {
  if (a.plan != b.plan || a.points.size() != b.points.size()) return false;
  for (std::size_t i = 0; i < a.points.size(); ++i) {
    const SweepPoint& x = a.points[i];
    const SweepPoint& y = b.points[i];
    if (x.key != y.key || x.status != y.status || x.message != y.message) return false;
  }
  return true;
}

}  // namespace

Sweep::Sweep(const Plan& plan, SweepOrder order, const PlatformReader& reader,
             const IsDescribed& is_described)
    : plan_(plan), order_(std::move(order)), expansion_(plan, reader, is_described) {
  const std::uint64_t bound = expansion_.bound();
  if (bound > most_points_unasked && !order_.any_size) {
    throw InputError(plan.file, 0, "points",
                     fmt::format("at most {}, or --yes", most_points_unasked),
                     std::to_string(bound));
  }
  check_directory(order_.directory);
  result_ = expansion_.expand(std::string(version), std::string(model_hash()));
}

fs::path Sweep::folder_of(const std::string& key) const {
  return order_.directory / points_folder / key;
}

void Sweep::make_directory() const {
  const fs::path copy = order_.directory / plan_copy;
  if (read_text(copy) != plan_.text) write_whole(copy, plan_.text);
  make_folder(order_.directory / points_folder);
}

/// A point explains its slowest MSIs only if it was run for that.
bool Sweep::is_to_run_again(const Outcome& outcome, const fs::path& folder) const {
  if (outcome.status == PointStatus::failed) return order_.retry_failed;
  return slowest_of(folder) < order_.slowest;
}

SweepPosition Sweep::look_at_points() {
  SweepPosition position;
  std::set<std::string> seen;
  for (const SweepPoint& point : result_.points) {
    if (!seen.insert(point.key).second) continue;
    ++position.points;
    const auto outcome = read_outcome(folder_of(point.key));
    if (!outcome) continue;
    if (is_to_run_again(*outcome, folder_of(point.key))) {
      forget_outcome(folder_of(point.key));
    } else {
      ++(outcome->status == PointStatus::done ? position.done : position.failed);
    }
  }
  return position;
}

std::vector<PointJob> Sweep::prepare() {
  std::vector<PointJob> jobs;
  std::set<std::string> seen;
  for (const SweepPoint& point : result_.points) {
    const fs::path folder = folder_of(point.key);
    if (!seen.insert(point.key).second) continue;
    const PointDescription description{expansion_.description(point),
                                       expansion_.workload_description(point)};
    fs::path trace;
    if (description.workload.empty())
      trace = fs::absolute(expansion_.workload(point)).lexically_normal();
    prepare_point(folder, description,
                  {.model = result_.model,
                   .workload_name = point.workload,
                   .workload = trace,
                   .workload_key = expansion_.workload_key(point),
                   .timeout = plan_.timeout,
                   .slowest = std::max(order_.slowest, slowest_of(folder)),
                   .restores = plan_.checkpoint.has_value(),
                   .measure_to = plan_.measure_to,
                   .warm_up = plan_.warm_up});
    if (read_outcome(folder)) {
      clear_attempts(folder);
    } else {
      jobs.push_back({point.key, fs::absolute(folder), plan_.timeout});
    }
  }
  return jobs;
}

bool Sweep::database_is_current() const {
  try {
    return same_outcomes(explore::read_sweep_points(order_.directory), result_);
  } catch (const InputError&) {
    return false;  // points are the truth: a database that can't be read is made anew
  }
}

void Sweep::write_database() {
  collect_outcomes(order_.directory / points_folder, result_);
  if (database_is_current()) return;
  collect_points(order_.directory / points_folder, result_);
  write_sweep_database(order_.directory / explore::sweep_database_name, result_);
}

SweepEnd Sweep::run(Engine& engine) {
  make_folder(order_.directory);
  const FileLock lock(order_.directory / lock_file);
  remove_unfinished(order_.directory);
  make_directory();
  const SweepPosition start = look_at_points();
  const std::vector<PointJob> jobs = prepare();
  // From here on a sweep that is killed leaves a database that says what it was to run.
  write_database();
  SweepProgress progress(start, order_.directory / log_file, stderr, order_.stop_asked);
  if (!jobs.empty()) progress.note(fmt::format("{} points to run", jobs.size()));
  engine.run(jobs, progress);
  write_database();
  return {progress.position(), progress.stopped()};
}

fs::path statistics_of_point(const fs::path& directory, std::uint64_t number) {
  const SweepResult result = explore::read_sweep_points(directory);
  if (number == 0 || number > result.points.size())
    throw InputError(directory.string(), 0, "point", fmt::format("1 to {}", result.points.size()),
                     std::to_string(number));
  const fs::path folder = fs::is_directory(directory) ? directory : directory.parent_path();
  const fs::path point = folder / points_folder / result.points[number - 1].key;
  const auto outcome = read_outcome(point);
  if (!outcome || outcome->status != PointStatus::done)
    throw InputError(directory.string(), 0, fmt::format("point {}", number),
                     "one that is done, with its folder", outcome ? outcome->message : "none");
  return point / point_file::statistics;
}

std::vector<fs::path> files_of_sweep(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const char* const name :
       {explore::sweep_database_name, plan_copy, lock_file, log_file, slurm_record_name})
    files.push_back(directory / name);
  return files;
}

SweepResult collected(const fs::path& directory) {
  SweepResult result = explore::read_sweep_database(directory);
  if (!fs::is_directory(directory / points_folder)) return result;
  SweepResult now = result;
  collect_outcomes(directory / points_folder, now);
  bool more = false;
  for (std::size_t i = 0; i < now.points.size(); ++i)
    more |= result.points[i].status == PointStatus::missing &&
            now.points[i].status != PointStatus::missing;
  if (!more) return result;
  collect_points(directory / points_folder, now);
  try {
    // Whoever is at work there writes it too, and knows more by then.
    const FileLock lock(directory / lock_file);
    write_sweep_database(directory / explore::sweep_database_name, now);
  } catch (const InputError&) {
    // It isn't needed, to look.
  }
  return now;
}

}  // namespace doorbell::sweep
