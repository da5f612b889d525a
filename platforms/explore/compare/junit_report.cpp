#include "platforms/explore/compare/junit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "platforms/explore/compare/quantity.h"
#include "platforms/explore/compare/text_report.h"
#include "platforms/explore/look/markup.h"

namespace doorbell::explore {
namespace {

/// Of metrics that moved and that no rule names, over all points: sweeps may have a million, and
/// who reads them gives up.
constexpr std::size_t most_cases = 1000;

struct Case {
  std::string name;
  std::string failure;  ///< Empty for one that passed.
  std::string output;
};

struct Suite {
  std::vector<Case> cases;
  std::size_t failures = 0;
};

/// How it moved, in one line.
std::string described(const Difference& difference) {
  const ValueTexts values = value_texts(difference);
  std::string text = fmt::format("{}: {} -> {}, {}", to_string(difference.movement), values.base,
                                 values.next, change_text(difference));
  if (const std::string relative = relative_text(difference); !relative.empty())
    text += " (" + relative + ")";
  text += "; tolerance: " + difference.tolerance;
  if (const std::string excess = excess_text(difference); !excess.empty()) text += "; " + excess;
  return text;
}

std::string text_of(const Case& test, const std::string& suite) {
  const std::string head = fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"0\"",
                                       escaped(test.name), escaped(suite));
  if (!test.failure.empty())
    return fmt::format(
        "{}>\n      <failure message=\"{}\" type=\"tolerance\">{}</failure>\n"
        "    </testcase>\n",
        head, escaped(test.failure), escaped(test.output));
  if (!test.output.empty())
    return fmt::format("{}>\n      <system-out>{}</system-out>\n    </testcase>\n", head,
                       escaped(test.output));
  return head + "/>\n";
}

/// What was changed on purpose, as who reads a failure asks first.
std::string changes_of(const Comparison& comparison) {
  std::string text;
  for (const ParameterChange& change : comparison.parameters) {
    text += fmt::format("{}{}: {} -> {}", text.empty() ? "changed parameters: " : "; ", change.name,
                        change.base.empty() ? "none" : change.base,
                        change.next.empty() ? "none" : change.next);
  }
  return text;
}

std::string properties_text(const std::vector<ParameterChange>& parameters) {
  if (parameters.empty()) return "";
  std::string text = "    <properties>\n";
  for (const ParameterChange& change : parameters) {
    text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escaped(change.name),
                        escaped(change.base + " -> " + change.next));
  }
  return text + "    </properties>\n";
}

std::string suite_text(const std::string& name, const Suite& suite, const std::string& properties) {
  std::string text = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
      "time=\"0\">\n",
      escaped(name), suite.cases.size(), suite.failures);
  text += properties;
  for (const Case& test : suite.cases)
    text += text_of(test, name);
  return text + "  </testsuite>\n";
}

/// What has no test case of its own; a failure when some of that is outside.
Suite everything_else(const Comparison& comparison) {
  const auto outside = static_cast<std::size_t>(std::count_if(
      comparison.moved.begin(), comparison.moved.end(), [](const Difference& difference) {
        return difference.standing == Standing::outside && !difference.named;
      }));
  Case test{"what no test case names", "", headline(comparison)};
  if (outside > most_cases)
    test.failure = fmt::format("{} more values are outside tolerance", outside - most_cases);
  const std::size_t failures = test.failure.empty() ? 0 : 1;
  return {.cases = {std::move(test)}, .failures = failures};
}

std::map<std::string, Suite> suites_of(const Comparison& comparison) {
  std::map<std::string, Suite> suites;
  const std::string changes = changes_of(comparison);
  const auto add = [&](const std::string& point, Case test) {
    Suite& suite = suites[point];
    if (!test.failure.empty()) {
      ++suite.failures;
      test.output += (test.output.empty() || changes.empty() ? "" : "\n") + changes;
    }
    suite.cases.push_back(std::move(test));
  };
  for (const FailedPoint& failed : comparison.newly_failed)
    add(failed.point, {"the point runs", "it fails, and had results in BASE", failed.message});
  std::size_t unnamed = 0;
  for (const Difference& difference : comparison.moved) {
    if (!difference.named &&
        (difference.standing == Standing::reported || unnamed++ >= most_cases)) {
      continue;
    }
    if (difference.standing == Standing::outside)
      add(difference.point, {difference.base.name, described(difference), difference.base.help});
    else
      add(difference.point, {difference.base.name, "", described(difference)});
  }
  for (const HeldMetric& held : comparison.held)
    add(held.point, {held.metric, "", held.missing ? "not in NEW, as its rule allows" : "equal"});
  return suites;
}

}  // namespace

std::string junit_report(const Comparison& comparison) {
  const std::map<std::string, Suite> suites = suites_of(comparison);
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::string body;
  const std::string properties = properties_text(comparison.parameters);
  const auto write = [&](const std::string& name, const Suite& suite) {
    tests += suite.cases.size();
    failures += suite.failures;
    body += suite_text(name, suite, properties);
  };
  for (const auto& [point, suite] : suites)
    write(point.empty() ? "doorbell compare" : "doorbell compare: " + point, suite);
  write("doorbell compare: everything else", everything_else(comparison));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"doorbell compare\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
      "time=\"0\">\n{}</testsuites>\n",
      tests, failures, body);
}

}  // namespace doorbell::explore
