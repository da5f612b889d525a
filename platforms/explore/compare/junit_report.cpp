#include "platforms/explore/compare/junit_report.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "platforms/explore/compare/markup.h"
#include "platforms/explore/compare/quantity.h"
#include "platforms/explore/compare/text_report.h"

namespace doorbell::explore {
namespace {

struct Case {
  std::string name;
  std::string failure;  ///< Empty for one that passed.
  std::string output;
};

struct Suite {
  std::vector<Case> cases;
  std::size_t failures = 0;
};

/// The base of it, of which "no more" and such are said.
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

std::map<std::string, Suite> suites_of(const Comparison& comparison) {
  std::map<std::string, Suite> suites;
  const auto add = [&](const std::string& point, Case test) {
    Suite& suite = suites[point];
    suite.failures += test.failure.empty() ? 0 : 1;
    suite.cases.push_back(std::move(test));
  };
  for (const FailedPoint& failed : comparison.newly_failed)
    add(failed.point, {"the point runs", "it fails, and had results in BASE", failed.message});
  for (const Difference& difference : comparison.moved) {
    const std::string& name = difference.base.name;
    if (difference.standing == Standing::outside)
      add(difference.point, {name, described(difference), difference.base.help});
    else if (difference.standing == Standing::within)
      add(difference.point, {name, "", described(difference)});
  }
  for (const HeldMetric& held : comparison.held)
    add(held.point, {held.metric, "", "equal"});
  return suites;
}

}  // namespace

std::string junit_report(const Comparison& comparison) {
  const std::map<std::string, Suite> suites = suites_of(comparison);
  std::size_t tests = 1;
  std::size_t failures = 0;
  std::string body;
  const auto write = [&](const std::string& name, const Suite& suite) {
    body += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
        "time=\"0\">\n",
        escaped(name), suite.cases.size(), suite.failures);
    for (const Case& test : suite.cases)
      body += text_of(test, name);
    body += "  </testsuite>\n";
  };
  for (const auto& [point, suite] : suites) {
    tests += suite.cases.size();
    failures += suite.failures;
    write(point.empty() ? "doorbell compare" : "doorbell compare: " + point, suite);
  }
  write("doorbell compare: everything else",
        {.cases = {{"what no test case names", "", headline(comparison)}}});
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"doorbell compare\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
      "time=\"0\">\n{}</testsuites>\n",
      tests, failures, body);
}

}  // namespace doorbell::explore
