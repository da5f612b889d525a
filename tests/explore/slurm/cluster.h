#pragma once

#include <sys/types.h>

#include <string>

#include "tests/system/command.h"

namespace doorbell::testing {

/// A real Slurm cluster of one node, which cluster.py runs in a folder of its own. While it exists
/// SLURM_CONF leads commands that this process starts to it. It ends with this process, however
/// that ends.
class Cluster {
 public:
  /// `options` are cluster.py's: "--cpus 4 --max-array-size 16". Throws when it doesn't come up.
  explicit Cluster(const std::string& options = "");
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// SIGKILL for "slurmd" or "slurmctld".
  void kill(const std::string& daemon) { request("kill " + daemon); }
  void start(const std::string& daemon) { request("start " + daemon); }
  /// The node dies with all that runs on it; start("slurmd") is its reboot.
  void crash() { request("crash"); }

  /// Of the process that is cluster.py.
  pid_t process() const { return process_; }

 private:
  void request(const std::string& line);
  std::string answer();

  ScratchDirectory folder_;
  pid_t process_ = -1;
  int requests_ = -1;
  int answers_ = -1;
};

}  // namespace doorbell::testing
