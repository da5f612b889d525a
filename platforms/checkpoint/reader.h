#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "doorbell/core/arch/run_report.h"
#include "doorbell/core/arch/state.h"
#include "platforms/virt/platform.h"

namespace doorbell::checkpoint {

/// Of the shape of a checkpoint; another one can't be read.
inline constexpr std::uint32_t state_format = 1;

/// Reads a checkpoint. Whatever is wrong with it is an InputError that names file and key.
class Reader {
 public:
  /// InputError when it is no checkpoint, or one of another model.
  explicit Reader(std::filesystem::path folder);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// As `effective_values` gives them, with those of the host.
  const nlohmann::ordered_json& parameters() const;
  /// Of the software that runs on it.
  const WorkloadIdentity& software() const { return software_; }
  /// When it was taken, in simulated time.
  Time time() const { return time_; }
  /// The contents of the drive at that endpoint, a file. InputError when there is none, or it has
  /// another size.
  std::filesystem::path drive(unsigned endpoint) const;

  /// Lays its memories over those of a platform; before anybody has looked at them.
  void map_memories(virt::Platform& platform) const;
  /// Gives every module its state; at `time`, with nothing having happened before.
  void restore_modules() const;
  /// What the writer's `run` wrote.
  void restore_run(const std::function<void(StateReader&)>& restore) const;

 private:
  std::string place() const;

  std::filesystem::path folder_;
  std::unique_ptr<nlohmann::ordered_json> state_;
  WorkloadIdentity software_;
  std::map<std::string, std::uint64_t> drives_;  ///< bytes, by the names of their files
  Time time_ = 0;
};

}  // namespace doorbell::checkpoint
