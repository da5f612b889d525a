#include "platforms/explore/explain/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/explain/limit.h"
#include "platforms/explore/explain/message_name.h"
#include "platforms/explore/explain/phrase.h"
#include "platforms/report/units.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t line_width = 100;
/// A cause below this share of the time above the median, or of one MSI, is added to "the rest".
constexpr double told_from = 0.01;
/// How many holders of a cause are named.
constexpr std::size_t holders_told = 4;
/// A holder of this share of a cause is named as the only one: it would be written as 100.0 %.
constexpr double alone_from = 0.9995;

Stretch stretch_of(const Json& json) {
  return {.stage = json.at("stage"),
          .waiting = json.at("waiting"),
          .resource = json.at("resource"),
          .holder = {},
          .id = {}};
}

/// The text under construction.
class Page {
 public:
  void line(std::string_view text) { (text_ += text) += '\n'; }
  /// `text` behind `label`, and under itself where it is too long for a line.
  void item(const std::string& label, std::string_view text) {
    bool first = true;
    for (const std::string& part : wrapped(text, line_width - label.size())) {
      line((first ? label : std::string(label.size(), ' ')) + part);
      first = false;
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// How many MSIs, and how long they took.
struct Group {
  explicit Group(const Json& json)
      : count(json.at("count").get<double>()), time(json.at("time").get<double>()) {}
  double count;
  double time;
};

/// What the slow MSIs spent, less what as many typical ones spend.
double excess_of(const Group& slow, const Group& typical, double slow_per_typical) {
  return slow.time - typical.time * slow_per_typical;
}

/// Causes that differ in the detail of their resource alone, such as the level of a table read.
struct CauseLine {
  Stretch stretch;
  double excess = 0;
  double time = 0;                          ///< Of all MSIs.
  std::map<std::uint64_t, double> holders;  ///< Time by number.
};

void add(CauseLine& line, const Json& cause, double slow_per_typical) {
  const Group slow(cause.at("slow"));
  const Group typical(cause.at("typical"));
  line.excess += excess_of(slow, typical, slow_per_typical);
  line.time += slow.time + typical.time;
  for (const Json& one : cause.at("main_holders"))
    line.holders[one.at("id").get<std::uint64_t>()] += one.at("time").get<double>();
}

/// The largest excess first; equal ones as they stand in the file.
std::vector<CauseLine> lines_of(const Json& causes, double slow_per_typical) {
  std::vector<CauseLine> lines;
  for (const Json& cause : causes) {
    Stretch stretch = stretch_of(cause);
    stretch.resource = without_detail(stretch.resource);
    stretch.holder = cause.at("holder");
    auto line = std::find_if(lines.begin(), lines.end(),
                             [&](const CauseLine& other) { return other.stretch == stretch; });
    if (line == lines.end()) line = lines.insert(lines.end(), CauseLine{stretch, 0, 0, {}});
    add(*line, cause, slow_per_typical);
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const CauseLine& a, const CauseLine& b) { return a.excess > b.excess; });
  return lines;
}

/// Those that are told, with their times: the longest first.
std::vector<std::pair<std::uint64_t, double>> main_holders(const CauseLine& line) {
  std::vector<std::pair<std::uint64_t, double>> holders;
  for (const auto& [id, time] : line.holders) {
    if (time >= told_from * line.time) holders.emplace_back(id, time);
  }
  std::stable_sort(holders.begin(), holders.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  holders.resize(std::min(holders.size(), holders_told));
  return holders;
}

std::string phrase_of(const CauseLine& line) {
  Stretch stretch = line.stretch;
  const auto holders = main_holders(line);
  if (!holders.empty() && holders[0].second >= alone_from * line.time) {
    stretch.id = holders[0].first;
    return phrase_of(stretch);
  }
  std::string text = phrase_of(stretch);
  std::string_view separator = ": ";
  for (const auto& [id, time] : holders) {
    text += fmt::format("{}{} ({})", separator, id_text(stretch.holder, id),
                        share_text(time, line.time));
    separator = ", ";
  }
  return text;
}

void write_cause(Page& page, const CauseLine& line, double whole) {
  page.item(fmt::format("  {:>7} {:>9}  ", share_text(line.excess, whole),
                        duration_text(static_cast<Time>(line.excess))),
            line.stretch.stage + ": " + phrase_of(line));
}

void write_causes(Page& page, const Json& explain) {
  const Group slow(explain.at("slow"));
  const Group typical(explain.at("typical"));
  const Time from = explain.at("slow_from");
  page.line("What the time above the median was spent on");
  if (slow.count == 0) {
    page.line(fmt::format("  no MSI took {} or more, where the median's bucket ends",
                          duration_text(from)));
    return;
  }
  const double slow_per_typical = slow.count / typical.count;
  const double whole = excess_of(slow, typical, slow_per_typical);
  page.item("  ", fmt::format("{} of {} MSIs took {} or more: together {} more than as many "
                              "of the others, which took {} on average",
                              count_text(explain.at("slow").at("count")),
                              count_text(explain.at("slow").at("count").get<std::uint64_t>() +
                                         explain.at("typical").at("count").get<std::uint64_t>()),
                              duration_text(from), duration_text(static_cast<Time>(whole)),
                              duration_text(static_cast<Time>(typical.time / typical.count))));
  double rest = 0;
  double less = 0;
  for (const CauseLine& line : lines_of(explain.at("causes"), slow_per_typical)) {
    if (line.excess >= told_from * whole) {
      write_cause(page, line, whole);
    } else {
      (line.excess > 0 ? rest : less) += line.excess;
    }
  }
  if (rest > 0) {
    page.line(fmt::format("  {:>7} {:>9}  the rest, below {} each", share_text(rest, whole),
                          duration_text(static_cast<Time>(rest)), share_text(told_from, 1)));
  }
  if (less < 0) {
    page.line(fmt::format("  {:>7} {:>9}  where slow ones spent less than the others",
                          share_text(less, whole), "-" + duration_text(static_cast<Time>(-less))));
  }
}

/// What one MSI spends in a stage, from entering it to leaving it.
struct Visit {
  std::string stage;
  Time time = 0;
  struct Detail {
    std::string phrase;
    Time time;
  };
  std::vector<Detail> details;  ///< Waits, and services that have a name.
};

std::vector<Visit> visits_of(const Json& spans) {
  std::vector<Visit> visits;
  for (const Json& span : spans) {
    Stretch stretch = stretch_of(span);
    if (const Json& holder = span.at("holder"); !holder.is_null()) {
      stretch.holder = holder.at("what");
      if (!holder.at("id").is_null()) stretch.id = holder.at("id").get<std::uint64_t>();
    }
    if (visits.empty() || visits.back().stage != stretch.stage) {
      visits.push_back({stretch.stage, 0, {}});
    }
    Visit& visit = visits.back();
    const Time time = span.at("time");
    visit.time += time;
    if (!stretch.waiting && stretch.resource.empty()) continue;
    const std::string phrase = phrase_of(stretch);
    if (!visit.details.empty() && visit.details.back().phrase == phrase) {
      visit.details.back().time += time;
    } else {
      visit.details.push_back({phrase, time});
    }
  }
  return visits;
}

void write_visit(Page& page, const Visit& visit, Time end_to_end) {
  std::string label = fmt::format("      {:<16} {:>9}", visit.stage, duration_text(visit.time));
  const std::string margin(label.size(), ' ');
  for (const Visit::Detail& detail : visit.details) {
    if (static_cast<double>(detail.time) < told_from * static_cast<double>(end_to_end)) continue;
    page.item(fmt::format("{} {:>9}  ", label, duration_text(detail.time)), detail.phrase);
    label = margin;
  }
  if (label != margin) page.line(label);
}

void write_slowest(Page& page, const Json& statistics) {
  const Json& slowest = statistics.at("explain").at("slowest");
  const Time window_start = statistics.at("statistics").at("window").at("start");
  const MessageNames names(statistics);
  if (slowest.empty()) return;
  page.line("");
  page.line(slowest.size() == 1 ? std::string("The slowest MSI")
                                : fmt::format("The {} slowest MSIs", slowest.size()));
  std::size_t place = 0;
  for (const Json& msi : slowest) {
    const Time end_to_end = msi.at("end_to_end");
    page.line(fmt::format(
        " {:>3}. {}: MSI {}, stream {:#x}, {}, sent at {}", ++place, duration_text(end_to_end),
        msi.at("number").get<std::uint64_t>(), msi.at("stream").get<std::uint32_t>(),
        names.name(msi.at("device").get<std::uint32_t>(), msi.at("event").get<std::uint32_t>()),
        duration_text(msi.at("started").get<Time>() - window_start)));
    for (const Visit& visit : visits_of(msi.at("spans")))
      write_visit(page, visit, end_to_end);
  }
}

std::string words_of(const Json& statistics) {
  const Json& explain = statistics.at("explain");
  Page page;
  if (Group(explain.at("typical")).count == 0) {
    page.line("No MSI came to its end, so there is nothing to explain.");
    return page.take();
  }
  if (const std::string limit = limit_words(statistics); !limit.empty()) {
    page.line("What bounds the rate");
    page.item("  ", limit);
    page.line("");
  }
  write_causes(page, explain);
  write_slowest(page, statistics);
  return page.take();
}

}  // namespace

std::string explanation_words(const Json& statistics) {
  if (!statistics.contains("explain")) {
    throw InputError(
        "statistics: expected an explanation (run or sweep again with --slowest N, or call "
        "explain_slowest(N) in a model on the library), found none");
  }
  try {
    return words_of(statistics);
  } catch (const Json::exception&) {
    throw InputError("statistics: expected an explanation as docs/explain.md says, found another");
  }
}

}  // namespace doorbell::explore
