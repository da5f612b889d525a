#include "platforms/explore/sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/output_file.h"
#include "platforms/command/commands.h"
#include "platforms/command/description.h"
#include "platforms/command/files_apart.h"
#include "platforms/command/stop_request.h"
#include "platforms/exit_status.h"
#include "platforms/explore/results/sweep_csv.h"
#include "platforms/explore/results/sweep_database.h"
#include "platforms/explore/sweep/local_engine.h"
#include "platforms/explore/sweep/slurm_engine.h"

namespace doorbell {
namespace {

using explore::PointStatus;
using explore::SweepPoint;
using explore::SweepResult;

constexpr std::size_t failures_shown = 5;

std::unique_ptr<sweep::Engine> make_slurm_engine(const SweepOptions& options) {
  return std::make_unique<sweep::SlurmEngine>(
      sweep::SlurmSettings{.directory = std::filesystem::absolute(options.directory),
                           .doorbell = std::filesystem::read_symlink("/proc/self/exe"),
                           .partition = options.slurm.partition,
                           .max_running = options.slurm.max_running,
                           .detach = options.slurm.detach,
                           .resume = options.slurm.resume});
}

std::unique_ptr<sweep::Engine> make_engine(const SweepOptions& options) {
  if (options.engine == "slurm") return make_slurm_engine(options);
  if (options.slurm.any())
    throw InputError("--partition, --max-running, --detach and --resume need --engine slurm");
  if (sweep::slurm_has_points_of(options.directory)) {
    throw InputError(options.directory +
                     ": its points are in Slurm's queue: wait for them with "
                     "--engine slurm --resume, or remove slurm.json there");
  }
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return std::make_unique<sweep::LocalEngine>(options.processes != 0 ? options.processes : cores);
}

/// The file of `--csv`. It is opened before anything runs, so that one that can't be written is
/// found out at once and not after a night.
class CsvOutput {
 public:
  explicit CsvOutput(const std::string& file) : to_standard_output_(file == "-") {
    if (!file.empty() && !to_standard_output_) file_.emplace(file);
  }

  void write(const SweepResult& result) {
    if (to_standard_output_)
      explore::write_csv(result, [](std::string_view text) { fmt::print("{}", text); });
    if (!file_) return;
    explore::write_csv(result, [this](std::string_view text) { file_->write(text); });
    file_->close();
  }

