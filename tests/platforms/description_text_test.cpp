#include "platforms/report/description_text.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/parameter_yaml.h"

namespace doorbell {
namespace {

struct Port {
  std::uint32_t lanes = 4;
  Time latency = 150 * nanosecond;
  void describe(ParameterGroup& group) {
    group.add("lanes", lanes,
              {.unit = "lanes", .minimum = 1, .maximum = 16, .source = "a book", .help = "Width"});
    group.time("latency", latency, {.help = "One way"});
  }
};

struct Board {
  bool fast = true;
  std::string made = "2024-01-01";
  Port uplink;
  std::vector<Port> ports{2};
  void describe(ParameterGroup& group) {
    group.add("fast", fast, {.help = "Or slow"});
    group.add("made", made, {.help = "When"});
    group.group("uplink", uplink, "Towards the processor");
    group.list("ports", ports, "Towards devices");
  }
};

TEST(DescriptionText, HoldsEachValueWithWhatAReaderNeeds) {
  Board board;
  const std::string text = description_text(ParameterTree(board));
  EXPECT_THAT(text,
              testing::ContainsRegex(
                  "\n  lanes: 4 +# Width; [^\n]*number of lanes .1 to 16.. Source: a book\n"));
  EXPECT_THAT(text, testing::HasSubstr("\nmade: \"2024-01-01\" ")) << "no date to YAML";
  EXPECT_THAT(text, testing::HasSubstr("\n# Towards the processor\nuplink:\n"));
  EXPECT_THAT(text, testing::ContainsRegex(
                        "\nports:\n  - lanes: 4 [^\n]+\n    latency: 150ns [^\n]+\n  - lanes: 4 "));
}

TEST(DescriptionText, ReadsBackAsTheSameValues) {
  Board board;
  board.fast = false;
  board.made = "yesterday";
  board.uplink.lanes = 16;
  board.ports.resize(3);
  board.ports[1].latency = 1500;
  const std::string text = description_text(ParameterTree(board));
  Board copy;
  ParameterTree tree(copy);
  read_yaml_text(tree, text, "text");
  EXPECT_EQ(description_text(ParameterTree(copy)), text);
  EXPECT_EQ(copy.made, "yesterday");
  EXPECT_EQ(copy.ports[1].latency, 1500u);
}

}  // namespace
}  // namespace doorbell
