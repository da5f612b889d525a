#include "platforms/explore/compare/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "platforms/explore/compare/quantity.h"
#include "platforms/explore/compare/text_report.h"
#include "platforms/explore/look/markup.h"
#include "platforms/explore/look/style.h"

namespace doorbell::explore {
namespace {

constexpr std::size_t most_rows = 2000;  // of a table: sweeps may have a million
constexpr double half_a_bar = 50;  // percent: decreases go left of the middle, increases right

std::string cell(const std::string& text, const char* kind) {
  return fmt::format("<td class=\"{}\">{}</td>", kind, escaped(text));
}

struct Head {
  const char* name;
  const char* kind = "name";
};

std::string heads(std::initializer_list<Head> columns) {
  std::string text = "<thead><tr>";
  for (const Head& column : columns)
    text += fmt::format("<th class=\"{}\">{}</th>", column.kind, column.name);
  return text + "</tr></thead>\n";
}

/// The relative change as a bar from the middle; one of 100 % or more, or from 0, fills its half.
std::string bar(const Difference& difference) {
  if (!difference.measurable()) return {};
  const double share = std::min(1.0, std::abs(difference.relative().value_or(1.0)));
  const double width = std::max(1.0, half_a_bar * share);
  const double from = difference.change() < 0 ? half_a_bar - width : half_a_bar;
  return fmt::format(
      "<div class=\"bar\"><span style=\"margin-left: {:.1f}%; width: {:.1f}%\"></span></div>", from,
      width);
}

std::string row(const Difference& difference, bool sweep) {
  const ValueTexts values = value_texts(difference);
  const std::string excess = excess_text(difference);
  std::string text = "<tr>";
  if (sweep) text += cell(difference.point, "name");
  text += fmt::format("<td class=\"name\">{}<small>{}</small></td>", escaped(difference.base.name),
                      escaped(difference.base.help));
  text += cell(values.base, "number") + cell(values.next, "number");
  text += cell(change_text(difference), "number") + cell(relative_text(difference), "number");
  const std::string_view movement = to_string(difference.movement);
  text += fmt::format("<td class=\"{}\">{}</td>", movement, bar(difference));
  text += cell(difference.tolerance, "number");
  text += fmt::format("<td class=\"{}\">{}{}</td></tr>\n", movement, movement,
                      excess.empty() ? "" : "<small>" + escaped(excess) + "</small>");
  return text;
}

std::string section(const Comparison& comparison, Standing standing, const char* title) {
  if (comparison.count(standing) == 0) return {};
  std::string text =
      fmt::format("<section>\n<h2>{} ({})</h2>\n<table>\n", title, comparison.count(standing));
  const std::initializer_list<Head> of_a_run{
      {"Metric"}, {"Base", "number"},      {"New", "number"}, {"Change", "number"}, {"%", "number"},
      {""},       {"Tolerance", "number"}, {"Movement"}};
  const std::initializer_list<Head> of_a_sweep{
      {"Point"},       {"Metric"}, {"Base", "number"},      {"New", "number"}, {"Change", "number"},
      {"%", "number"}, {""},       {"Tolerance", "number"}, {"Movement"}};
  text += heads(comparison.sweep ? of_a_sweep : of_a_run);
  text += "<tbody>\n";
  std::size_t rows = 0;
  for (const Difference& difference : comparison.moved) {
    if (difference.standing != standing) continue;
    if (rows < most_rows) text += row(difference, comparison.sweep);
    ++rows;
  }
  text += "</tbody>\n</table>\n";
  if (rows > most_rows)
    text += fmt::format("<p class=\"names\">and {} more, less bad</p>\n", rows - most_rows);
  return text + "</section>\n";
}

std::string context_row(const std::string& name, const std::string& base, const std::string& next) {
  const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
  return "<tr>" + cell(name, "name") + cell(shown(base), "name") + cell(shown(next), "name") +
         "</tr>\n";
}

std::string context(const Comparison& comparison) {
  std::string text = "<section>\n<table>\n" + heads({{""}, {"Base"}, {"New"}}) + "<tbody>\n";
  text += context_row(comparison.sweep ? "Sweep" : "Run", comparison.base, comparison.next);
  text += context_row("Version of Doorbell", comparison.base_version, comparison.next_version);
  for (const ParameterChange& change : comparison.parameters) {
    const std::string where =
        comparison.sweep ? fmt::format(" ({} points)", change.points) : std::string{};
    text += context_row(change.name + where, change.base, change.next);
  }
  return text + "</tbody>\n</table>\n</section>\n";
}

std::string failed_points(const char* title, const std::vector<FailedPoint>& points) {
  if (points.empty()) return {};
  std::string text =
      fmt::format("<section>\n<h2>{} ({})</h2>\n<table>\n<tbody>\n", title, points.size());
  for (const FailedPoint& failed : points)
    text += "<tr>" + cell(failed.point, "name") + cell(failed.message, "name") + "</tr>\n";
  return text + "</tbody>\n</table>\n</section>\n";
}

std::string names(const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string text =
      fmt::format("<section>\n<h2>{} ({})</h2>\n<p class=\"names\">", title, names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : ", ") + escaped(names[i]);
  return text + "</p>\n</section>\n";
}

}  // namespace

std::string html_report(const Comparison& comparison) {
  std::string text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>Doorbell: {1} against {0}</title>\n<style>\n{2}{3}</style>\n</head>\n<body>\n"
      "<main>\n<h1>Doorbell: {1} against {0}</h1>\n",
      escaped(comparison.base), escaped(comparison.next), page_style(), comparison_style());
  text += fmt::format("<p class=\"headline{}\">{}</p>\n", comparison.within() ? "" : " outside",
                      escaped(headline(comparison)));
  text += context(comparison);
  text += failed_points("Points that fail, and had results in BASE", comparison.newly_failed);
  text += section(comparison, Standing::outside, "Outside tolerance");
  text += section(comparison, Standing::within, "Moved within tolerance");
  text += section(comparison, Standing::reported, "Moved, reported only");
  text += failed_points("Not compared: failed in BASE", comparison.failed_before);
  text += names("Points only in NEW", comparison.points_only_new);
  text += names("Metrics only in NEW", comparison.only_in_new);
  text += names("Metrics only in BASE, which rules allow", comparison.only_in_base);
  return text + "</main>\n</body>\n</html>\n";
}

}  // namespace doorbell::explore
