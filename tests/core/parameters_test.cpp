#include "doorbell/core/arch/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "doorbell/core/arch/parameter_yaml.h"

namespace doorbell {
namespace {

enum class Ordering { requester, vc };

struct TlbParameters {
  std::uint32_t entries = 32;
  Time hit = 1'000;
  void describe(ParameterGroup& g) {
    g.add("entries", entries,
          {.unit = "entries",
           .minimum = 1,
           .maximum = 65536,
           .power_of_two = true,
           .source = "MMU-600 TRM",
           .help = "Translations held."});
    g.time("hit", hit, {.maximum = microsecond, .help = "From request to answer."});
  }
};

struct EndpointParameters {
  std::uint32_t functions = 1;
  std::string name = "endpoint";
  void describe(ParameterGroup& g) {
    g.add("functions", functions, {.unit = "functions", .minimum = 1, .maximum = 8});
    g.add("name", name, {.help = "As in the statistics."});
  }
};

struct SystemParameters {
  std::uint64_t clock = 1'000'000'000;
  std::uint64_t memory = 1ULL << 30;
  bool checker = false;
  Ordering ordering = Ordering::requester;
  std::uint64_t lookahead = 0;
  TlbParameters tlb;
  std::vector<EndpointParameters> endpoints{{}, {.functions = 2, .name = "second"}};
  void describe(ParameterGroup& g) {
    g.frequency("clock", clock, {.help = "Of everything."});
    g.add("memory", memory, {.unit = "bytes"});
    g.add("checker", checker, {});
    g.add("ordering", ordering, {{"requester", Ordering::requester}, {"vc", Ordering::vc}}, {});
    g.add("lookahead", lookahead, {.unit = "ps", .host_only = true});
    g.group("tlb", tlb);
    g.list("endpoints", endpoints, "PCIe endpoints.", 1, 4);
  }
};

class ParametersTest : public testing::Test {
 protected:
  /// The message of the InputError that reading `yaml` ends with.
  std::string error_of(const std::string& yaml) {
    try {
      read_yaml_text(tree_, yaml, "virt.yaml");
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }
  std::string error_of_set(const std::string& assignment) {
    try {
      tree_.set(assignment);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }

  SystemParameters system_;
  ParameterTree tree_{system_};
};

TEST_F(ParametersTest, YamlFillsEveryType) {
  read_yaml_text(tree_,
                 "clock: 62.5MHz\n"
                 "memory: 4GiB\n"
                 "checker: true\n"
                 "ordering: vc\n"
                 "tlb: {entries: 0x40, hit: 1.5ns}\n",
                 "virt.yaml");
  EXPECT_EQ(system_.clock, 62'500'000u);
  EXPECT_EQ(system_.memory, 4ULL << 30);
  EXPECT_TRUE(system_.checker);
  EXPECT_EQ(system_.ordering, Ordering::vc);
  EXPECT_EQ(system_.tlb.entries, 64u);
  EXPECT_EQ(system_.tlb.hit, 1'500u);
}

TEST_F(ParametersTest, ALaterFileIsLaidOverAnEarlierOne) {
  read_yaml_text(tree_, "tlb: {entries: 64, hit: 3ns}\n", "virt.yaml");
  read_yaml_text(tree_, "tlb:\n  entries: 128\n", "big.yaml");
  EXPECT_EQ(system_.tlb.entries, 128u);
  EXPECT_EQ(system_.tlb.hit, 3'000u);
}

TEST_F(ParametersTest, AListReplacesTheOneBeforeAndStartsFromDefaults) {
  read_yaml_text(tree_, "endpoints:\n- {}\n- {functions: 4}\n- {name: third}\n", "virt.yaml");
  ASSERT_EQ(system_.endpoints.size(), 3u);
  EXPECT_EQ(system_.endpoints[1].functions, 4u);
  EXPECT_EQ(system_.endpoints[1].name, "endpoint");
  EXPECT_EQ(system_.endpoints[2].name, "third");
  tree_.set("endpoints.2.functions=8");
  EXPECT_EQ(system_.endpoints[2].functions, 8u);
  EXPECT_EQ(tree_.find("endpoints.2.functions")->default_text(), "1");
}

TEST_F(ParametersTest, AStarStandsForAllElementsOfAList) {
  read_yaml_text(tree_, "endpoints: [{}, {functions: 2}, {}]\n", "virt.yaml");
  tree_.set("endpoints.*.functions=8");
  for (const EndpointParameters& endpoint : system_.endpoints)
    EXPECT_EQ(endpoint.functions, 8u);
  tree_.set("endpoints.1.functions=4");
  EXPECT_EQ(system_.endpoints[1].functions, 4u);
  EXPECT_EQ(system_.endpoints[2].functions, 8u);
  for (const char* wrong : {"endpoints.*.function=8", "endpoints.*=8", "tlb.*=8", "*.entries=8"})
    EXPECT_THROW(tree_.set(wrong), InputError) << wrong;
}

TEST_F(ParametersTest, AGroupInPlaceOfAListIsLaidOverEachElement) {
  read_yaml_text(tree_, "endpoints: [{name: first}, {}, {functions: 2}]\n", "virt.yaml");
  read_yaml_text(tree_, "endpoints: {functions: 4}\n", "four.yaml");
  ASSERT_EQ(system_.endpoints.size(), 3u);
  for (const EndpointParameters& endpoint : system_.endpoints)
    EXPECT_EQ(endpoint.functions, 4u);
  EXPECT_EQ(system_.endpoints[0].name, "first");
  EXPECT_THAT(error_of("\nendpoints: {function: 4}"),
              testing::StartsWith("virt.yaml:2: endpoints.0.function: "));
}

TEST_F(ParametersTest, AKeyAfterAListIsStillFound) {
  read_yaml_text(tree_, "endpoints: [{}]\ntlb: {entries: 16}\n", "virt.yaml");
  EXPECT_EQ(system_.tlb.entries, 16u);
}

TEST_F(ParametersTest, GroupsOfSomebodyElseArePassedOver) {
  const std::string text = "replay: {pacing: strict}\ntlb: {entries: 16}\n";
  read_yaml_text(tree_, text, "virt.yaml", {"replay", "another"});
  EXPECT_EQ(tree_.find("tlb.entries")->text(), "16");
  EXPECT_THROW(read_yaml_text(tree_, text, "virt.yaml", {"another"}), InputError);
}

TEST_F(ParametersTest, SetNamesAPathAndAValue) {
  tree_.set("tlb.hit=200ps");
  tree_.set("endpoints.0.name=a=b");
  EXPECT_EQ(system_.tlb.hit, 200u);
  EXPECT_EQ(system_.endpoints[0].name, "a=b");
}

TEST_F(ParametersTest, AnEmptyFileChangesNothing) {
  EXPECT_EQ(error_of(""), "none");
  EXPECT_EQ(error_of("tlb:\n"), "none");
  EXPECT_EQ(system_.tlb.entries, 32u);
}

TEST_F(ParametersTest, AnUnknownKeyIsAnErrorThatSuggestsTheNearest) {
  EXPECT_EQ(error_of("clock: 1GHz\ntlb:\n  entires: 4\n"),
            "virt.yaml:3: tlb.entires: expected a known key such as 'entries', found 'entires'");
  EXPECT_EQ(error_of("smmu: {}\n"),
            "virt.yaml:1: smmu: expected one of clock, memory, checker, ordering, lookahead, tlb, "
            "endpoints, found 'smmu'");
}

TEST_F(ParametersTest, AValueOutOfRangeIsAnError) {
  EXPECT_EQ(error_of("tlb:\n  entries: 131072\n"),
            "virt.yaml:2: tlb.entries: expected a number of entries (1 to 65536, a power of two), "
            "found '131072'");
  EXPECT_THAT(error_of("tlb: {entries: 0}"), testing::HasSubstr("found '0'"));
  EXPECT_THAT(error_of("tlb: {entries: 48}"), testing::HasSubstr("a power of two"));
  EXPECT_EQ(error_of("tlb: {hit: 2us}"),
            "virt.yaml:1: tlb.hit: expected a time such as 170ns (0ps to 1us), found '2us'");
  EXPECT_EQ(system_.tlb.entries, 32u);
  EXPECT_EQ(system_.tlb.hit, 1'000u);
}

TEST_F(ParametersTest, AValueOfAnotherTypeIsAnError) {
  EXPECT_THAT(error_of("tlb: {entries: many}"), testing::HasSubstr("found 'many'"));
  EXPECT_THAT(error_of("tlb: {entries: -1}"), testing::HasSubstr("found '-1'"));
  EXPECT_THAT(error_of("tlb: {entries: [1, 2]}"), testing::HasSubstr("found a list"));
  EXPECT_THAT(error_of("tlb: {entries: }"), testing::HasSubstr("found nothing"));
  EXPECT_THAT(error_of("tlb: {hit: 170}"), testing::HasSubstr("a time such as 170ns"));
  EXPECT_THAT(error_of("clock: 0Hz"), testing::HasSubstr("a frequency such as 1GHz"));
  EXPECT_EQ(error_of("checker: yes"), "virt.yaml:1: checker: expected true or false, found 'yes'");
  EXPECT_EQ(error_of("ordering: strict"),
            "virt.yaml:1: ordering: expected requester or vc, found 'strict'");
  EXPECT_EQ(error_of("tlb: 3"), "virt.yaml:1: tlb: expected a group of keys, found '3'");
  EXPECT_EQ(error_of("endpoints: 2"),
            "virt.yaml:1: endpoints: expected a list, or a group of keys for all elements, found "
            "'2'");
}

TEST_F(ParametersTest, AListOfAWrongLengthIsAnError) {
  EXPECT_EQ(error_of("\nendpoints: []"),
            "virt.yaml:2: endpoints: expected 1 to 4 elements, found 0");
}

TEST_F(ParametersTest, AKeyGivenTwiceIsAnError) {
  EXPECT_EQ(error_of("clock: 1GHz\nclock: 2GHz\n"),
            "virt.yaml:2: clock: expected one value, found a second one");
}

TEST_F(ParametersTest, MalformedYamlIsAnErrorWithItsLine) {
  EXPECT_THAT(error_of("tlb:\n  entries: [1\n"), testing::StartsWith("virt.yaml:3: syntax: "));
}

TEST_F(ParametersTest, ASecondDocumentIsAnErrorWithItsLine) {
  EXPECT_EQ(error_of("clock: 1GHz\n---\nclock: 2GHz\n"),
            "virt.yaml:3: documents: expected one in a file, found a second one");
  EXPECT_EQ(error_of("---\nclock: 1GHz\n...\n# the end\n"), "none");
}

TEST_F(ParametersTest, AMissingFileIsAnErrorThatNamesIt) {
  try {
    read_yaml_file(tree_, "/nowhere/virt.yaml");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "/nowhere/virt.yaml: file: expected a readable YAML file, found none");
  }
}

TEST_F(ParametersTest, ADirectoryIsNoFile) {
  EXPECT_THROW(read_yaml_file(tree_, testing::TempDir()), InputError);
}

TEST_F(ParametersTest, SetErrorsNameTheOption) {
  EXPECT_EQ(error_of_set("tlb.entires=4"),
            "--set tlb.entires=4: tlb.entires: expected a known key such as 'entries', found "
            "'entires'");
  EXPECT_EQ(error_of_set("tlb.entries"),
            "--set: assignment: expected path.key=value, found 'tlb.entries'");
  EXPECT_THAT(error_of_set("tlb=4"), testing::HasSubstr("expected a key inside this group"));
  EXPECT_THAT(error_of_set("endpoints.7.functions=1"),
              testing::HasSubstr("expected an element from 0 to 1, or * for all, found '7'"));
  EXPECT_THAT(error_of_set("tlb.entries.more=1"), testing::HasSubstr("no key inside a value"));
}

TEST_F(ParametersTest, EffectiveValuesReadBackToTheSame) {
  tree_.set("tlb.hit=1.5ns");
  tree_.set("ordering=vc");
  const auto json = effective_values(tree_);
  EXPECT_EQ(json.dump(),
            R"({"clock":"1GHz","memory":1073741824,"checker":false,"ordering":"vc",)"
            R"("tlb":{"entries":32,"hit":"1500ps"},)"
            R"("endpoints":[{"functions":1,"name":"endpoint"},{"functions":2,"name":"second"}]})");
  SystemParameters other;
  ParameterTree copy(other);
  read_yaml_text(copy, json.dump(), "effective");
  EXPECT_EQ(effective_values(copy).dump(), json.dump());
}

TEST_F(ParametersTest, HostOnlyParametersAppearOnlyOnRequest) {
  EXPECT_FALSE(effective_values(tree_).contains("lookahead"));
  EXPECT_TRUE(effective_values(tree_, true).contains("lookahead"));
  EXPECT_EQ(describe_parameters(tree_, true).size(), describe_parameters(tree_).size() + 1);
}

TEST_F(ParametersTest, TheListSaysAllThereIsToKnow) {
  tree_.set("tlb.entries=64");
  const auto json = describe_parameters(tree_);
  EXPECT_EQ(json[4].dump(), R"({"path":"tlb.entries","value":"64","default":"32","unit":"entries",)"
                            R"("range":"1 to 65536, a power of two","source":"MMU-600 TRM",)"
                            R"("help":"Translations held."})");
}

TEST(ParameterText, TimesAreExact) {
  Time time = 0;
  EXPECT_TRUE(parse_time("0.001ns", time));
  EXPECT_EQ(time, 1u);
  EXPECT_TRUE(parse_time("1.500000us", time));
  EXPECT_EQ(time, 1'500'000u);
  EXPECT_TRUE(parse_time("18 s", time));
  EXPECT_EQ(time, 18 * second);
  EXPECT_TRUE(parse_time("0", time));
  for (const char* wrong : {"", "5", "0.5ps", "1.ns", ".5ns", "1e3ns", "-1ns", "1ns ", "1fs",
                            "20000000s", "1.0005ns"}) {
    EXPECT_FALSE(parse_time(wrong, time)) << wrong;
  }
  EXPECT_EQ(time_text(1'500), "1500ps");
  EXPECT_EQ(time_text(170'000), "170ns");
  EXPECT_EQ(time_text(0), "0ps");
}

TEST(ParameterText, IntegersMayBeHexadecimalGroupedAndSizes) {
  std::uint64_t value = 0;
  EXPECT_TRUE(parse_integer("0x4000_0000", value));
  EXPECT_EQ(value, 0x4000'0000u);
  EXPECT_TRUE(parse_integer("64KiB", value));
  EXPECT_EQ(value, 65'536u);
  EXPECT_TRUE(parse_integer("18446744073709551615", value));
  for (const char* wrong : {"", "0x", "1.5", "KiB", "_1", "18446744073709551616", "+1", "1 "}) {
    EXPECT_FALSE(parse_integer(wrong, value)) << wrong;
  }
}

struct FactorParameters {
  std::uint32_t speed = 1000;
  void describe(ParameterGroup& g) {
    g.factor("speed", speed, {.minimum = 10, .maximum = 100'000});
  }
};

TEST(FactorParameter, IsADecimalOfThreePlaces) {
  FactorParameters parameters;
  ParameterTree tree(parameters);
  EXPECT_EQ(tree.find("speed")->text(), "1");
  for (const auto& [text, thousandths] : {std::pair{"0.5", 500u},
                                          {"2", 2000u},
                                          {"1.25", 1250u},
                                          {"0.125", 125u},
                                          {"100", 100'000u}}) {
    tree.set("speed=" + std::string(text));
    EXPECT_EQ(parameters.speed, thousandths) << text;
    EXPECT_EQ(tree.find("speed")->text(), text);
  }
  tree.set("speed=3.0");
  EXPECT_EQ(tree.find("speed")->text(), "3");
  for (const char* wrong : {"0.0001", "0.001", "101", "-1", "1x", "fast", ""}) {
    EXPECT_THROW(tree.set("speed=" + std::string(wrong)), InputError) << wrong;
  }
  EXPECT_THAT(tree.find("speed")->expectation(), "a factor such as 0.5 (0.01 to 100)");
}

}  // namespace
}  // namespace doorbell
