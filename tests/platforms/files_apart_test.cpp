#include "platforms/command/files_apart.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "doorbell/core/arch/error.h"
#include "tests/support/temporary_folder.h"

namespace doorbell {
namespace {

using Use = CommandFile::Use;

class FilesApart : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string refusal(const std::vector<CommandFile>& files) {
    try {
      check_apart(files);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }
  /// Of a file that is read and one that is written.
  static std::string refusal(const std::string& read, const std::string& written) {
    return refusal({{"--in", read}, {"--out", written, Use::written}});
  }
  static std::string expected(const std::string& read, const std::string& written) {
    return "--out: expected another file than --in '" + read + "', found '" + written + "'";
  }

  test::TemporaryFolder folder_;
  const std::string file_ = folder_.write("file", "").string();
};

TEST_F(FilesApart, AnOutputIsNoInputUnderWhateverName) {
  std::filesystem::create_symlink(file_, folder_ / "symbolic");
  std::filesystem::create_hard_link(file_, folder_ / "hard");
  std::filesystem::create_directory(folder_ / "sub");
  for (const char* const name : {"file", "./file", "sub/../file", "symbolic", "hard"})
    EXPECT_EQ(refusal(file_, path(name)), expected(file_, path(name)));
  EXPECT_EQ(refusal(file_, path("other")), "none");
}

TEST_F(FilesApart, AnOutputThatIsNamedFirstIsTheOneThatIsToMove) {
  EXPECT_EQ(refusal({{"--out", file_, Use::written}, {"--in", file_}}), expected(file_, file_));
}

TEST_F(FilesApart, TwoOutputsThatAreNotThereYetAreApart) {
  std::filesystem::create_directory_symlink(folder_.path(), folder_ / "linked");
  const auto both = [&](const std::string& one, const std::string& other) {
    return refusal({{"--stats", one, Use::written}, {"--trace", other, Use::written}});
  };
  for (const char* const name : {"new", "./new", "none/../new", "linked/new"})
    EXPECT_EQ(both(path("new"), path(name)), "--trace: expected another file than --stats '" +
                                                 path("new") + "', found '" + path(name) + "'");
  EXPECT_THAT(both("new-in-no-folder", "./new-in-no-folder"), testing::HasSubstr("--trace"));
  EXPECT_EQ(both(path("new"), path("newer")), "none");
}

TEST_F(FilesApart, WhatIsOnlyReadMayBeNamedTwice) {
  EXPECT_EQ(refusal({{"base", file_}, {"new", file_}}), "none");
}

TEST_F(FilesApart, WhatIsNotGivenAndWhatKeepsNothingIsPassedOver) {
  EXPECT_EQ(refusal({{"--stats", "", Use::written}, {"--trace", "", Use::written}}), "none");
  EXPECT_EQ(
      refusal({{"--stats", "/dev/null", Use::written}, {"--trace", "/dev/null", Use::written}}),
      "none");
}

}  // namespace
}  // namespace doorbell
