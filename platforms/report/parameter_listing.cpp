#include "platforms/report/parameter_listing.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <limits>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"

namespace doorbell {
namespace {

constexpr std::size_t explanation_indent = 4;

bool fits(const std::string& path, const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) {
    return path.find(pattern) != std::string::npos;
  }
  return fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
}

/// Edits between `wrong` and the part of `path`, from one dot to another, that is most like it.
std::size_t distance_to_a_part(std::string_view path, std::string_view wrong) {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> starts{0};
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '.') continue;
    ends.push_back(i);
    starts.push_back(i + 1);
  }
  ends.push_back(path.size());
  for (std::size_t first = 0; first < starts.size(); ++first) {
    for (std::size_t last = first; last < ends.size(); ++last) {
      const auto part = path.substr(starts[first], ends[last] - starts[first]);
      least = std::min(least, edit_distance(part, wrong));
    }
  }
  return least;
}

std::string nearest_path(const std::vector<const Parameter*>& parameters,
                         const std::string& pattern) {
  const auto nearest = std::min_element(parameters.begin(), parameters.end(),
                                        [&](const Parameter* left, const Parameter* right) {
                                          return distance_to_a_part(left->path(), pattern) <
                                                 distance_to_a_part(right->path(), pattern);
                                        });
  return nearest == parameters.end() ? std::string{} : (*nearest)->path();
}

std::string first_upper(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

/// "Capacity: a number of entries (1 to 65536, a power of two)."
std::string explanation(const Parameter& parameter) {
  std::string help = first_upper(parameter.info().help);
  help.resize(std::min(help.find_last_not_of('.') + 1, help.size()));
  return help.empty() ? first_upper(parameter.expectation()) + "."
                      : help + ": " + parameter.expectation() + ".";
}

}  // namespace

std::vector<const Parameter*> select_parameters(const ParameterTree& tree,
                                                const std::string& pattern) {
  const std::vector<const Parameter*> all = tree.all();
  std::vector<const Parameter*> selected;
  for (const Parameter* parameter : all) {
    if (fits(parameter->path(), pattern)) selected.push_back(parameter);
  }
  if (selected.empty()) {
    throw InputError("params: '" + pattern +
                     "': expected a parameter's path, a part of one or a glob, found none; did you "
                     "mean " +
                     nearest_path(all, pattern) + "?");
  }
  return selected;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (word.empty()) continue;
    if (column != 0 && column + 1 + word.size() > width) {
      lines += '\n';
      column = 0;
    }
    lines.append(column == 0 ? indent : 1, ' ');
    column += (column == 0 ? indent : 1) + word.size();
    lines += word;
  }
  if (column != 0) lines += '\n';
  return lines;
}

std::string parameter_listing(const std::vector<const Parameter*>& parameters, std::size_t width) {
  std::string text;
  for (const Parameter* parameter : parameters) {
    if (!text.empty()) text += '\n';
    text += fmt::format("{} = {}\n", parameter->path(), parameter->text());
    text += wrapped(explanation(*parameter), width, explanation_indent);
    if (!parameter->info().source.empty())
      text += wrapped("Source: " + parameter->info().source, width, explanation_indent);
    if (parameter->info().visible_to_software) {
      text += wrapped("Software can see it: what restores a checkpoint keeps it.", width,
                      explanation_indent);
    }
  }
  return text;
}

}  // namespace doorbell
