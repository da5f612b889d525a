#include "tests/explore/slurm/sweep_on_cluster.h"

#include <signal.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

namespace doorbell::testing {
namespace fs = std::filesystem;

bool comes_true(std::chrono::seconds within, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

std::string in_queue(const std::string& format) {
  return run_command("squeue --noheader --array --format=" + format).output;
}

namespace {

std::string plan_text(const std::string& workload, int count) {
  return "platform: " + source_path("platforms/virt.yaml") + "\nworkloads: [" + workload +
         "]\naxes:\n  replay.outstanding: {from: 1, step: 1, to: " + std::to_string(count) + "}\n";
}

}  // namespace

std::string plan_of_points(int count) {
  return plan_text(source_path("traces/workloads/nvme_seqwrite.trace.gz"), count);
}

std::string plan_of_long_points(int count, const ScratchDirectory& folder) {
  return plan_text(long_workload(folder), count);
}

std::string long_workload(const ScratchDirectory& folder) {
  const std::string trace = folder.path("long.trace");
  const auto made =
      run_command("python3 " + source_path("tests/bench/long_recording.py") + " 100000 > " +
                  folder.path("long.csv") + " && " DOORBELL_COMMAND " trace import " +
                  folder.path("long.csv") + " -o " + trace);
  if (made.status != 0) throw std::runtime_error("no long workload: " + made.errors);
  return trace;
}

RunningSweep::RunningSweep(const std::string& plan, const std::string& directory,
                           const std::string& options) {
  const std::string command = "echo $$ > " + folder_.path("process") +
                              "; exec " DOORBELL_COMMAND " sweep " + plan + " -o " + directory +
                              " --engine slurm " + options;
  result_ = std::async(std::launch::async, [command] { return run_command(command); });
}

void RunningSweep::signal(int number) const {
  ::kill(std::stoi(read_file(folder_.path("process"))), number);
}

std::string local_database(const std::string& plan, const ScratchDirectory& folder) {
  run_doorbell("sweep " + plan + " -o " + folder.path("local"));
  return read_file(folder.path("local/sweep.sqlite"));
}

namespace {

/// Points in a sweep's folder in which a name begins so.
int points_with(const std::string& name, const std::string& directory) {
  int count = 0;
  std::error_code none;
  for (const auto& point : fs::directory_iterator(fs::path(directory) / "points", none)) {
    for (const auto& entry : fs::directory_iterator(point.path(), none)) {
      count += entry.path().filename().string().starts_with(name) ? 1 : 0;
    }
  }
  return count;
}

}  // namespace

int outcomes(const std::string& directory) {
  return points_with("outcome.json", directory);
}

int attempts(const std::string& directory) {
  return points_with("attempt-", directory);
}

}  // namespace doorbell::testing
