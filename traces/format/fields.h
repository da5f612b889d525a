#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "traces/format/line_reader.h"

namespace doorbell::trace {

/// A whole unsigned number, decimal or 0x hexadecimal; nothing when the text is anything else.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// The words of a line and its key=value fields; every mistake ends with InputError at the reader's
/// line.
class Fields {
 public:
  /// Splits `line` at spaces. Words come first, then the fields.
  Fields(const LineReader& reader, std::string_view line);

  /// The next plain word; `expected` describes it.
  std::string_view word(const char* expected);

  /// Whether a word stands among the fields.
  bool flag(std::string_view name);

  /// The value of a field, or nothing when it isn't there.
  std::optional<std::string_view> text(std::string_view key);
  std::optional<std::uint64_t> number(std::string_view key, std::uint64_t greatest = ~0ULL);
  std::optional<std::uint32_t> number32(std::string_view key);
  std::uint64_t required(std::string_view key, std::uint64_t greatest = ~0ULL);
  std::uint32_t required32(std::string_view key);

  /// Fails when a word or field was left unread.
  void finish() const;
  [[noreturn]] void fail(const std::string& what, const std::string& expected,
                         std::string_view found) const {
    reader_.fail(what, expected, found);
  }

 private:
  bool is_field(std::size_t i) const { return tokens_[i].find('=') != std::string_view::npos; }

  static constexpr std::size_t most_tokens = 20;
  const LineReader& reader_;
  std::array<std::string_view, most_tokens> tokens_;
  std::array<bool, most_tokens> used_{};
  std::size_t words_ = 0;
  std::size_t word_ = 0;
};

}  // namespace doorbell::trace
