#include "platforms/software/placement.h"

#include <fmt/format.h>

#include <algorithm>

#include "doorbell/core/arch/error.h"
#include "platforms/virt/address_space.h"

namespace doorbell::software {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t kernel_alignment = 2 * mebibyte;  // booting.rst, 4
constexpr std::uint64_t page = 4096;
/// QEMU keeps its own boot loader at the start of memory, and a kernel that wants to be there comes
/// 2 MiB later.
constexpr std::uint64_t boot_loader_bytes = 4096;
constexpr std::uint64_t farthest_initrd = 128 * mebibyte;

std::uint64_t aligned_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// `start` and `size` are from the start of memory.
void expect_room(const std::string& path, const char* what, std::uint64_t start, std::uint64_t size,
                 virt::Range ram) {
  if (start <= ram.size && size <= ram.size - start) return;
  throw InputError(path, 0, what,
                   fmt::format("memory at {:#x} to {:#x}", ram.base, ram.base + ram.size - 1),
                   fmt::format("{} bytes to be placed at {:#x}", size, ram.base + start));
}

bool holds(virt::Range range, std::uint64_t address, std::uint64_t size) {
  return address >= range.base && address - range.base <= range.size &&
         size <= range.size - (address - range.base);
}

/// What a segment meets first that isn't memory.
std::string met_by(const ElfImage::Segment& segment, virt::Range ram,
                   const virt::VirtParameters& parameters) {
  const bool begins_inside = holds(ram, segment.address, 1);
  std::uint64_t at = begins_inside ? ram.base + ram.size : segment.address;
  std::string target = virt::target_at(parameters, at);
  // What begins where nothing is may reach into a device.
  for (const memory::FabricTarget& other : virt::fabric_targets(parameters)) {
    for (const auto& region : other.regions) {
      if (target != "nothing" || region.base < at || region.base - at >= segment.size) continue;
      if (other.name == "ram") continue;
      at = region.base;
      target = other.name;
    }
  }
  return fmt::format("{} at {:#x}", target, at);
}

void check_segment(const std::string& path, const ElfImage::Segment& segment, virt::Range ram,
                   const virt::VirtParameters& parameters) {
  if (holds(ram, segment.address, segment.size)) return;
  throw InputError(path, 0,
                   fmt::format("ELF segment of {} bytes at {:#x}", segment.size, segment.address),
                   fmt::format("memory, {:#x} to {:#x}", ram.base, ram.base + ram.size - 1),
                   met_by(segment, ram, parameters));
}

}  // namespace

Placement place_kernel(const std::string& path, const LinuxImage& kernel,
                       const std::string& initrd_path, std::span<const std::uint8_t> initrd,
                       std::size_t tree_bytes, virt::Range ram) {
  const std::uint64_t start =
      kernel.text_offset + (kernel.text_offset < boot_loader_bytes ? kernel_alignment : 0);
  expect_room(path, "kernel", start, kernel.image_size, ram);
  const std::uint64_t behind_kernel = start + kernel.image_size;
  const std::uint64_t initrd_start =
      aligned_up(std::max(std::min(ram.size / 2, farthest_initrd), behind_kernel), page);
  Placement placement;
  placement.pieces.push_back({ram.base + start, kernel.bytes});
  if (!initrd.empty()) {
    expect_room(initrd_path, "initrd", initrd_start, initrd.size(), ram);
    placement.pieces.push_back({ram.base + initrd_start, initrd});
    placement.initrd = virt::Range{ram.base + initrd_start, initrd.size()};
  }
  const std::uint64_t tree = aligned_up(initrd_start + initrd.size(), kernel_alignment);
  expect_room(initrd.empty() ? path : initrd_path, "device tree behind it", tree, tree_bytes, ram);
  placement.tree = ram.base + tree;
  placement.entry = ram.base + start;
  placement.x0 = *placement.tree;
  return placement;
}

Placement place_program(const std::string& path, const ElfImage& program, std::size_t tree_bytes,
                        const virt::VirtParameters& parameters) {
  const virt::Range ram{virt::ram_base, parameters.ram.size};
  Placement placement;
  placement.entry = program.entry;
  std::uint64_t lowest = ~std::uint64_t{0};
  bool entry_found = false;
  for (const ElfImage::Segment& segment : program.segments) {
    check_segment(path, segment, ram, parameters);
    placement.pieces.push_back({segment.address, segment.bytes});
    lowest = std::min(lowest, segment.address);
    entry_found = entry_found || program.entry - segment.address < segment.size;
  }
  if (!entry_found)
    throw InputError(path, 0, "ELF entry", "an address in a segment",
                     fmt::format("{:#x}", program.entry));
  if (lowest - ram.base >= tree_bytes) placement.tree = ram.base;
  return placement;
}

Placement place_rom(const std::string& path, std::span<const std::uint8_t> firmware) {
  if (firmware.size() > virt::rom.size) {
    throw InputError(path, 0, "firmware", fmt::format("at most {} bytes", virt::rom.size),
                     std::to_string(firmware.size()));
  }
  Placement placement;
  placement.tree = virt::ram_base;
  placement.entry = virt::rom.base;
  return placement;
}

}  // namespace doorbell::software
