#include "platforms/console/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "doorbell/core/arch/error.h"
#include "tests/console/screen.h"

namespace doorbell::console {
namespace {

TEST(ConsoleFile, KeepsBytesAndBeginsAnew) {
  std::string name = std::filesystem::temp_directory_path() / "console_XXXXXX";
  close(mkstemp(name.data()));
  std::ofstream(name) << "what was there before";
  const std::string bytes("a\r\nb\0\xFF", 6);
  {
    File file(name);
    put(file, bytes, 0);
    EXPECT_EQ(file.next_input(), never);
  }
  std::ifstream stream(name, std::ios::binary);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(stream), {}}), bytes);
  std::filesystem::remove(name);
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
