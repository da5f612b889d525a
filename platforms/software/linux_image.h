#pragma once

#include <cstdint>
#include <string>

#include "platforms/software/image_file.h"

namespace doorbell::software {

/// A kernel in the format of Documentation/arm64/booting.rst: `Image`.
struct LinuxImage {
  Bytes bytes;
  std::uint64_t text_offset = 0;  ///< From a multiple of 2 MiB to where it wants to be.
  std::uint64_t image_size = 0;   ///< Bytes from there on that are the kernel's, BSS included.
};

/// A kernel of a file's bytes, unpacked first if they are gzip. InputError, one line that names
/// `path`, when it is no such kernel, when it is cut short, or when it needs more than `limit`
/// bytes.
LinuxImage linux_image(const std::string& path, Bytes bytes, std::uint64_t limit);

}  // namespace doorbell::software
