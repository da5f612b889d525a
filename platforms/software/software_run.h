#pragma once

#include <functional>
#include <optional>
#include <string>

#include "platforms/debugger/debugger.h"
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
  /// Goes on from a checkpoint.
  SoftwareRun(virt::Platform& platform, const checkpoint::Reader& restored, ConsoleChoice& console,
              const SoftwareOptions& options);

  /// Where a checkpoint is to be written, `listener` does so; the run ends there.
  void on_checkpoint(std::function<void()> listener);

  /// From before the first instruction on GDB, at `server`, has a say. `goes_on`: false when
  /// somebody wants the end of the run, while GDB is waited for. Before `start`.
  void debug(debugger::Server& server, const std::function<bool()>& goes_on);

  void start() override;
  Position position() const override { return {}; }
  void add_to(RunTotals&) const override {}
  std::string remaining() const override;
  std::string failures() const override;
  std::string failure_details() const override { return post_mortem_; }
  bool has_results() const override;
  bool poll() override { return console_.poll() && (!debugger_ || debugger_->poll()); }
  bool wait() override;
  bool watched() const override { return debugger_ && debugger_->attached(); }
  /// What SYS_EXIT was given; 0 of SYSTEM_OFF and SYSTEM_RESET.
  int exit_status() const override { return exit_status_; }

 private:
  SoftwareRun(virt::Platform& platform, ConsoleChoice& console, const SoftwareOptions& options);

  void load();
  void load_bios();
  void end(cpu::Aarch64Group::End end, int status, const std::string& why);
  void write(const std::string& text);

  virt::Platform& platform_;
  const Software* software_ = nullptr;  ///< One of these.
  const checkpoint::Reader* restored_ = nullptr;
  ConsoleChoice& console_;
  const SoftwareOptions& options_;
  MeasuredRegion region_;
  std::optional<debugger::Debugger> debugger_;
  bool ended_ = false;
  int exit_status_ = 0;
  std::string stuck_;
  std::string post_mortem_;
};

}  // namespace doorbell::software
