#include "platforms/console/file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "doorbell/core/arch/error.h"
#include "tests/console/screen.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::console {
namespace {

TEST(ConsoleFile, KeepsBytesAndBeginsAnew) {
  const test::TemporaryFolder folder;
  const std::string name = folder.write("console", "what was there before");
  const std::string bytes("a\r\nb\0\xFF", 6);
  {
    File file(name);
    put(file, bytes, 0);
    EXPECT_EQ(file.next_input(), never);
  }
  EXPECT_EQ(folder.read("console"), bytes);
}

TEST(ConsoleFile, OneThatCantBeWrittenIsRefused) {
  EXPECT_THROW(File("/nowhere/console"), InputError);
}

TEST(ConsoleFile, AFullDiskIsTold) {
  File file("/dev/full");
  EXPECT_THROW(put(file, "a line\n", 0), InputError);
}

}  // namespace
}  // namespace doorbell::console
