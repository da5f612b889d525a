#include "platforms/console/script_reader.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"

namespace doorbell::console {
namespace {

using Kind = ScriptStep::Kind;

constexpr std::string_view blanks = " \t\r";

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<unsigned> digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return std::nullopt;
}

/// Reads one line.
class Line {
 public:
  Line(const std::string& file, unsigned number, std::string_view text)
      : file_(file), number_(number), text_(text) {}

  ScriptStep step() const {
    const std::size_t end = text_.find_first_of(" \t\"");
    const std::string_view word = text_.substr(0, end);
    const std::string_view rest =
        end == std::string_view::npos ? std::string_view{} : without_blanks(text_.substr(end));
    ScriptStep step{.line = number_};
    if (word == "wait" || word == "type") {
      step.kind = word == "wait" ? Kind::wait : Kind::type;
      step.text = quoted(std::string(word), rest);
    } else if (word == "delay") {
      step.kind = Kind::delay;
      if (!parse_time(rest, step.time)) fail("delay", "a time such as 10ms", rest);
    } else if (word == "end") {
      step.kind = Kind::end;
      if (!rest.empty()) fail("end", "nothing behind it", rest);
    } else {
      fail("step", "wait, type, delay or end", word);
    }
    return step;
  }

  [[noreturn]] void fail(const std::string& what, const std::string& expected,
                         std::string_view found) const {
    throw InputError(file_, number_, what, expected,
                     found.empty() ? "nothing" : std::string(found));
  }

 private:
  std::string quoted(const std::string& what, std::string_view text) const {
    if (text.size() < 2 || text.front() != '"') fail(what, "a text in quotes", text);
    std::string value;
    std::size_t at = 1;
    while (at < text.size() && text[at] != '"') {
      if (text[at] == '\\') {
        value += escaped(what, text, at);
      } else {
        value += text[at++];
      }
    }
    if (at + 1 != text.size()) {
      fail(what, at >= text.size() ? "a text with a quote at its end" : "nothing behind its text",
           at >= text.size() ? text : text.substr(at + 1));
    }
    if (value.empty()) fail(what, "a text of one byte at least", "\"\"");
    return value;
  }

  /// The byte that begins with the backslash at `at`, which is moved behind it.
  char escaped(const std::string& what, std::string_view text, std::size_t& at) const {
    const std::size_t start = at;
    const char kind = at + 1 < text.size() ? text[at + 1] : '\0';
    at += 2;
    switch (kind) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case '"':
      case '\\':
        return kind;
      case 'x':
        if (at + 2 <= text.size()) {
          const auto high = digit(text[at]);
          const auto low = digit(text[at + 1]);
          at += 2;
          if (high && low) return static_cast<char>(*high << 4 | *low);
        }
        break;
      default:
        break;
    }
    fail(what, R"(\n, \r, \t, \\, \" or \x and two hexadecimal digits)", text.substr(start, 4));
  }

  const std::string& file_;
  unsigned number_;
  std::string_view text_;
};

}  // namespace

std::vector<ScriptStep> read_script_text(std::string_view text, const std::string& name) {
  std::vector<ScriptStep> steps;
  for (unsigned number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty() || content.front() == '#') continue;
    const Line line(name, number, content);
    ScriptStep step = line.step();
    // Only what is typed has a time of its own.
    if (step.kind != Kind::type && !steps.empty() && steps.back().kind == Kind::delay)
      line.fail("step behind a delay", "type", content);
    steps.push_back(std::move(step));
  }
  if (!steps.empty() && steps.back().kind == Kind::delay) {
    throw InputError(name, steps.back().line, "step behind a delay", "type", "the end of the file");
  }
  return steps;
}

std::string read_script_file(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& found) {
    throw InputError(path.string() + ": expected a script for the console, found: " + found);
  };
  if (std::filesystem::is_directory(path)) refuse("a directory");
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(std::generic_category().message(errno));
  // A device such as /dev/zero never ends.
  constexpr std::size_t most = 64 << 20;
  std::string text;
  for (std::istreambuf_iterator<char> at(file), end; at != end; ++at) {
    if (text.size() == most) refuse("more than 64 MiB");
    text += *at;
  }
  return text;
}

std::vector<ScriptStep> read_script(const std::filesystem::path& path) {
  return read_script_text(read_script_file(path), path.string());
}

}  // namespace doorbell::console
