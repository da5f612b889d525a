#include "platforms/explore/sweep/slurm_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>

#include "doorbell/core/arch/error.h"

namespace doorbell::sweep {
namespace {

// squeue fills and cuts each column to its width, so values may hold spaces and need no separator.
struct Column {
  const char* name;
  std::size_t width;
};
constexpr std::array<Column, 8> columns{{{"Name", 64},
                                         {"ArrayJobID", 20},
                                         {"ArrayTaskID", 20},
                                         {"State", 20},
                                         {"RestartCnt", 12},
                                         {"TimeUsed", 20},
                                         {"NodeList", 64},
                                         {"Reason", 64}}};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::array<std::string, columns.size()> cells(const std::string& line) {
  std::array<std::string, columns.size()> found;
  std::size_t start = 0;
  for (std::size_t i = 0; i < columns.size() && start < line.size(); ++i) {
    found[i] = trimmed(std::string_view(line).substr(start, columns[i].width));
    start += columns[i].width;
  }
  return found;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> set) {
  return std::find(set.begin(), set.end(), text) != set.end();
}

}  // namespace

std::vector<std::string> squeue_arguments() {
  std::string format;
  for (const Column& column : columns) {
    if (!format.empty()) format += ',';
    format += std::string(column.name) + ":" + std::to_string(column.width);
  }
  return {"squeue", "--me", "--noheader", "--array", "--states=all", "--Format=" + format};
}

std::vector<SlurmTask> parse_squeue(const std::string& output) {
  std::vector<SlurmTask> tasks;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (trimmed(line).empty()) continue;
    const auto [name, job_text, index_text, state, restarts, time, nodes, reason] = cells(line);
    const auto job = number(job_text);
    if (!job || state.empty()) throw InputError("squeue printed what it shouldn't: " + line);
    const auto index = number(index_text);
    if (!index) continue;  // Not of an array: N/A.
    tasks.push_back({.name = name,
                     .job = *job,
                     .index = *index,
                     .state = state,
                     .restarts = number(restarts).value_or(0),
                     .time = time,
                     .nodes = nodes,
                     .reason = reason});
  }
  return tasks;
}

SlurmPhase phase_of(const std::string& state) {
  if (is_one_of(state, {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD",
                        "RESV_DEL_HOLD", "SPECIAL_EXIT"})) {
    return SlurmPhase::waiting;
  }
  if (is_one_of(state, {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL",
                        "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"})) {
    return SlurmPhase::ended;
  }
  return SlurmPhase::running;
}

bool is_refusal(const std::string& reason) {
  return is_one_of(reason, {"AccountNotAllowed", "AssociationTimeLimit",
                            "AssocMaxWallDurationPerJobLimit", "BadConstraints", "InvalidAccount",
                            "InvalidQOS", "PartitionNodeLimit", "PartitionTimeLimit",
                            "QOSMaxWallDurationPerJobLimit", "QOSNotAllowed", "QOSTimeLimit"});
}

bool is_stuck(const SlurmTask& task) {
  return is_one_of(task.state, {"REQUEUE_HOLD", "SPECIAL_EXIT"}) ||
         is_one_of(task.reason, {"launch failed requeued held", "job requeued in held state"});
}

std::uint64_t parse_max_array_size(const std::string& output) {
  constexpr std::uint64_t slurms_default = 1001;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || trimmed(line.substr(0, equals)) != "MaxArraySize") continue;
    return number(trimmed(std::string_view(line).substr(equals + 1))).value_or(slurms_default);
  }
  return slurms_default;
}

std::optional<std::uint64_t> parse_sbatch(const std::string& output) {
  const std::string_view text = trimmed(output);
  return number(trimmed(text.substr(0, text.find(';'))));
}

std::string complaint(const std::string& errors) {
  std::string last = "it says nothing";
  std::istringstream lines(errors);
  for (std::string line; std::getline(lines, line);) {
    if (!trimmed(line).empty()) last = trimmed(line);
  }
  for (const std::string_view mark : {"error: ", "fatal: "}) {
    if (const auto at = last.find(mark); at != std::string::npos) last.erase(0, at + mark.size());
  }
  return last;
}

}  // namespace doorbell::sweep
