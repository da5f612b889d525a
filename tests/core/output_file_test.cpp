#include "doorbell/core/arch/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
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

// Pipes of its own: who replaced a device by a file would do so for everybody on the machine.
TEST_F(OutputFileTest, WhatIsNoFileIsWrittenInItsPlace) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  OutputFile file(path("pipe"));
  file.write("text");
  file.close();
  EXPECT_TRUE(files::is_fifo(path("pipe")));
  std::array<char, 8> read_back{};
  EXPECT_EQ(read(reader, read_back.data(), read_back.size()), 4);
  EXPECT_STREQ(read_back.data(), "text");
  close(reader);
}

TEST_F(OutputFileTest, WhatTakesNothingIsAnErrorAndStays) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  OutputFile file(path("pipe"));
  close(reader);
  file.write("text");
  EXPECT_THROW(file.close(), InputError);
  EXPECT_TRUE(files::is_fifo(path("pipe")));
  std::signal(SIGPIPE, before);
}

TEST_F(OutputFileTest, ADirectoryOrAFileInNoneIsRefused) {
  EXPECT_THROW(OutputFile(directory_.string()), InputError);
  EXPECT_THROW(OutputFile(path("none/statistics")), InputError);
}

// Points of a sweep may be run twice at a time, on machines that share a folder.
TEST_F(OutputFileTest, SeveralWritersDontMeetBeforeTheirFilesAreWhole) {
  NewFile one(path("file"), NewFile::Writers::several);
  {
    NewFile other(path("file"), NewFile::Writers::several);
    EXPECT_NE(one.written(), other.written());
    put(other.written(), "other");
    put(one.written(), "one");
    other.keep();
    NewFile(path("file"), NewFile::Writers::several);
  }
  EXPECT_EQ(text_of(path("file")), "other");
  EXPECT_EQ(files::status(path("file")).permissions(), files::perms(0644));
  one.keep();
  EXPECT_EQ(text_of(path("file")), "one");
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace doorbell
