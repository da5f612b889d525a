#include "platforms/diagram/diagram.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "doorbell/core/arch/error.h"
#include "platforms/diagram/dot_text.h"
#include "platforms/diagram/picture.h"

namespace doorbell {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Diagram::Block core(const std::string& name) {
  return {"top." + name, name, "Core", {{"top." + name + ".memory", "memory", true}}, {}};
}

/// Three cores on a bus with a port for each, a spare port, and something nobody is bound to.
Diagram cores() {
  Diagram::Block bus{"top.bus", "bus", "Bus<64>", {}, {}};
  for (const char* port : {"port0", "port1", "port2", "spare"})
    bus.sockets.push_back({std::string("top.bus.") + port, port, false});
  const Diagram::Block alone{"top.alone", "alone", "Core", {{"top.alone.x", "x", true}}, {}};
  Diagram diagram{
      {"top", "top", "Top", {}, {core("core0"), core("core1"), core("core2"), bus, alone}}, {}};
  for (const char* number : {"0", "1", "2"}) {
    diagram.bindings.push_back({std::string("top.core") + number + ".memory",
                                std::string("top.bus.port") + number, "TLM"});
  }
  return diagram;
}

TEST(Diagram, TheBoundPartLeavesOutWhatNothingIsBoundTo) {
  const Diagram part = bound_part(cores());
  ASSERT_EQ(part.top.blocks.size(), 4u);
  EXPECT_EQ(part.top.blocks[3].sockets.size(), 3u);
  EXPECT_EQ(part.top.blocks[3].unbound, 1u);
  EXPECT_EQ(part.bindings.size(), 3u);
}

TEST(Diagram, FoldingDrawsAlikeBlocksSocketsAndBindingsOnce) {
  const Diagram one = folded(bound_part(cores()));
  ASSERT_EQ(one.top.blocks.size(), 2u);
  EXPECT_EQ(one.top.blocks[0].name, "core0…2");
  ASSERT_EQ(one.top.blocks[1].sockets.size(), 1u);
  EXPECT_EQ(one.top.blocks[1].sockets[0].name, "port0…2");
  ASSERT_EQ(one.bindings.size(), 1u);
  EXPECT_EQ(one.bindings[0].count, 3u);
  EXPECT_EQ(one.bindings[0].from, "top.core0…2.memory");
  EXPECT_EQ(one.bindings[0].to, "top.bus.port0…2");
}

TEST(Diagram, FoldingKeepsClassesApartAndNamesGaps) {
  Diagram diagram = cores();
  diagram.top.blocks[1].model = "LittleCore";
  const Diagram one = folded(diagram);
  EXPECT_EQ(one.top.blocks[0].name, "core0, 2");
  EXPECT_EQ(one.top.blocks[1].name, "core1");
}

TEST(DotText, HasClustersBoxesAndLabelledArrows) {
  const std::string text = dot_text(folded(bound_part(cores())));
  EXPECT_THAT(text,
              AllOf(HasSubstr("subgraph \"cluster top\""), HasSubstr("Bus&lt;64&gt;"),
                    HasSubstr("TLM ×3"), HasSubstr("1 more, not bound"), Not(HasSubstr("alone"))));
}

TEST(Picture, TheEndingSaysOfWhatKindItIs) {
  const std::string file =
      std::filesystem::temp_directory_path() / ("doorbell-" + std::to_string(getpid()) + ".dot");
  write_picture("digraph { a -> b }", file);
  EXPECT_EQ(std::filesystem::file_size(file), 18u);
  std::filesystem::remove(file);
  EXPECT_THROW(write_picture("digraph {}", "picture.jpeg"), InputError);
  EXPECT_THROW(write_picture("digraph {}", "/nowhere/picture.dot"), InputError);
}

/// A folder for files of a test; gone at the end.
class PictureFile : public testing::Test {
 protected:
  PictureFile() { std::filesystem::create_directory(folder_); }
  ~PictureFile() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::string read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  /// How many files there are, those beside others too.
  long count() const { return std::distance(std::filesystem::directory_iterator(folder_), {}); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("doorbell-picture-" + std::to_string(getpid()));
};

TEST_F(PictureFile, StaysWhenANewOneCannotBeDrawn) {
  const std::string file = write("picture.svg", "old");
  EXPECT_THROW(write_picture("no graph", file), InputError);
  EXPECT_EQ(read("picture.svg"), "old");
  EXPECT_EQ(count(), 1);
  write_picture("digraph { a -> b }", file);
  EXPECT_THAT(read("picture.svg"), HasSubstr("<svg"));
  EXPECT_EQ(count(), 1);
}

// As all that the command writes: what a symbolic link leads to is the file.
TEST_F(PictureFile, IsWrittenWhereASymbolicLinkLeads) {
  write("real.dot", "old");
  std::filesystem::create_symlink("real.dot", folder_ / "link.dot");
  write_picture("digraph { a -> b }", folder_ / "link.dot");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link.dot"));
  EXPECT_EQ(read("real.dot"), "digraph { a -> b }");
}

}  // namespace
}  // namespace doorbell
