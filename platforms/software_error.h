#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace doorbell {

/// What runs on a platform, its firmware or a workload's software, failed or stands still: neither
/// the host's input is wrong nor Doorbell. The command says it in one line, what a stuck
/// processor had in its registers in further ones, and ends with exit_status::software_failed.
class SoftwareError : public std::runtime_error {
 public:
  /// `details` are lines, ahead of each of which there is a line feed.
  explicit SoftwareError(const std::string& line, std::string details = "")
      : std::runtime_error(line), details_(std::move(details)) {}
  const std::string& details() const { return details_; }

 private:
  std::string details_;
};

}  // namespace doorbell
