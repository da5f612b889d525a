#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "doorbell/peripherals/arch/console.h"

namespace doorbell::console {

/// A line of a script.
struct ScriptStep {
  enum class Kind : std::uint8_t {
    wait,   ///< For `text`, in what came out after the text that was waited for before.
    type,   ///< `text`.
    delay,  ///< `time` before what follows is typed.
    end,    ///< Of the run.
  };
  Kind kind = Kind::wait;
  std::string text;  ///< At least one byte.
  Time time = 0;
  unsigned line = 0;  ///< Of its file.
};

/// Types what a script says, when it says it, in simulated time: as if somebody sat at the console
/// who is always equally fast. What comes out goes on to a screen; after the last step what is
/// typed there goes in.
class Script : public peripherals::Console {
 public:
  /// `name`, of its file, is for messages. `screen` outlives the script.
  Script(std::string name, std::vector<ScriptStep> steps, Console& screen);

  /// Called where the script says that the run ends.
  void on_end(std::function<void()> listener) { end_ = std::move(listener); }
  bool is_done() const { return state_.step == steps_.size(); }
  /// What it does now: `login.script:3: waits for "login: "`; empty when it is done.
  std::string position() const;

  void put(std::uint8_t character, Time now) override;
  Time next_input() const override;
  std::uint8_t take_input(Time now) override;

  /// Where it is, for a run that is continued elsewhere.
  struct State {
    std::size_t step = 0;
    std::size_t typed = 0;  ///< Bytes of the step in hand.
    Time ready = 0;         ///< When what follows may be typed.
    std::string unread;     ///< What came out and may hold what is waited for.
  };
  const State& state() const { return state_; }
  /// InputError when the script has no such place.
  void restore(State state);

 private:
  void proceed(Time now);
  bool find(const std::string& text);
  bool waits_again() const;

  std::string name_;
  std::vector<ScriptStep> steps_;
  Console& screen_;
  std::function<void()> end_;
  std::size_t last_wait_ = 0;  ///< Behind the last step that waits.
  State state_;
};

/// `text` as a script has it: "ls\n".
std::string in_quotes(const std::string& text);

}  // namespace doorbell::console
