#include "platforms/debugger/packet.h"

#include <algorithm>

#include "platforms/debugger/hexadecimal.h"

namespace doorbell::debugger {
namespace {

constexpr char escape = '}';
constexpr char escape_bit = 0x20;
constexpr char interrupt = 0x03;

bool is_special(char byte) {
  return byte == '$' || byte == '#' || byte == escape || byte == '*';
}

/// How often a byte is to be repeated is a printable character, counted from 29 on, and none that
/// means something else.
constexpr std::size_t repetition_offset = 29;
constexpr std::size_t least_repetitions = ' ' - repetition_offset;
constexpr std::size_t most_repetitions = '~' - repetition_offset;

std::size_t encodable(std::size_t repetitions) {
  repetitions = std::min(repetitions, most_repetitions);
  const auto is_taken = [](std::size_t count) {
    const char character = static_cast<char>(count + repetition_offset);
    return is_special(character) || character == '+' || character == '-';
  };
  while (repetitions >= least_repetitions && is_taken(repetitions))
    --repetitions;
  return repetitions;
}

}  // namespace

std::optional<Incoming> PacketReader::take(char byte) {
  switch (state_) {
    case State::between:
      return take_between(byte);
    case State::payload:
      take_payload(byte);
      return std::nullopt;
    case State::first_digit:
      digit_ = byte;
      state_ = State::second_digit;
      return std::nullopt;
    case State::second_digit:
      break;
  }
  return finish(byte);
}

std::optional<Incoming> PacketReader::take_between(char byte) {
  switch (byte) {
    case '$':
      begin();
      return std::nullopt;
    case interrupt:
      return Incoming{.kind = Incoming::Kind::interrupt, .payload = {}};
    case '+':
      return Incoming{.kind = Incoming::Kind::acknowledged, .payload = {}};
    case '-':
      return Incoming{.kind = Incoming::Kind::refused, .payload = {}};
    default:
      return std::nullopt;
  }
}

void PacketReader::begin() {
  state_ = State::payload;
  payload_.clear();
  length_ = 0;
  sum_ = 0;
  escaped_ = false;
}

/// A `$` is never part of a payload: the end of the packet before it was lost.
void PacketReader::take_payload(char byte) {
  if (byte == '$') return begin();
  if (byte == '#') {
    state_ = State::first_digit;
    return;
  }
  sum_ = static_cast<std::uint8_t>(sum_ + static_cast<std::uint8_t>(byte));
  if (++length_ > limit_) return;
  if (!escaped_ && byte == escape) {
    escaped_ = true;
    return;
  }
  payload_ += escaped_ ? static_cast<char>(byte ^ escape_bit) : byte;
  escaped_ = false;
}

Incoming PacketReader::finish(char last_digit) {
  state_ = State::between;
  const int high = digit_value(digit_);
  const int low = digit_value(last_digit);
  if (high < 0 || low < 0 || (high << 4 | low) != sum_)
    return {.kind = Incoming::Kind::broken, .payload = {}};
  if (length_ > limit_) return {.kind = Incoming::Kind::oversized, .payload = {}};
  if (escaped_) return {.kind = Incoming::Kind::broken, .payload = {}};
  return {.kind = Incoming::Kind::packet, .payload = std::move(payload_)};
}

std::string packet(std::string_view payload) {
  std::string text = "$";
  for (std::size_t i = 0; i < payload.size();) {
    const char byte = payload[i];
    const std::size_t end = std::min(payload.find_first_not_of(byte, i), payload.size());
    if (is_special(byte)) {
      text += escape;
      text += static_cast<char>(byte ^ escape_bit);
      ++i;
      continue;
    }
    text += byte;
    const std::size_t repetitions = encodable(end - i - 1);
    ++i;
    if (repetitions < least_repetitions) continue;
    text += '*';
    text += static_cast<char>(repetitions + repetition_offset);
    i += repetitions;
  }
  std::uint8_t sum = 0;
  for (const char byte : std::string_view(text).substr(1))
    sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(byte));
  const std::uint8_t bytes[] = {sum};
  return text + "#" + to_hexadecimal(bytes);
}

}  // namespace doorbell::debugger
