// The picture of a platform, from the outside.
#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string platform(const std::string& arguments) {
  return "platform " + source_path("platforms/virt.yaml") + " " + arguments;
}

TEST(PlatformPicture, ShowsBlocksSocketsAndBindingsOfTheDescription) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path("virt.dot");
  const CommandResult result = run_doorbell(platform("--every --set processors=2 -o " + file));
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(
      read_file(file),
      AllOf(HasSubstr("\"virt.cpu1\":\"memory\":e -> \"virt.fabric\":\"cpu1\":w [label=\" TLM"),
            HasSubstr("\"virt.link0\":\"downstream\":e -> \"virt.endpoint0\":\"link\":w"),
            HasSubstr("\"cluster virt.smmu\""), HasSubstr("DTI"), HasSubstr("TLP"),
            Not(HasSubstr("cpu2"))));
}

TEST(PlatformPicture, DrawsAlikeBlocksOnce) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path("virt.dot");
  ASSERT_EQ(run_doorbell(platform("-o " + file)).status, 0);
  EXPECT_THAT(read_file(file), AllOf(HasSubstr("\"virt.cpu0…3\""), HasSubstr("TLM ×4"),
                                     Not(HasSubstr("virt.cpu1"))));
}

// The preset has two: each has its link to the TCU and its place at the fabric.
TEST(PlatformPicture, ShowsEachTbu) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path("virt.dot");
  ASSERT_EQ(run_doorbell(platform("--every --with smmu-full -o " + file)).status, 0);
  EXPECT_THAT(read_file(file),
              AllOf(HasSubstr("\"virt.root_complex\":\"memory_reads1\":e -> "
                              "\"virt.smmu.tbu1\":\"upstream_reads\":w"),
                    HasSubstr("\"virt.smmu.tbu1\":\"downstream_writes\":e -> "
                              "\"virt.fabric\":\"dma1_writes\":w"),
                    HasSubstr("\"virt.smmu.tbu0\":\"dti\":e -> \"virt.smmu.tcu\":\"dti0\":w"),
                    HasSubstr("\"virt.smmu.tbu1\":\"dti\":e -> \"virt.smmu.tcu\":\"dti1\":w")));
  ASSERT_EQ(run_doorbell(platform("--with smmu-full -o " + file)).status, 0);
  EXPECT_THAT(read_file(file), HasSubstr("\"virt.smmu.tbu0…1\""));
}

TEST(PlatformPicture, IsDrawnByGraphvizInTheKindOfItsEnding) {
  const ScratchDirectory scratch;
  ASSERT_EQ(run_doorbell(platform("-o " + scratch.path("p.svg"))).status, 0);
  ASSERT_EQ(run_doorbell(platform("-o " + scratch.path("p.png"))).status, 0);
  EXPECT_THAT(read_file(scratch.path("p.svg")), HasSubstr("</svg>"));
  EXPECT_EQ(read_file(scratch.path("p.png")).substr(1, 3), "PNG");
}

TEST(PlatformPicture, APlaceThatCannotBeWrittenIsNamedAsItWasGiven) {
  const auto result = run_doorbell("platform virt -o /no/such/folder/p.svg");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors,
              HasSubstr("doorbell: /no/such/folder/p.svg: cannot be written: expected a writable"));
}

TEST(PlatformPicture, MistakesAreOneLineAndStatusTwo) {
  const ScratchDirectory scratch;
  const std::string out = scratch.path("p.svg");
  for (const CommandResult& result :
       {run_doorbell(platform("-o " + scratch.path("p.gif"))),
        run_doorbell(platform("-o " + scratch.path("missing/p.svg"))),
        run_doorbell(platform("--with nothing -o " + out)),
        run_command("PATH=/nowhere " DOORBELL_COMMAND " " + platform("-o " + out))}) {
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.errors.find('\n'), result.errors.size() - 1) << result.errors;
  }
  EXPECT_THAT(run_command("PATH=/nowhere " DOORBELL_COMMAND " " + platform("-o " + out)).errors,
              HasSubstr("Graphviz"));
}

}  // namespace
}  // namespace doorbell::testing
