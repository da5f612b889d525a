#include "platforms/explore/sweep/slurm_record.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/sweep/files.h"

namespace doorbell::sweep {
namespace {

using Json = nlohmann::ordered_json;
constexpr int format = 1;

/// Different in every sweep, on every machine: only in names of jobs, never in a result.
std::string unique_name() {
  std::random_device device;
  std::string name = "doorbell-";
  for (int i = 0; i < 12; ++i)
    name += "0123456789abcdef"[device() % 16];
  return name;
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw InputError("can't read " + path.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

}  // namespace

bool slurm_has_points_of(const std::filesystem::path& directory) {
  return std::filesystem::exists(directory / slurm_record_name);
}

SlurmRecord::SlurmRecord(std::filesystem::path directory) : directory_(std::move(directory)) {
  load();
}

void SlurmRecord::load() {
  const std::filesystem::path path = directory_ / slurm_record_name;
  std::ifstream in(path);
  if (!in) return;
  try {
    const Json json = Json::parse(in);
    if (json.at("format") != format) throw InputError(path.string() + ": of another version");
    for (const Json& array : json.at("arrays")) {
      const std::string name = array.at("name");
      submissions_.push_back(
          {.name = name, .job = array.at("job"), .keys = read_lines(list_of(name))});
    }
  } catch (const Json::exception& error) {
    throw InputError(path.string() + ": " + error.what());
  }
}

void SlurmRecord::save() const {
  Json arrays = Json::array();
  for (const SlurmSubmission& submission : submissions_) {
    arrays.push_back({{"name", submission.name}, {"job", submission.job}});
  }
  write_whole(directory_ / slurm_record_name,
              Json{{"format", format}, {"arrays", arrays}}.dump(2) + "\n");
}

std::string SlurmRecord::announce(const std::vector<std::string>& keys) {
  const std::string name = unique_name();
  make_folder(folder());
  std::string list;
  for (const std::string& key : keys)
    list += key + "\n";
  write_whole(list_of(name), list);
  submissions_.push_back({.name = name, .keys = keys});
  save();
  return name;
}

void SlurmRecord::submitted(const std::string& name, std::uint64_t job) {
  for (SlurmSubmission& submission : submissions_) {
    if (submission.name == name) submission.job = job;
  }
  save();
}

void SlurmRecord::forget(const std::string& name) {
  const auto is_it = [&](const SlurmSubmission& submission) { return submission.name == name; };
  submissions_.erase(std::remove_if(submissions_.begin(), submissions_.end(), is_it),
                     submissions_.end());
  std::error_code ignored;
  std::filesystem::remove(list_of(name), ignored);
  if (submissions_.empty()) return forget_all();
  save();
}

void SlurmRecord::forget_all() {
  std::error_code ignored;
  for (const SlurmSubmission& submission : submissions_) {
    std::filesystem::remove(list_of(submission.name), ignored);
  }
  submissions_.clear();
  std::filesystem::remove(directory_ / slurm_record_name, ignored);
}

}  // namespace doorbell::sweep
