#include "platforms/explore/explain/phrase.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace doorbell::explore {
namespace {

/// A number and its unit are one word.
std::size_t end_of_word(std::string_view text) {
  const std::size_t end = text.find(' ');
  if (end == text.npos || end == 0 || std::isdigit(static_cast<unsigned char>(text[end - 1])) == 0)
    return end;
  const std::string_view rest = text.substr(end + 1);
  const std::string_view next = rest.substr(0, rest.find_first_of(" )"));
  constexpr std::array<std::string_view, 6> units{"%", "ps", "ns", "us", "ms", "s"};
  const bool unit = std::find(units.begin(), units.end(), next) != units.end();
  return unit ? text.find(' ', end + 1) : end;
}

}  // namespace

std::string id_text(std::string_view holder, std::uint64_t id) {
  const bool counted = holder.ends_with("INTID") || holder.ends_with("processor") ||
                       holder.ends_with("redistributor") || holder.ends_with("set");
  return counted ? fmt::format("{}", id) : fmt::format("{:#x}", id);
}

std::string phrase_of(const Stretch& stretch) {
  std::string text;
  if (stretch.waiting) {
    text = "waiting";
    if (!stretch.resource.empty()) text += " for " + stretch.resource;
  } else if (stretch.resource.empty()) {
    text = "service";
  } else {
    text = stretch.resource;
  }
  if (stretch.holder.empty()) return text;
  text += (stretch.waiting ? ", held by " : ", because of ") + stretch.holder;
  if (stretch.id) text += " " + id_text(stretch.holder, *stretch.id);
  return text;
}

std::string without_detail(std::string_view resource) {
  return std::string(resource.substr(0, resource.find(", ")));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, end_of_word(text));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (line.size() + 1 + word.size() <= width) {
      line.append(" ").append(word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

}  // namespace doorbell::explore
