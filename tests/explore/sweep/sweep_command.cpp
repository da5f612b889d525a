#include "tests/explore/sweep/sweep_command.h"

#include <filesystem>
#include <sstream>

namespace doorbell::testing {
namespace {

/// The first records of a recording: a workload that takes no time.
std::string first_records(std::size_t count) {
  std::istringstream whole(run_command("gzip -dc " + source_path(DOORBELL_SMALL_WORKLOAD)).output);
  std::string text;
  std::string line;
  while (std::getline(whole, line) && line != "begin")
    text += line + "\n";
  text += "begin\n";
  for (std::size_t i = 0; i < count && std::getline(whole, line); ++i)
    text += line + "\n";
  return text + "end " + std::to_string(count) + "\n";
}

}  // namespace

SweepCommand::SweepCommand() {
  scratch_.write("small.trace", first_records(200));
}

std::string SweepCommand::plan(const std::string& more, const std::string& workloads) const {
  return scratch_.write("plan.yaml", "platform: " + source_path("platforms/virt.yaml") +
                                         "\nworkloads: [" + workloads + "]\n" + more);
}

CommandResult SweepCommand::sweep(const std::string& more, const std::string& options) const {
  return run_doorbell("sweep " + plan(more) + " -o " + directory() + " " + options);
}

std::string SweepCommand::log() const {
  return std::filesystem::exists(directory() + "/log") ? read_file(directory() + "/log") : "";
}

std::size_t SweepCommand::runs() const {
  std::istringstream lines(log());
  std::string line;
  std::size_t runs = 0;
  while (std::getline(lines, line))
    runs += line.find(" done in ") != std::string::npos ||
            line.find(" failed in ") != std::string::npos;
  return runs;
}

std::string SweepCommand::query(const std::string& sql) const {
  const CommandResult result =
      run_command("sqlite3 " + directory() + "/sweep.sqlite \"" + sql + "\"");
  EXPECT_EQ(result.status, 0) << result.errors;
  return result.output;
}

}  // namespace doorbell::testing
