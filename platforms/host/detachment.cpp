#include "platforms/host/detachment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace doorbell {
namespace {

bool can_be_written(int descriptor) {
  const int flags = fcntl(descriptor, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

bool silence_descriptors() {
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) return false;
  std::vector<int> descriptors;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    descriptors.push_back(std::stoi(entry.path().filename()));
  for (const int descriptor : descriptors) {
    if (can_be_written(descriptor) && dup2(nowhere, descriptor) < 0) return false;
  }
  return true;
}

/// A line of `maps`: addresses, what may be done, the place in the file, device, inode, path.
bool make_private(const std::string& line) {
  std::istringstream text(line);
  std::uintptr_t first = 0;
  std::uintptr_t end = 0;
  std::uint64_t offset = 0;
  char dash = '\0';
  std::string may;
  std::string device;
  std::string inode;
  std::string path;
  text >> std::hex >> first >> dash >> end >> may >> offset >> device >> inode >> std::ws;
  std::getline(text, path);
  if (may.size() != 4 || may[3] != 's' || may[1] != 'w') return true;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel names addresses as numbers.
  void* const address = reinterpret_cast<void*>(first);
  const void* const mapped =
      mmap(address, end - first, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
           file, static_cast<off_t>(offset));
  close(file);
  return mapped == address;
}

bool make_mappings_private() {
  std::vector<std::string> lines;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    lines.push_back(line);
  for (const std::string& line : lines) {
    if (!make_private(line)) return false;
  }
  return !lines.empty();
}

}  // namespace

bool detach_from_host() {
  return silence_descriptors() && make_mappings_private();
}

}  // namespace doorbell
