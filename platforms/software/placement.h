#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platforms/software/elf_image.h"
#include "platforms/software/linux_image.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/parameters.h"

namespace doorbell::software {

/// What lies where in memory when the first processor starts, as QEMU 7.2 has it (hw/arm/boot.c),
/// so that software finds the same on both. Bytes belong to the images.
struct Placement {
  /// In memory; what is in ROM isn't listed.
  struct Piece {
    std::uint64_t address = 0;
    std::span<const std::uint8_t> bytes;
  };
  std::vector<Piece> pieces;
  std::optional<virt::Range> initrd;
  /// Where the device tree goes; nothing where there is no room for it, which is no error.
  std::optional<std::uint64_t> tree;
  std::uint64_t entry = 0;
  /// X0 of the first processor: the device tree, for a kernel (booting.rst, 4).
  std::uint64_t x0 = 0;
};

/// A kernel from the first 2 MiB of `ram` on that leave room below it; the initial RAM disk behind
/// half of memory, at most 128 MiB up, or behind the kernel; the tree of `tree_bytes` behind that.
/// `initrd` is empty where there is none. InputErrors, one line, when something doesn't fit.
Placement place_kernel(const std::string& path, const LinuxImage& kernel,
                       const std::string& initrd_path, std::span<const std::uint8_t> initrd,
                       std::size_t tree_bytes, virt::Range ram);

/// A program at its own addresses, the tree at the start of memory if that fits below it.
/// InputError when a segment isn't in memory as a whole, or the entry in no segment.
Placement place_program(const std::string& path, const ElfImage& program, std::size_t tree_bytes,
                        const virt::VirtParameters& parameters);

/// Firmware in the ROM, where the first processor starts; the tree at the start of memory.
/// InputError when it is larger than the ROM.
Placement place_rom(const std::string& path, std::span<const std::uint8_t> firmware);

}  // namespace doorbell::software
