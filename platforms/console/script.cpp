#include "platforms/console/script.h"

#include <algorithm>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/hexadecimal.h"
#include "doorbell/core/arch/parameter_text.h"

namespace doorbell::console {

using Kind = ScriptStep::Kind;

Script::Script(std::string name, std::vector<ScriptStep> steps, Console& screen)
    : name_(std::move(name)), steps_(std::move(steps)), screen_(screen) {
  screen.on_input([this] { input_changed(); });
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].kind == Kind::wait) last_wait_ = i + 1;
  }
  proceed(0);
}

std::string Script::position() const {
  if (is_done()) return "";
  const ScriptStep& step = steps_[state_.step];
  return name_ + ":" + std::to_string(step.line) + ": " +
         (step.kind == Kind::wait ? "waits for " : "types ") + in_quotes(step.text);
}

void Script::restore(State state) {
  const bool exists = state.step <= steps_.size();
  const bool types = exists && state.step < steps_.size() && steps_[state.step].kind == Kind::type;
  if (!exists || (types && state.typed >= steps_[state.step].text.size())) {
    throw InputError(
        name_, 0, "place in the script", "one that it has",
        "step " + std::to_string(state.step) + ", byte " + std::to_string(state.typed));
  }
  state_ = std::move(state);
}

/// Goes on to the next step that has to wait for something.
void Script::proceed(Time now) {
  state_.ready = std::max(state_.ready, now);
  for (; !is_done(); ++state_.step) {
    const ScriptStep& step = steps_[state_.step];
    if (step.kind == Kind::wait && !find(step.text)) return;
    if (step.kind == Kind::type) {
      state_.typed = 0;
      return;
    }
    if (step.kind == Kind::delay) state_.ready += step.time;
    if (step.kind == Kind::end && end_) end_();
  }
}

/// Takes `text`, and what is before it, out of what came out; else keeps what may be its beginning.
bool Script::find(const std::string& text) {
  std::string& unread = state_.unread;
  const std::size_t at = unread.find(text);
  if (at != std::string::npos) {
    unread.erase(0, at + text.size());
    return true;
  }
  if (unread.size() >= text.size()) unread.erase(0, unread.size() - text.size() + 1);
  return false;
}

void Script::put(std::uint8_t character, Time now) {
  screen_.put(character, now);
  if (state_.step >= last_wait_) return;
  state_.unread += static_cast<char>(character);
  if (steps_[state_.step].kind == Kind::wait) proceed(now);
}

Time Script::next_input() const {
  return is_done()                                ? screen_.next_input()
         : steps_[state_.step].kind == Kind::type ? state_.ready
                                                  : never;
}

std::uint8_t Script::take_input(Time now) {
  if (is_done()) return screen_.take_input(now);
  const std::string& text = steps_[state_.step].text;
  const char character = text[state_.typed++];
  if (state_.typed == text.size()) {
    ++state_.step;
    proceed(now);
  }
  return static_cast<std::uint8_t>(character);
}

std::string in_quotes(const std::string& text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<std::uint8_t>(character);
    if (character == '\n') {
      quoted += "\\n";
    } else if (character == '\r') {
      quoted += "\\r";
    } else if (character == '\t') {
      quoted += "\\t";
    } else if (character == '"' || character == '\\') {
      quoted += {'\\', character};
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += "\\x" + hexadecimal(byte, 2);
    } else {
      quoted += character;
    }
  }
  return quoted + "\"";
}

}  // namespace doorbell::console
