#include "platforms/explore/compare/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "platforms/explore/compare/quantity.h"
#include "platforms/report/units.h"

namespace doorbell::explore {
namespace {

constexpr std::size_t columns = 7;
constexpr std::size_t first_names = 8;     // of a list that is no table
constexpr std::size_t most_reported = 10;  // of what nobody has asked to be judged
constexpr std::size_t long_table = 10;     // rows, from which on it needs an overview
using Row = std::array<std::string, columns>;

std::string counted(std::size_t count, const char* one, const char* many) {
  return count_text(count) + " " + (count == 1 ? one : many);
}

Row row_of(const Difference& difference) {
  const ValueTexts values = value_texts(difference);
  const std::string excess = excess_text(difference);
  return {difference.point,
          difference.base.name,
          values.base + " -> " + values.next,
          change_text(difference),
          relative_text(difference),
          difference.tolerance,
          std::string(to_string(difference.movement)) + (excess.empty() ? "" : ", " + excess)};
}

/// Characters of a UTF-8 text.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Columns as wide as their widest cell; an empty column takes no room.
std::string table(const std::vector<Row>& rows) {
  std::array<std::size_t, columns> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < columns; ++i)
      widths[i] = std::max(widths[i], width(row[i]));
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i)
      if (widths[i] != 0) line += "  " + row[i] + std::string(widths[i] - width(row[i]), ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

/// "latency.tbu" of "latency.tbu.waiting.mean", "totals" of "totals.measured".
std::string block_of(const std::string& metric) {
  const std::size_t first = std::min(metric.find('.'), metric.size());
  const std::size_t second = metric.find('.', first + 1);
  return metric.substr(0, second == std::string::npos ? first : second);
}

/// "  by block: a.b 12, c 3", the most first; nothing for one group.
std::string overview(const char* title, const std::map<std::string, std::size_t>& counts) {
  if (counts.size() < 2) return {};
  std::vector<std::pair<std::string, std::size_t>> groups(counts.begin(), counts.end());
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(groups.size(), first_names); ++i)
    text +=
        fmt::format("{}{} ({})", i == 0 ? "" : "; ", groups[i].first, count_text(groups[i].second));
  if (groups.size() > first_names)
    text += fmt::format("; and {} more", count_text(groups.size() - first_names));
  return fmt::format("  {}: {}\n", title, text);
}

std::string overviews(const Comparison& comparison, Standing standing) {
  std::map<std::string, std::size_t> blocks;
  std::map<std::string, std::size_t> points;
  for (const Difference& difference : comparison.moved) {
    if (difference.standing != standing) continue;
    ++blocks[block_of(difference.base.name)];
    ++points[difference.point];
  }
  return overview("by block", blocks) + overview("by point", points);
}

std::string section(const Comparison& comparison, Standing standing, const char* title,
                    std::size_t limit) {
  const std::size_t count = comparison.count(standing);
  if (count == 0) return {};
  std::vector<Row> rows;
  for (const Difference& difference : comparison.moved) {
    if (difference.standing != standing) continue;
    if (limit != 0 && rows.size() == limit) break;
    rows.push_back(row_of(difference));
  }
  std::string text = fmt::format("\n{} ({})\n", title, count_text(count));
  if (count > long_table) text += overviews(comparison, standing);
  text += table(rows);
  if (rows.size() < count)
    text += fmt::format("  and {} more, less bad: --rows 0 prints all\n",
                        count_text(count - rows.size()));
  return text;
}

std::string context(const Comparison& comparison) {
  std::string text;
  if (comparison.base_version != comparison.next_version)
    text += fmt::format("\nVersion of Doorbell: {} -> {}\n", comparison.base_version,
                        comparison.next_version);
  if (comparison.parameters.empty()) return text;
  text += "\nParameters that differ\n";
  std::vector<Row> rows;
  for (const ParameterChange& change : comparison.parameters) {
    const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
    rows.push_back({"", change.name, shown(change.base) + " -> " + shown(change.next),
                    comparison.sweep ? "at " + counted(change.points, "point", "points") : ""});
  }
  return text + table(rows);
}

std::string failed_points(const char* title, const std::vector<FailedPoint>& points) {
  if (points.empty()) return {};
  std::string text = fmt::format("\n{} ({})\n", title, points.size());
  for (const FailedPoint& failed : points)
    text += fmt::format("  {}: {}\n", failed.point, failed.message);
  return text;
}

std::string names(const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string text = fmt::format("\n{} ({})\n", title, count_text(names.size()));
  for (std::size_t i = 0; i < std::min(names.size(), first_names); ++i)
    text += "  " + names[i] + "\n";
  if (names.size() > first_names)
    text += fmt::format("  and {} more\n", count_text(names.size() - first_names));
  return text;
}

std::string compared(const Comparison& comparison) {
  std::string text = counted(comparison.compared, "value", "values");
  if (comparison.sweep) text += " at " + counted(comparison.points, "point", "points");
  return text;
}

std::string outside(const Comparison& comparison) {
  std::string parts;
  for (const Movement movement : {Movement::worse, Movement::changed, Movement::better}) {
    const std::size_t count = comparison.count(Standing::outside, movement);
    if (count == 0) continue;
    parts +=
        fmt::format("{}{} {}", parts.empty() ? "" : ", ", count_text(count), to_string(movement));
  }
  const Difference& worst = comparison.moved.front();
  const ValueTexts values = value_texts(worst);
  const std::string relative = relative_text(worst);
  return fmt::format("{} of {} outside tolerance: {}. First: {}{} {} -> {}{}.",
                     count_text(comparison.count(Standing::outside)), compared(comparison), parts,
                     worst.base.name, worst.point.empty() ? "" : " at " + worst.point, values.base,
                     values.next, relative.empty() ? "" : " (" + relative + ")");
}

}  // namespace

std::string headline(const Comparison& comparison) {
  std::string text;
  if (!comparison.newly_failed.empty())
    text = counted(comparison.newly_failed.size(), "point fails", "points fail") +
           " that had results in BASE. ";
  if (comparison.count(Standing::outside) != 0) return text + outside(comparison);
  if (comparison.moved.empty()) return text + "All " + compared(comparison) + " are equal.";
  return text + fmt::format("All {} are within tolerance; {} moved.", compared(comparison),
                            count_text(comparison.moved.size()));
}

std::string text_report(const Comparison& comparison, std::size_t rows) {
  std::string text = headline(comparison) + "\n";
  text += context(comparison);
  text += failed_points("Points that fail, and had results in BASE", comparison.newly_failed);
  text += section(comparison, Standing::outside, "Outside tolerance", rows);
  text += section(comparison, Standing::within, "Moved within tolerance", rows);
  text += section(comparison, Standing::reported, "Moved, reported only",
                  rows == 0 ? 0 : std::min(rows, most_reported));
  text += failed_points("Not compared: failed in BASE", comparison.failed_before);
  text += names("Points only in NEW", comparison.points_only_new);
  text += names("Metrics only in NEW", comparison.only_in_new);
  text += names("Metrics only in BASE, which rules allow", comparison.only_in_base);
  return text;
}

}  // namespace doorbell::explore
