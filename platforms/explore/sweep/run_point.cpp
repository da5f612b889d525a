#include "platforms/explore/sweep/run_point.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/new_file.h"
#include "platforms/exit_status.h"
#include "platforms/explore/sweep/files.h"
#include "platforms/explore/sweep/key.h"
#include "platforms/explore/sweep/point_folder.h"
#include "platforms/host/child_process.h"
#include "platforms/version.h"

namespace doorbell::sweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* attempt_prefix = "attempt-";
constexpr std::string_view own_name = "doorbell: ";  // before every error
/// Also when its file has been replaced since it was started.
constexpr const char* this_program = "/proc/self/exe";

/// A folder of its own in the folder of a point, so that two attempts that overlap (a cluster may
/// start a task again that still lives elsewhere) don't meet; gone at the end.
class AttemptFolder {
 public:
  explicit AttemptFolder(const fs::path& point) {
    std::string name = (point / attempt_prefix).string() + "XXXXXX";
    if (mkdtemp(name.data()) == nullptr) NewFile::fail(point, errno);
    path_ = name;
  }
  ~AttemptFolder() {
    std::error_code none;
    fs::remove_all(path_, none);
  }
  AttemptFolder(const AttemptFolder&) = delete;
  AttemptFolder& operator=(const AttemptFolder&) = delete;

  const fs::path& path() const { return path_; }
  void move_out(const char* name) const {
    std::error_code error;
    fs::rename(path_ / name, path_.parent_path() / name, error);
    if (error) NewFile::fail(path_.parent_path() / name, error.value());
  }

 private:
  fs::path path_;
};

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "";
  const std::size_t newline = text.find_last_of("\r\n", end);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  return text.substr(begin, end + 1 - begin);
}

/// As the run is told it, in the folder of its attempt.
std::string workload_path(const PointOrder& order) {
  return order.workload.empty() ? std::string("../") + point_file::workload
                                : order.workload.string();
}

/// Without what differs between machines: the workload by its name in the plan.
std::string without_paths(std::string text, const PointOrder& order) {
  const std::string path = workload_path(order);
  for (std::size_t at = 0; (at = text.find(path, at)) != std::string::npos;
       at += order.workload_name.size())
    text.replace(at, path.size(), order.workload_name);
  return text;
}

Outcome outcome_of(const ChildEnd& end, const PointOrder& order) {
  if (end.timed_out)
    return {PointStatus::failed, fmt::format("took longer than {} s", order.timeout)};
  if (end.status == 0 && end.signal == 0) return {PointStatus::done, ""};
  std::string message = end.signal != 0
                            ? fmt::format("signal {} ({})", end.signal, strsignal(end.signal))
                            : fmt::format("status {}", end.status);
  std::string line = without_paths(last_line(end.output), order);
  if (line.starts_with(own_name)) line.erase(0, own_name.size());
  if (!line.empty()) message += ": " + line;
  return {PointStatus::failed, message};
}

/// A disk that is full says nothing about the point: it runs again when there is room.
void check_disk(const ChildEnd& end, const fs::path& folder) {
  for (const int error : {ENOSPC, EDQUOT}) {
    if (last_line(end.output).find(std::strerror(error)) != std::string::npos)
      NewFile::fail(folder, error);
  }
}

void check_model(const PointOrder& order, const fs::path& folder) {
  if (order.model == model_hash()) return;
  throw InputError(folder.string(), 0, "point", "model " + order.model,
                   "model " + std::string(model_hash()) + " in this doorbell");
}

/// The key of a point stands for its workload as it was when the sweep began.
void check_workload(const PointOrder& order) {
  if (order.workload.empty()) return;  // the point's folder has it
  if (file_key(identifying_file(order.workload)) == order.workload_key) return;
  throw InputError(order.workload.string(), 0, "workload", "what it was when the sweep began",
                   "that it has changed");
}

/// Whoever ends a sweep may signal its runs as well (killall, a service manager, a cluster), and
/// they may be the first to end: for a second that is no outcome yet.
bool ended_with_sweep(const ChildEnd& end, const std::function<bool()>& stop) {
  const bool asked =
      end.status == exit_status::interrupted || end.signal == SIGINT || end.signal == SIGTERM;
  for (int i = 0; asked && i < 50; ++i) {
    if (stop()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

/// As it is given in the folder of an attempt.
std::vector<std::string> command_of(const PointOrder& order) {
  std::vector<std::string> command{this_program,
                                   "run",
                                   std::string("../") + point_file::description,
                                   order.restores ? "--restore" : "--workload",
                                   workload_path(order),
                                   "--stats",
                                   point_file::statistics};
  if (order.slowest != 0) {
    command.emplace_back("--slowest");
    command.push_back(std::to_string(order.slowest));
  }
  if (!order.measure_to.empty()) command.insert(command.end(), {"--measure-to", order.measure_to});
  if (!order.warm_up.empty()) command.insert(command.end(), {"--warm-up", order.warm_up});
  return command;
}

}  // namespace

void clear_attempts(const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().filename().string().starts_with(attempt_prefix))
      fs::remove_all(entry.path(), none);
  }
  remove_unfinished(folder);
}

std::optional<Outcome> run_point(const fs::path& folder, const std::function<bool()>& stop) {
  if (auto outcome = read_outcome(folder)) return outcome;
  const PointOrder order = read_order(folder);
  check_model(order, folder);
  check_workload(order);
  const AttemptFolder attempt(folder);
  const auto end = run_child(
      command_of(order),
      {.folder = attempt.path(), .timeout = order.timeout, .stop = stop, .kept = 64 * 1024});
  if (!end || ended_with_sweep(*end, stop)) return std::nullopt;
  // Another attempt that overlapped with this one may have come first.
  if (auto other = read_outcome(folder)) return other;
  const Outcome outcome = outcome_of(*end, order);
  if (outcome.status == PointStatus::failed) check_disk(*end, folder);
  write_whole(attempt.path() / point_file::log, end->output);
  attempt.move_out(point_file::log);
  if (outcome.status == PointStatus::done) attempt.move_out(point_file::statistics);
  record_outcome(folder, outcome);
  clear_attempts(folder);
  return outcome;
}

}  // namespace doorbell::sweep
