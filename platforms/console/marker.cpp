#include "platforms/console/marker.h"

#include <utility>

namespace doorbell::console {

Marker::Marker(Console& console) : console_(console) {
  console.on_input([this] { input_changed(); });
}

void Marker::watch(std::string text, std::function<void()> listener) {
  text_ = std::move(text);
  listener_ = std::move(listener);
  matched_ = at_start_ ? 0 : differs;
}

void Marker::put(std::uint8_t character, Time now) {
  console_.put(character, now);
  look_at(static_cast<char>(character));
}

/// A terminal driver makes CR LF of a line's end.
void Marker::look_at(char character) {
  if (character == '\r' && at_start_) return;
  at_start_ = character == '\n';
  if (at_start_) {
    matched_ = 0;
    return;
  }
  if (!listener_ || matched_ == differs) return;
  matched_ = text_[matched_] == character ? matched_ + 1 : differs;
  if (matched_ != text_.size()) return;
  matched_ = differs;
  std::exchange(listener_, nullptr)();
}

}  // namespace doorbell::console
