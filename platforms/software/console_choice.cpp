#include "platforms/software/console_choice.h"

#include <cstdio>
#include <utility>

#include "platforms/console/file.h"
#include "platforms/console/pseudo_terminal.h"
#include "platforms/console/recorder.h"
#include "platforms/console/script_reader.h"
#include "platforms/console/terminal.h"

namespace doorbell::software {

ConsoleChoice::ConsoleChoice(const SoftwareOptions& options, Time character) {
  // A script is read before a terminal is made raw.
  std::vector<console::ScriptStep> steps;
  if (!options.console_script.empty()) steps = console::read_script(options.console_script);
  if (options.console == "stdio") {
    auto terminal = std::make_unique<console::Terminal>();
    live_ = terminal.get();
    consoles_.push_back(std::move(terminal));
  } else if (options.console == "pty") {
    auto terminal = std::make_unique<console::PseudoTerminal>();
    std::fprintf(stderr, "console: %s\n", terminal->path().c_str());
    live_ = terminal.get();
    consoles_.push_back(std::move(terminal));
  } else {
    consoles_.push_back(std::make_unique<console::File>(options.console));
  }
  if (!options.console_script.empty()) {
    auto script =
        std::make_unique<console::Script>(options.console_script, std::move(steps), outermost());
    script_ = script.get();
    consoles_.push_back(std::move(script));
  }
  if (!options.record_console.empty()) {
    consoles_.push_back(
        std::make_unique<console::Recorder>(outermost(), options.record_console, character));
  }
  auto marker = std::make_unique<console::Marker>(outermost());
  marker_ = marker.get();
  consoles_.push_back(std::move(marker));
}

void ConsoleChoice::on_end(std::function<void()> listener) {
  if (script_ != nullptr) script_->on_end(std::move(listener));
}

bool ConsoleChoice::poll() {
  if (live_ == nullptr) return true;
  live_->poll();
  return !live_->end_requested();
}

bool ConsoleChoice::wait() {
  if (live_ == nullptr) return false;
  live_->wait(std::chrono::milliseconds(100));
  live_->poll();
  return true;
}

void ConsoleChoice::flush() {
  if (live_ != nullptr) live_->flush();
}

std::string ConsoleChoice::script_position() const {
  return script_ == nullptr ? "" : script_->position();
}

}  // namespace doorbell::software
