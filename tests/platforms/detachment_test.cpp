// What a copy of a process does once it is detached.
#include "platforms/host/detachment.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace doorbell {
namespace {

TEST(Detachment, NothingThatACopyWritesReachesFiles) {
  std::string path = testing::TempDir() + "detachment-XXXXXX";
  const int file = mkstemp(path.data());
  ASSERT_EQ(write(file, "before", 6), 6);
  void* const mapped = mmap(nullptr, 6, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  auto* const bytes = static_cast<char*>(mapped);
  const pid_t copy = fork();
  if (copy == 0) {
    bool good = detach_from_host() && std::string(bytes, 6) == "before";
    bytes[0] = 'B';
    good = good && bytes[0] == 'B' && write(file, "behind", 6) == 6;
    _exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = -1;
  waitpid(copy, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(std::string(bytes, 6), "before");
  std::array<char, 16> content{};
  EXPECT_EQ(pread(file, content.data(), content.size(), 0), 6);
  EXPECT_STREQ(content.data(), "before");
  munmap(mapped, 6);
  close(file);
  unlink(path.c_str());
}

}  // namespace
}  // namespace doorbell
