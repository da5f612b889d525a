// What a comparison is told as: text, JUnit XML, a page.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platforms/explore/compare/html_report.h"
#include "platforms/explore/compare/junit_report.h"
#include "platforms/explore/compare/text_report.h"
#include "platforms/explore/look/markup.h"
#include "tests/explore/compare/subjects.h"

namespace doorbell::explore::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

/// Two runs with names that markup must escape; one metric is worse, one better, one equal.
Comparison comparison_of(const std::string& rules) {
  return compare(run_of("base<1>.json", {time_metric("totals.measured", 100'000ul),
                                         time_metric("a.\"b\"", 100ul), time_metric("c", 1ul)}),
                 run_of("new&.json", {time_metric("totals.measured", 150'000ul),
                                      time_metric("a.\"b\"", 90ul), time_metric("c", 1ul)}),
                 parse_tolerances(rules, "t"));
}

const char* const worse_only = "- {metric: '**', relative: 10%}\n- {metric: c, relative: 1%}";

Comparison sweep_comparison() {
  return compare(
      sweep_of("a", {point_of("32", 100), point_of("64", 100), point_of("96", 1)}),
      sweep_of("b", {point_of("32", 100), point_of("64", 150), failed_point("96", "a < b")}),
      Tolerances());
}

/// Status of xmllint on `text`, which `arguments` say how to check.
int xmllint(const std::string& text, const std::string& arguments) {
  const std::filesystem::path file =
      std::filesystem::path(::testing::TempDir()) /
      (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".xml");
  std::ofstream(file, std::ios::binary) << text;
  const int status =
      std::system(("xmllint --noout " + arguments + " '" + file.string() + "'").c_str());
  std::filesystem::remove(file);
  return status;
}

const std::string junit_schema = std::string("--schema '") + DOORBELL_JUNIT_SCHEMA + "'";

TEST(Markup, EscapesWhatHasAMeaning) {
  EXPECT_EQ(escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
  EXPECT_EQ(escaped("±5 % → 𝄞"), "±5 % → 𝄞");
}

TEST(Markup, ReplacesWhatXmlCannotHold) {
  EXPECT_EQ(escaped(std::string_view("a\0b\x1b", 4)),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(escaped("\xff"), "\xef\xbf\xbd");
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") << "a surrogate";
  EXPECT_EQ(escaped("\xc2"), "\xef\xbf\xbd");
  EXPECT_EQ(escaped("\xef\xbf\xbe"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(TextReport, EqualRunsTakeOneLine) {
  const Subject run = run_of("a", {time_metric("a", 1ul)});
  EXPECT_EQ(text_report(compare(run, run, Tolerances()), 0), "All 1 value are equal.\n");
}

TEST(TextReport, BeginsWithTheHeadlineAndNamesTheWorst) {
  EXPECT_THAT(
      text_report(comparison_of(worse_only), 0),
      StartsWith(
          "1 of 3 values outside tolerance: 1 worse. First: totals.measured 100 ns -> 150 ns "
          "(+50.0 %).\n"));
}

TEST(TextReport, PrintsWhatMovedInItsSection) {
  const std::string text = text_report(comparison_of(worse_only), 0);
  EXPECT_THAT(text, HasSubstr("\nOutside tolerance (1)\n"
                              "  totals.measured  100 ns -> 150 ns  +50 ns  +50.0 %  +10 %  worse, "
                              "5 times its tolerance\n"));
  EXPECT_THAT(text, HasSubstr("\nMoved within tolerance (1)\n"
                              "  a.\"b\"  100 ps -> 90 ps  -10 ps  -10.0 %  +10 %  better\n"));
  EXPECT_THAT(text, Not(HasSubstr("\n  c ")));
}

TEST(TextReport, ColumnsStandBelowEachOther) {
  const std::string text = text_report(comparison_of("- {metric: '**', direction: both}"), 0);
  EXPECT_THAT(text, HasSubstr("  totals.measured  100 ns -> 150 ns  +50 ns  +50.0 %  equal  worse\n"
                              "  a.\"b\"            100 ps -> 90 ps   -10 ps  -10.0 %  equal  "
                              "better\n"));
}

TEST(TextReport, SaysHowManyRowsItLeftOut) {
  const std::string text = text_report(comparison_of("- {metric: '**', direction: both}"), 1);
  EXPECT_THAT(text, HasSubstr("and 1 more"));
  EXPECT_THAT(text, Not(HasSubstr("a.\"b\"")));
}

/// Metrics of three blocks, of which that many differ.
Comparison of_blocks(std::size_t latencies, const std::string& rules = "") {
  std::vector<Metric> base{time_metric("totals.measured", 1ul), time_metric("virt.smmu.a.b", 1ul),
                           time_metric("virt.smmu.c", 1ul)};
  std::vector<Metric> next{time_metric("totals.measured", 2ul), time_metric("virt.smmu.a.b", 2ul),
                           time_metric("virt.smmu.c", 2ul)};
  for (std::size_t i = 0; i < latencies; ++i) {
    base.push_back(time_metric("latency.its.p" + std::to_string(i), 1ul));
    next.push_back(time_metric("latency.its.p" + std::to_string(i), 2ul));
  }
  return compare(run_of("a", base), run_of("b", next),
                 rules.empty() ? Tolerances() : parse_tolerances(rules, "t"));
}

TEST(TextReport, SaysInWhichBlocksMuchMoved) {
  EXPECT_THAT(text_report(of_blocks(8), 2),
              HasSubstr("\nOutside tolerance (11)\n"
                        "  by block: latency.its (8); virt.smmu (2); totals (1)\n"
                        "  totals.measured  "));
  EXPECT_THAT(text_report(of_blocks(7), 2), Not(HasSubstr("by block")));
  EXPECT_THAT(text_report(of_blocks(8), 2), Not(HasSubstr("by point")));
}

TEST(TextReport, SaysAtWhichPointsMuchMoved) {
  std::vector<Sample> base;
  std::vector<Sample> next;
  for (int i = 10; i < 21; ++i) {
    base.push_back(point_of(std::to_string(i), 1));
    next.push_back(point_of(std::to_string(i), 2));
  }
  const std::string text =
      text_report(compare(sweep_of("a", base), sweep_of("b", next), Tolerances()), 0);
  EXPECT_THAT(text, HasSubstr("  by point: tlb.entries=10 (1); "));
  EXPECT_THAT(text, HasSubstr("; tlb.entries=17 (1); and 3 more\n"));
}

TEST(TextReport, HasTheWorstTenOfWhatIsOnlyReported) {
  const std::string rules = "- {metric: '**', report_only: true}";
  const auto rows = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '>');
  };
  EXPECT_EQ(rows(text_report(of_blocks(20, rules), 40)), 10);
  EXPECT_THAT(text_report(of_blocks(20, rules), 40), HasSubstr("and 13 more"));
  EXPECT_EQ(rows(text_report(of_blocks(20, rules), 4)), 4);
  EXPECT_EQ(rows(text_report(of_blocks(20, rules), 0)), 23);
}

TEST(TextReport, ContextComesFirst) {
  Subject base = run_of("a", {time_metric("a", 1ul)});
  Subject next = run_of("b", {time_metric("a", 2ul), time_metric("z", 2ul)});
  base.samples[0].parameters = {{"tlb.entries", "64"}};
  next.samples[0].parameters = {{"tlb.entries", "32"}};
  next.version = "2";
  const std::string text = text_report(compare(base, next, Tolerances()), 0);
  EXPECT_THAT(text, HasSubstr("\nVersion of Doorbell: 1 -> 2\n\nParameters that differ\n"
                              "  tlb.entries  64 -> 32\n"));
  EXPECT_LT(text.find("Parameters that differ"), text.find("Outside tolerance"));
  EXPECT_THAT(text, HasSubstr("\nMetrics only in NEW (1)\n  z\n"));
}

TEST(TextReport, OfSweepsNamesThePoints) {
  const std::string text = text_report(sweep_comparison(), 0);
  EXPECT_THAT(text, StartsWith("1 point fails that had results in BASE. 1 of 2 values at 2 points "
                               "outside tolerance: 1 worse. First: totals.measured at "
                               "tlb.entries=64 100 ps -> 150 ps (+50.0 %).\n"));
  EXPECT_THAT(text, HasSubstr("  tlb.entries=96: a < b\n"));
  EXPECT_THAT(text, HasSubstr("  tlb.entries=64  totals.measured  100 ps -> 150 ps"));
}

TEST(JunitReport, IsValid) {
  EXPECT_EQ(xmllint(junit_report(comparison_of(worse_only)), junit_schema), 0);
  EXPECT_EQ(xmllint(junit_report(sweep_comparison()), junit_schema), 0);
  const Subject run = run_of("a", {time_metric("a", 1ul)});
  EXPECT_EQ(xmllint(junit_report(compare(run, run, Tolerances())), junit_schema), 0);
}

TEST(JunitReport, HasATestCaseForEachMetricThatMovedOrIsNamed) {
  const std::string xml = junit_report(comparison_of(worse_only));
  EXPECT_THAT(xml, HasSubstr("<testsuites name=\"doorbell compare\" tests=\"4\" failures=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<testcase name=\"totals.measured\" classname=\"doorbell compare\" "
                             "time=\"0\">\n      <failure message=\"worse: 100 ns -&gt; 150 ns, "
                             "+50 ns (+50.0 %); tolerance: +10 %; 5 times its tolerance\""));
  EXPECT_THAT(xml, HasSubstr("<testcase name=\"a.&quot;b&quot;\""));
  EXPECT_THAT(xml, HasSubstr("<testcase name=\"c\""));
  EXPECT_THAT(xml, HasSubstr("what no test case names"));
}

TEST(JunitReport, SaysWhichParametersWereChanged) {
  Subject base = run_of("a", {time_metric("a", 1ul), time_metric("b", 1ul)});
  Subject next = run_of("b", {time_metric("a", 2ul), time_metric("b", 1ul)});
  base.samples[0].parameters = {{"tlb.entries", "64"}, {"walkers", "4"}};
  next.samples[0].parameters = {{"tlb.entries", "32"}, {"walkers", "2"}};
  const std::string xml = junit_report(compare(base, next, Tolerances()));
  EXPECT_EQ(xmllint(xml, junit_schema), 0);
  EXPECT_THAT(xml, HasSubstr("<property name=\"tlb.entries\" value=\"64 -&gt; 32\"/>"));
  EXPECT_THAT(xml, HasSubstr("changed parameters: tlb.entries: 64 -&gt; 32; walkers: 4 -&gt; 2"
                             "</failure>"));
  EXPECT_THAT(junit_report(comparison_of(worse_only)), Not(HasSubstr("properties")));
}

TEST(JunitReport, HasNoTestCaseForWhatIsOnlyReported) {
  const std::string xml = junit_report(comparison_of("- {metric: '**', report_only: true}"));
  EXPECT_THAT(xml, AllOf(HasSubstr("tests=\"1\" failures=\"0\""), Not(HasSubstr("measured"))));
}

/// The names of the test cases that a report has, in their order.
std::vector<std::string> cases_of(const std::string& xml) {
  std::vector<std::string> names;
  const std::string begin = "<testcase name=\"";
  for (std::size_t at = 0; (at = xml.find(begin, at)) != std::string::npos;) {
    at += begin.size();
    names.push_back(xml.substr(at, xml.find('"', at) - at));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// CI systems show the history of a case; one that is missing when all is well looks like a new one.
TEST(JunitReport, HasTheSameCasesWhateverMoved) {
  const Tolerances rules = parse_tolerances(
      "- {metric: '**', report_only: true}\n- {metric: 'latency.*', relative: 10%}\n"
      "- {metric: seen, report_only: true}\n- {metric: gone, optional: true}\n"
      "- {metric: noise, ignore: true}",
      "t");
  const auto run = [](std::uint64_t value, bool complete) {
    std::vector<Metric> metrics{time_metric("latency.mean", value), time_metric("latency.p99", 9ul),
                                time_metric("noise", value), time_metric("other", value),
                                time_metric("seen", value)};
    if (complete) metrics.insert(metrics.begin(), time_metric("gone", value));
    return run_of("a", metrics);
  };
  const Subject base = run(100, true);
  const std::vector<std::string> expected{"gone", "latency.mean", "latency.p99", "seen",
                                          "what no test case names"};
  for (const Subject& next : {run(100, true), run(105, true), run(200, true), run(100, false)})
    EXPECT_EQ(cases_of(junit_report(compare(base, next, rules))), expected);
}

TEST(JunitReport, HasASuiteForEachPoint) {
  const std::string xml = junit_report(sweep_comparison());
  EXPECT_THAT(xml, HasSubstr("<testsuites name=\"doorbell compare\" tests=\"3\" failures=\"2\""));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"doorbell compare: tlb.entries=64\" tests=\"1\" "
                             "failures=\"1\""));
  EXPECT_THAT(xml, HasSubstr(">a &lt; b</failure>"));
}

/// Runs of which `count` metrics differ.
Comparison large_comparison(std::size_t count) {
  std::vector<Metric> base;
  std::vector<Metric> next;
  for (std::size_t i = 0; i < count; ++i) {
    base.push_back(time_metric("m" + std::to_string(i), 1ul));
    next.push_back(time_metric("m" + std::to_string(i), 2ul));
  }
  return compare(run_of("a", base), run_of("b", next), Tolerances());
}

TEST(JunitReport, IsBoundedAndFailsForWhatItLeavesOut) {
  const std::string xml = junit_report(large_comparison(1234));
  EXPECT_THAT(xml, HasSubstr("tests=\"1001\" failures=\"1001\""));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"234 more values are outside tolerance\""));
}

TEST(HtmlReport, IsBoundedAndSaysHowMuchItLeavesOut) {
  const std::string page = html_report(large_comparison(2345));
  EXPECT_THAT(page, HasSubstr("and 345 more"));
  EXPECT_EQ(xmllint(page, ""), 0);
}

TEST(HtmlReport, IsWellFormedAndNeedsNothingElse) {
  for (const std::string& page :
       {html_report(comparison_of(worse_only)), html_report(sweep_comparison())}) {
    EXPECT_EQ(xmllint(page, ""), 0);
    for (const char* part : {"http", "<script", "<link", "src=", "@import", "url("})
      EXPECT_THAT(page, Not(HasSubstr(part)));
  }
}

TEST(HtmlReport, EscapesNamesAndShowsWhatMovedWithItsBar) {
  const std::string page = html_report(comparison_of(worse_only));
  EXPECT_THAT(page, HasSubstr("new&amp;.json against base&lt;1&gt;.json"));
  EXPECT_THAT(page, HasSubstr("<p class=\"headline outside\">1 of 3 values"));
  EXPECT_THAT(page, HasSubstr("margin-left: 50.0%; width: 25.0%"));
  EXPECT_THAT(page, HasSubstr("margin-left: 45.0%; width: 5.0%"));
  EXPECT_THAT(page, HasSubstr("a.&quot;b&quot;"));
  EXPECT_LT(page.find("totals.measured<"), page.find("a.&quot;b&quot;<"));
}

}  // namespace
}  // namespace doorbell::explore::testing
