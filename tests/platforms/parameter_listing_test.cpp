#include "platforms/report/parameter_listing.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

using testing::ElementsAre;

struct Tlb {
  std::uint32_t entries = 32;
  Time latency = 5 * nanosecond;
  void describe(ParameterGroup& group) {
    group.add("entries", entries,
              {.unit = "entries",
               .minimum = 1,
               .maximum = 64,
               .power_of_two = true,
               .source = "a book",
               .help = "what it holds"});
    group.time("latency", latency, {.help = "Of a look-up."});
  }
};

struct Board {
  Tlb micro;
  Tlb main;
  void describe(ParameterGroup& group) {
    group.group("micro_tlb", micro);
    group.group("main_tlb", main);
  }
};

class Listing : public testing::Test {
 protected:
  std::vector<std::string> paths(const std::string& pattern) {
    std::vector<std::string> paths;
    for (const Parameter* parameter : select_parameters(tree_, pattern))
      paths.push_back(parameter->path());
    return paths;
  }
  std::string error_of(const std::string& pattern) {
    try {
      paths(pattern);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }

  Board board_;
  ParameterTree tree_{board_};
};

TEST_F(Listing, APatternIsAPartOfAPath) {
  EXPECT_THAT(paths("main"), ElementsAre("main_tlb.entries", "main_tlb.latency"));
  EXPECT_THAT(paths("tlb.lat"), ElementsAre("micro_tlb.latency", "main_tlb.latency"));
  EXPECT_EQ(paths("").size(), 4u);
}

TEST_F(Listing, AGlobFitsWholePathsAcrossDots) {
  EXPECT_THAT(paths("*.entries"), ElementsAre("micro_tlb.entries", "main_tlb.entries"));
  EXPECT_THAT(paths("m[a]*s"), ElementsAre("main_tlb.entries"));
  EXPECT_THAT(error_of("main*lat"), testing::HasSubstr("found none"));
}

TEST_F(Listing, APatternThatFitsNothingNamesTheNearestPath) {
  EXPECT_THAT(error_of("main_tbl"), testing::EndsWith("did you mean main_tlb.entries?"));
  EXPECT_THAT(error_of("latancy"), testing::EndsWith("did you mean micro_tlb.latency?"));
}

TEST_F(Listing, SaysWhatAReaderNeeds) {
  EXPECT_EQ(parameter_listing(select_parameters(tree_, "main"), 100),
            "main_tlb.entries = 32\n"
            "    What it holds: a number of entries (1 to 64, a power of two).\n"
            "    Source: a book\n"
            "\n"
            "main_tlb.latency = 5ns\n"
            "    Of a look-up: a time such as 170ns.\n");
}

TEST(VisibleToSoftware, IsSaid) {
  struct Machine {
    std::uint32_t processors = 1;
    void describe(ParameterGroup& group) {
      group.add("processors", processors,
                {.unit = "processors",
                 .minimum = 1,
                 .maximum = 8,
                 .source = "a book",
                 .visible_to_software = true});
    }
  } machine;
  const ParameterTree tree(machine);
  EXPECT_EQ(parameter_listing(select_parameters(tree, ""), 100),
            "processors = 1\n"
            "    A number of processors (1 to 8).\n"
            "    Source: a book\n"
            "    Software can see it: what restores a checkpoint keeps it.\n");
}

TEST(Wrapped, KeepsToTheWidthAndLosesNoWord) {
  EXPECT_EQ(wrapped("one two three", 9, 2), "  one two\n  three\n");
  EXPECT_EQ(wrapped("one two three", 8, 2), "  one\n  two\n  three\n");
  EXPECT_EQ(wrapped("a verylongword b", 6, 1), " a\n verylongword\n b\n");
  EXPECT_EQ(wrapped("", 10, 2), "");
}

}  // namespace
}  // namespace doorbell
