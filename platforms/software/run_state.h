#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "doorbell/core/arch/state.h"
#include "platforms/console/script.h"

namespace doorbell::software {

/// What a checkpoint keeps of a run beside its platform.
struct RunState {
  bool semihosting = false;   ///< HLT #0xF000 is a semihosting call.
  bool at_line_start = true;  ///< The next byte on the console is the first of its line.
  // The script that types at the console, if there is one, and where it stands.
  bool scripted = false;
  std::string script_name;  ///< For messages.
  std::string script_text;
  console::Script::State script;

  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("semihosting", self.semihosting);
    state.value("at_line_start", self.at_line_start);
    state.value("scripted", self.scripted);
    if (!self.scripted) return;
    state.group("script", [&self](auto& inner) {
      inner.blob("name", self.script_name);
      inner.blob("text", self.script_text);
      inner.value("step", self.script.step);
      inner.value("typed", self.script.typed);
      inner.value("ready", self.script.ready);
      inner.blob("unread", self.script.unread);
    });
  }
};

}  // namespace doorbell::software
