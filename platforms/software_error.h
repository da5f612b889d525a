#pragma once

#include <stdexcept>

namespace doorbell {

/// What runs on a platform, its firmware or a workload's software, failed or stands still: neither
/// the host's input is wrong nor Doorbell. The command says it in one line and ends with
/// exit_status::software_failed.
class SoftwareError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace doorbell
