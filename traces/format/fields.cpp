#include "traces/format/fields.h"

#include <charconv>
#include <limits>
#include <string>

namespace doorbell::trace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Fields::Fields(const LineReader& reader, std::string_view line) : reader_(reader) {
  while (!line.empty()) {
    const auto end = line.find(' ');
    const auto token = line.substr(0, end);
    if (!token.empty()) {
      if (words_ == most_tokens) fail("too many fields", "at most 20", token);
      tokens_[words_++] = token;
    }
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
}

std::string_view Fields::word(const char* expected) {
  if (word_ == words_) fail("the line ends early", expected, "");
  if (is_field(word_)) fail("a word is missing", expected, tokens_[word_]);
  used_[word_] = true;
  return tokens_[word_++];
}

bool Fields::flag(std::string_view name) {
  for (std::size_t i = word_; i < words_; ++i) {
    if (!used_[i] && tokens_[i] == name) return used_[i] = true;
  }
  return false;
}

std::optional<std::string_view> Fields::text(std::string_view key) {
  while (word_ < words_ && used_[word_])
    ++word_;
  for (std::size_t i = word_; i < words_; ++i) {
    const auto token = tokens_[i];
    if (!used_[i] && token.size() > key.size() && token[key.size()] == '=' &&
        token.starts_with(key)) {
      used_[i] = true;
      return token.substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Fields::number(std::string_view key, std::uint64_t greatest) {
  const auto value = text(key);
  if (!value) return std::nullopt;
  const auto parsed = parse_number(*value);
  if (!parsed) fail(std::string(key), "a whole number", *value);
  if (*parsed > greatest) {
    fail(std::string(key) + " is out of range", "at most " + std::to_string(greatest), *value);
  }
  return parsed;
}

std::optional<std::uint32_t> Fields::number32(std::string_view key) {
  const auto value = number(key, std::numeric_limits<std::uint32_t>::max());
  if (!value) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

std::uint64_t Fields::required(std::string_view key, std::uint64_t greatest) {
  const auto value = number(key, greatest);
  if (!value) fail("a field is missing", std::string(key) + "=", "");
  return *value;
}

std::uint32_t Fields::required32(std::string_view key) {
  return static_cast<std::uint32_t>(required(key, std::numeric_limits<std::uint32_t>::max()));
}

void Fields::finish() const {
  for (std::size_t i = 0; i < words_; ++i) {
    if (!used_[i]) fail("a field is unknown or stands twice", "the end of the line", tokens_[i]);
  }
}

}  // namespace doorbell::trace
