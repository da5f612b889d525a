#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "platforms/console/live_console.h"
#include "platforms/console/marker.h"
#include "platforms/console/script.h"
#include "platforms/software/run_state.h"
#include "platforms/software/software_options.h"

namespace doorbell::software {

/// The console that options ask for: a terminal, a pseudo terminal or a file; a script that types
/// at it; a recorder of what is typed.
class ConsoleChoice {
 public:
  /// `character` is how long one takes on the UART's line. InputError when a file or a terminal
  /// can't be had, or a script is wrong. The path of a pseudo terminal is said on standard error.
  /// `restored` says where a script stands, whose text it brings along unless options name another.
  ConsoleChoice(const SoftwareOptions& options, Time character, const RunState* restored = nullptr);

  /// What is bound to the UART.
  peripherals::Console& outermost() { return *consoles_.back(); }
  /// What watches there for texts.
  console::Marker& marker() { return *marker_; }
  /// Called where a script says that the run ends.
  void on_end(std::function<void()> listener);
  /// Looks at the host's side; false when somebody there has asked for the end.
  bool poll();
  /// Waits until something comes from the host's side, for 100 ms at most; false when nobody is
  /// there.
  bool wait();
  /// Gives the host's side all that came. InputError when it can't be written.
  void flush();
  /// What a script still waits for; empty without one, or at its end.
  std::string script_position() const;
  /// For a checkpoint: the script, and where the console stands.
  void save(RunState& state) const;

 private:
  std::vector<std::unique_ptr<peripherals::Console>> consoles_;  ///< From the host's side on.
  console::LiveConsole* live_ = nullptr;
  console::Script* script_ = nullptr;
  std::string script_name_;
  std::string script_text_;
  console::Marker* marker_ = nullptr;
};

}  // namespace doorbell::software
