#include "doorbell/core/arch/output_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

namespace files = std::filesystem;

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() { files::create_directories(directory_); }
  ~OutputFileTest() override { files::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  static void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string text_of(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  /// How many files there are, those beside others too.
  long count() const {
    return std::distance(files::directory_iterator(directory_), files::directory_iterator());
  }

  files::path directory_ =
      files::path(::testing::TempDir()) /
      ("output_file_" +
       std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(OutputFileTest, TheOldFileStaysUntilTheNewOneIsWhole) {
  put(path("statistics"), "old");
  {
    OutputFile file(path("statistics"));
    // More than any buffer holds back.
    for (int i = 0; i < 10'000; ++i)
      file.write("a line of the new file, and that is what it is\n");
    EXPECT_EQ(text_of(path("statistics")), "old");
  }
  EXPECT_EQ(text_of(path("statistics")), "old");
  EXPECT_EQ(count(), 1);
  OutputFile file(path("statistics"));
  file.write("new");
  file.close();
  EXPECT_EQ(text_of(path("statistics")), "new");
  EXPECT_EQ(count(), 1);
}

TEST_F(OutputFileTest, NothingIsThereWhenAFirstFileIsGivenUp) {
  { OutputFile file(path("first.gz")); }
  EXPECT_EQ(count(), 0);
}

TEST_F(OutputFileTest, ASymbolicLinkLeadsToTheNewFile) {
  put(path("real"), "old");
  files::create_symlink("real", directory_ / "link");
  OutputFile file(path("link"));
  file.write("new");
  file.close();
  EXPECT_TRUE(files::is_symlink(directory_ / "link"));
  EXPECT_EQ(text_of(path("real")), "new");
  EXPECT_EQ(count(), 2);
}

TEST_F(OutputFileTest, WhatIsNoFileIsWrittenInItsPlace) {
  OutputFile nothing("/dev/null");
  nothing.write("text");
  nothing.close();
  EXPECT_TRUE(files::is_character_file("/dev/null"));
  OutputFile full("/dev/full");
  full.write("text");
  EXPECT_THROW(full.close(), InputError);
  EXPECT_TRUE(files::is_character_file("/dev/full"));
}

TEST_F(OutputFileTest, ADirectoryOrAFileInNoneIsRefused) {
  EXPECT_THROW(OutputFile(directory_.string()), InputError);
  EXPECT_THROW(OutputFile(path("none/statistics")), InputError);
}

}  // namespace
}  // namespace doorbell
