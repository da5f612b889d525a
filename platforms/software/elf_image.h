#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "platforms/software/image_file.h"

namespace doorbell::software {

/// A program that stands at fixed physical addresses: an executable ELF of 64 bits for AArch64.
struct ElfImage {
  /// What is loaded at an address: bytes of the file, and zeros behind them.
  struct Segment {
    std::uint64_t address = 0;            ///< physical (p_paddr)
    std::span<const std::uint8_t> bytes;  ///< of `file`
    std::uint64_t size = 0;               ///< with the zeros; at least that of `bytes`
  };
  Bytes file;
  std::uint64_t entry = 0;
  std::vector<Segment> segments;  ///< At least one, none empty, none around the end of addresses.
};

/// Reads the headers of a file's bytes (System V ABI, chapters 4 and 5; ELF for AArch64).
/// InputError, one line that names `path`, when it is no such program, or is cut short.
ElfImage elf_image(const std::string& path, Bytes bytes);

}  // namespace doorbell::software
