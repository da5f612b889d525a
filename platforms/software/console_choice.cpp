#include "platforms/software/console_choice.h"

#include <cstdio>
#include <utility>

#include "platforms/console/file.h"
#include "platforms/console/pseudo_terminal.h"
#include "platforms/console/recorder.h"
#include "platforms/console/script_reader.h"
#include "platforms/console/terminal.h"

namespace doorbell::software {

ConsoleChoice::ConsoleChoice(const SoftwareOptions& options, Time character,
                             const RunState* restored)
    : script_name_(options.console_script) {
  // A script is read before a terminal is made raw.
  const bool goes_on = script_name_.empty() && restored != nullptr && restored->scripted;
  if (!script_name_.empty()) script_text_ = console::read_script_file(script_name_);
  if (goes_on) {
    script_name_ = restored->script_name;
    script_text_ = restored->script_text;
  }
  const bool scripted = goes_on || !script_name_.empty();
  std::vector<console::ScriptStep> steps;
  if (scripted) steps = console::read_script_text(script_text_, script_name_);
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
  if (scripted) {
    auto script = std::make_unique<console::Script>(script_name_, std::move(steps), outermost());
    script_ = script.get();
    consoles_.push_back(std::move(script));
    if (goes_on) script_->restore(restored->script);
  }
  if (!options.record_console.empty()) {
    consoles_.push_back(
        std::make_unique<console::Recorder>(outermost(), options.record_console, character));
  }
  auto marker = std::make_unique<console::Marker>(outermost());
  marker_ = marker.get();
  if (restored != nullptr) marker_->set_at_start(restored->at_line_start);
  consoles_.push_back(std::move(marker));
}

void ConsoleChoice::save(RunState& state) const {
  state.at_line_start = marker_->is_at_start();
  state.scripted = script_ != nullptr;
  if (script_ == nullptr) return;
  state.script_name = script_name_;
  state.script_text = script_text_;
  state.script = script_->state();
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
