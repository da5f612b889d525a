#include "platforms/report/parameter_schema.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace doorbell {
namespace {

enum class Order : std::uint8_t { strict, relaxed };
enum class Width : std::uint8_t { five, eight };

struct Port {
  std::uint32_t lanes = 4;
  Order order = Order::relaxed;
  Width tag = Width::eight;
  void describe(ParameterGroup& group) {
    group.add("lanes", lanes,
              {.unit = "lanes",
               .minimum = 2,
               .maximum = 16,
               .power_of_two = true,
               .source = "a book",
               .help = "Width"});
    group.add("order", order, {{"strict", Order::strict}, {"relaxed", Order::relaxed}}, {});
    group.add("tag", tag, {{"5", Width::five}, {"8", Width::eight}}, {});
  }
};

struct Board {
  bool fast = true;
  std::uint64_t size = 4096;
  Time latency = 150 * nanosecond;
  std::uint64_t clock = 1'000'000'000;
  std::vector<Port> ports{{.lanes = 16}, {}, {}};
  Port uplink;
  void describe(ParameterGroup& group) {
    group.add("fast", fast, {.help = "Or slow"});
    group.add("size", size, {.unit = "bytes"});
    group.time("latency", latency, {});
    group.frequency("clock", clock, {});
    group.list("ports", ports, "Towards devices", 1, 8);
    group.group("uplink", uplink, "Towards the processor");
  }
};

nlohmann::json schema() {
  Board board;
  ParameterTree tree(board);
  return parameter_schema(tree, "A board");
}

TEST(ParameterSchema, KnowsEveryKeyAndNoOther) {
  const auto json = schema();
  EXPECT_EQ(json["title"], "A board");
  EXPECT_EQ(json["properties"].size(), 6u);
  EXPECT_EQ(json["additionalProperties"], false);
  EXPECT_EQ(json["properties"]["uplink"]["additionalProperties"], false);
  EXPECT_EQ(json["properties"]["uplink"]["description"], "Towards the processor");
}

TEST(ParameterSchema, AnIntegerHasItsBoundsAndMayBeWrittenAsAText) {
  const auto lanes = schema()["properties"]["uplink"]["properties"]["lanes"];
  EXPECT_EQ(lanes["anyOf"][0],
            R"({"type":"integer","minimum":2,"maximum":16,"enum":[2,4,8,16]})"_json);
  EXPECT_EQ(lanes["anyOf"][1]["type"], "string");
  EXPECT_EQ(lanes["default"], 4);
  EXPECT_EQ(lanes["description"],
            "Width. Expected: a number of lanes (2 to 16, a power of two). Source of the default: "
            "a book.");
  EXPECT_FALSE(schema()["properties"]["size"]["anyOf"][0].contains("maximum"));
}

TEST(ParameterSchema, ChoicesAreWhatYamlMakesOfTheirNames) {
  const auto port = schema()["properties"]["uplink"]["properties"];
  EXPECT_EQ(port["order"]["enum"], R"(["strict","relaxed"])"_json);
  EXPECT_EQ(port["order"]["default"], "relaxed");
  EXPECT_EQ(port["tag"]["enum"], "[5,8]"_json);
  EXPECT_EQ(port["tag"]["default"], 8);
}

TEST(ParameterSchema, AListHasItsBoundsAndTheDefaultsOfANewElement) {
  const auto ports = schema()["properties"]["ports"];
  EXPECT_EQ(ports["minItems"], 1);
  EXPECT_EQ(ports["maxItems"], 8);
  EXPECT_EQ(ports["items"]["properties"]["lanes"]["default"], 4);
}

TEST(ParameterSchema, AnObjectInPlaceOfAListHasTheKeysOfAnElement) {
  const auto ports = schema()["properties"]["ports"];
  EXPECT_EQ(ports["type"], R"(["array","object"])"_json);
  EXPECT_EQ(ports["properties"], ports["items"]["properties"]);
  EXPECT_EQ(ports["additionalProperties"], false);
}

TEST(ParameterSchema, TimesAndFrequenciesAreTextsWithAUnit) {
  const auto properties = schema()["properties"];
  EXPECT_EQ(properties["latency"]["default"], "150ns");
  EXPECT_TRUE(properties["latency"]["anyOf"][0].contains("pattern"));
  EXPECT_EQ(properties["clock"]["default"], "1GHz");
  EXPECT_TRUE(properties["clock"].contains("pattern"));
  EXPECT_EQ(properties["clock"]["patternErrorMessage"],
            "Expected a frequency such as 1GHz (at least 1Hz).");
  EXPECT_EQ(properties["fast"], R"({"type":"boolean","default":true,
    "description":"Or slow. Expected: true or false."})"_json);
}

}  // namespace
}  // namespace doorbell
