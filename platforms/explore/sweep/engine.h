#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "platforms/explore/sweep/outcome.h"

namespace doorbell::sweep {

/// A point that is to run. Its folder is prepared: `run_point` needs nothing else.
struct PointJob {
  std::string key;
  std::filesystem::path folder;
  std::uint64_t timeout = 0;  ///< Seconds it may take, which `run_point` sees to; 0 for no limit.
};

/// Whom an engine tells what happens. Every call comes from the thread that called `Engine::run`.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void started(const std::string& key) = 0;
  /// Its outcome is recorded in its folder.
  virtual void ended(const std::string& key, const Outcome& outcome) = 0;
  /// To be called several times a second: draws the progress; true when the sweep is to stop.
  virtual bool poll() = 0;
  /// A line for DIR/log: what a person may want to know later, and no result depends on.
  virtual void note(const std::string& line) = 0;
};

/// Where points run: on this machine, or on a cluster.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Runs every job, in any order, until its outcome is recorded; or ends what is running, records
  /// nothing of it and returns when `observer.poll()` says stop. A point that fails is an outcome.
  /// InputError for what stops the sweep as a whole, such as a full disk.
  virtual void run(const std::vector<PointJob>& jobs, Observer& observer) = 0;
};

}  // namespace doorbell::sweep
