#pragma once

#include <string>

#include "platforms/software/console_choice.h"
#include "platforms/software/measured_region.h"
#include "platforms/software/software.h"
#include "platforms/virt/platform.h"
#include "platforms/workload.h"

namespace doorbell::software {

/// Software on the AArch64 processors of a platform, from reset until it ends by PSCI or
/// semihosting.
class SoftwareRun : public Workload {
 public:
  /// All outlive it. What semihosting writes goes to `console`, too. `options` say what is
  /// measured.
  SoftwareRun(virt::Platform& platform, const Software& software, ConsoleChoice& console,
              const SoftwareOptions& options);

  void start() override;
  Position position() const override { return {}; }
  void add_to(RunTotals&) const override {}
  std::string remaining() const override;
  std::string failures() const override;
  bool has_results() const override;
  bool poll() override { return console_.poll(); }
  bool wait() override { return console_.wait(); }
  /// What SYS_EXIT was given; 0 of SYSTEM_OFF and SYSTEM_RESET.
  int exit_status() const override { return exit_status_; }

 private:
  void load();
  void load_bios();
  void end(cpu::Aarch64Group::End end, int status, const std::string& why);
  void write(const std::string& text);

  virt::Platform& platform_;
  const Software& software_;
  ConsoleChoice& console_;
  const SoftwareOptions& options_;
  MeasuredRegion region_;
  bool ended_ = false;
  int exit_status_ = 0;
  std::string stuck_;
};

}  // namespace doorbell::software
