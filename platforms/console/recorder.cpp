#include "platforms/console/recorder.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "platforms/console/script.h"

namespace doorbell::console {
namespace {

/// The last lines of `text`, as few as are found nowhere earlier in it.
std::string distinctive_end(const std::string& text) {
  std::size_t start = text.size();
  while (start > 0) {
    const std::size_t line = start >= 2 ? text.rfind('\n', start - 2) : std::string::npos;
    start = line == std::string::npos ? 0 : line + 1;
    const std::string end = text.substr(start);
    if (text.find(end) == start) return end;
  }
  return text;
}

}  // namespace

Recorder::Recorder(Console& console, std::filesystem::path file, Time character)
    : console_(console),
      path_(std::move(file)),
      file_(path_, std::ios::binary),
      character_time_(character) {
  console.on_input([this] { input_changed(); });
  write("# Recorded by doorbell run --record-console.");
}

Recorder::~Recorder() {
  if (typed_.empty()) return;
  file_ << "type " << in_quotes(typed_) << '\n';
}

void Recorder::put(std::uint8_t character, Time now) {
  console_.put(character, now);
  output_.emplace_back(static_cast<char>(character), now);
}

std::uint8_t Recorder::take_input(Time now) {
  const std::uint8_t character = console_.take_input(now);
  const Time began = now - character_time_;
  // Under loose timing a processor may have written ahead of what is typed: that comes later.
  const std::string before = take_output_until(began);
  if (!before.empty()) {
    write_typed();
    write("wait " + in_quotes(distinctive_end(before)));
  }
  if (began > since_) {
    write_typed();
    write("delay " + time_text(began - since_));
  }
  typed_ += static_cast<char>(character);
  since_ = now;
  return character;
}

std::string Recorder::take_output_until(Time time) {
  std::string text;
  while (!output_.empty() && output_.front().second <= time) {
    text += output_.front().first;
    since_ = std::max(since_, output_.front().second);
    output_.pop_front();
  }
  return text;
}

void Recorder::write_typed() {
  if (typed_.empty()) return;
  write("type " + in_quotes(std::exchange(typed_, {})));
}

void Recorder::write(const std::string& line) {
  file_ << line << '\n' << std::flush;
  if (file_) return;
  throw InputError(path_.string() + ": expected a file for the console's script, found: " +
                   std::generic_category().message(errno));
}

}  // namespace doorbell::console