 private:
  const bool to_standard_output_;
  std::optional<OutputFile> file_;
};

/// What a person wants to know at the end. On standard error when the results go to standard
/// output.
int tell(const SweepResult& result, const SweepOptions& options, const std::string& directory) {
  const auto count = [&](PointStatus status) {
    return std::count_if(result.points.begin(), result.points.end(),
                         [&](const SweepPoint& point) { return point.status == status; });
  };
  std::FILE* out = options.csv == "-" ? stderr : stdout;
  const auto failed = count(PointStatus::failed);
  std::size_t shown = 0;
  for (const SweepPoint& point : result.points) {
    if (point.status == PointStatus::failed && shown++ < failures_shown)
      fmt::print(out, "failed: {}: {}\n", point.key, point.message);
  }
  const auto missing = count(PointStatus::missing);
  fmt::print(out, "{} points: {} done, {} failed{}. Results in {}\n", result.points.size(),
             count(PointStatus::done), failed,
             missing != 0 ? fmt::format(", {} not run yet", missing) : "",
             (std::filesystem::path(directory) / explore::sweep_database_name).string());
  return failed != 0 ? exit_status::difference : EXIT_SUCCESS;
}

/// The sweep's own in `folder`, which the results in CSV are not to replace.
std::vector<CommandFile> files_of_sweep(const std::string& folder) {
  std::vector<CommandFile> files;
  for (const auto& file : sweep::files_of_sweep(folder))
    files.push_back({"the sweep's", file.string()});
  return files;
}

/// What a plan names, wherever it does.
std::vector<CommandFile> files_of(const sweep::Plan& plan) {
  std::vector<CommandFile> files{{"plan", plan.file}, {"platform", plan.platform_file()}};
  const auto add_overlays = [&](const std::vector<sweep::PlanText>& overlays) {
    for (const sweep::PlanText& overlay : overlays)
      files.push_back({"with", plan.overlay(overlay)});
  };
  const auto add_workload = [&](const sweep::PlanText& workload) {
    files.push_back({"workload", plan.workload_file(workload)});
  };
  add_overlays(plan.overlays);
  std::for_each(plan.workloads.begin(), plan.workloads.end(), add_workload);
  for (const sweep::AxisPlan& axis : plan.axes) {
    for (const sweep::VariantPlan& variant : axis.variants) {
      add_overlays(variant.overlays);
      if (variant.workload) add_workload(*variant.workload);
    }
  }
  return files;
}

void check_csv(const SweepOptions& options, std::vector<CommandFile> files) {
  if (options.csv == "-") return;
  files.push_back({"--csv", options.csv, CommandFile::Use::written});
  check_apart(files);
}

int show(const SweepOptions& options) {
  if (options.slowest != 0)
    throw InputError("sweep: expected a plan with --slowest, found the folder " + options.plan);
  check_csv(options, files_of_sweep(options.plan));
  const SweepResult result = sweep::collected(options.plan);
  CsvOutput(options.csv).write(result);
  return tell(result, options, options.plan);
}

/// The platform and the overlays are there; else the plan's line is named, where their own readers
/// know only what it says.
void check_files(const sweep::Plan& plan) {
  const std::filesystem::path platform = plan.platform_file();
  std::error_code none;
  if (!std::filesystem::exists(platform, none) || std::filesystem::is_directory(platform, none))
    throw InputError(plan.file, plan.platform.line, "platform",
                     "a YAML description, or the name of one", "'" + plan.platform.text + "'");
  const auto check_overlays = [&](const std::vector<sweep::PlanText>& overlays) {
    for (const sweep::PlanText& overlay : overlays) {
      try {
        overlay_file(plan.overlay(overlay), platform.string());
      } catch (const InputError& error) {
        const std::string place = plan.file + ":" + std::to_string(overlay.line) + ": ";
        throw InputError(std::string(error.what()).starts_with(place) ? error.what()
                                                                      : place + error.what());
      }
    }
  };
  check_overlays(plan.overlays);
  for (const sweep::AxisPlan& axis : plan.axes) {
    for (const sweep::VariantPlan& variant : axis.variants)
      check_overlays(variant.overlays);
  }
}

sweep::Plan read_checked(const std::string& file) {
  sweep::Plan plan = sweep::read_plan(file);
  check_files(plan);
  return plan;
}

/// A sweep of nowhere, which checks its plan as any does.
int check(const SweepOptions& options) {
  const sweep::Plan plan = read_checked(options.plan);
  const sweep::Sweep sweep(plan, {.any_size = options.any_size}, read_point,
                           workload::is_description);
  fmt::print("{} points\n", sweep.points());
  return EXIT_SUCCESS;
}

}  // namespace

int sweep_plan(const SweepOptions& options) {
  if (options.check) return check(options);
  if (std::filesystem::is_directory(options.plan)) return show(options);
  if (options.directory.empty())
    throw InputError("sweep: expected -o DIR, the folder of the results");
  const sweep::Plan plan = read_checked(options.plan);
  check_csv(options, files_of_sweep(options.directory));
  check_csv(options, files_of(plan));
  const StopRequest stop_request;
  sweep::Sweep sweep(plan,
                     {.directory = options.directory,
                      .any_size = options.any_size,
                      .retry_failed = options.retry_failed,
                      .slowest = options.slowest,
                      .stop_asked = StopRequest::asked},
                     read_point, workload::is_description);
  CsvOutput csv(options.csv);
  const auto engine = make_engine(options);
  const sweep::SweepEnd end = sweep.run(*engine);
  const SweepResult result = options.csv.empty() ? explore::read_sweep_points(options.directory)
                                                 : explore::read_sweep_database(options.directory);
  csv.write(result);
  const int status = tell(result, options, options.directory);
  return end.stopped ? exit_status::interrupted : status;
}

}  // namespace doorbell
