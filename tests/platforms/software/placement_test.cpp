// Where QEMU 7.2 puts what it starts (hw/arm/boot.c), and what finds no room.
#include "platforms/software/placement.h"

#include <gmock/gmock.h>

#include "tests/platforms/software/made_images.h"

namespace doorbell::software {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t ram = virt::ram_base;
constexpr std::size_t tree_bytes = mebibyte;

Placement place(const LinuxImage& kernel, std::size_t initrd_bytes, std::uint64_t ram_bytes) {
  static const Bytes initrd(64 * mebibyte);
  return place_kernel("Image", kernel, "initrd", std::span(initrd).first(initrd_bytes), tree_bytes,
                      {ram, ram_bytes});
}

LinuxImage kernel(std::uint64_t text_offset, std::uint64_t image_size) {
  return {.bytes = Bytes(100), .text_offset = text_offset, .image_size = image_size};
}

TEST(Placement, AKernelLeavesRoomForABootLoader) {
  EXPECT_EQ(place(kernel(0, mebibyte), 0, 256 * mebibyte).entry, ram + 2 * mebibyte);
  EXPECT_EQ(place(kernel(0x8'0000, mebibyte), 0, 256 * mebibyte).entry, ram + 0x8'0000);
}

TEST(Placement, TheRamDiskIsHalfWayUpAndTheTreeBehindIt) {
  const Placement placement = place(kernel(0, mebibyte), 3 * mebibyte + 1, 64 * mebibyte);
  ASSERT_TRUE(placement.initrd);
  EXPECT_EQ(placement.initrd->base, ram + 32 * mebibyte);
  EXPECT_EQ(placement.initrd->size, 3 * mebibyte + 1);
  EXPECT_EQ(placement.tree, ram + 36 * mebibyte);
  EXPECT_EQ(placement.x0, ram + 36 * mebibyte);
  ASSERT_EQ(placement.pieces.size(), 2u);
  EXPECT_EQ(placement.pieces[1].address, placement.initrd->base);
}

TEST(Placement, TheRamDiskIsAtMost128MebibytesUp) {
  EXPECT_EQ(place(kernel(0, mebibyte), 1, 4096 * mebibyte).initrd->base, ram + 128 * mebibyte);
}

TEST(Placement, TheRamDiskIsBehindTheKernelsBss) {
  const Placement placement = place(kernel(0, 40 * mebibyte + 5), 1, 64 * mebibyte);
  EXPECT_EQ(placement.initrd->base, ram + 42 * mebibyte + 4096);
}

TEST(Placement, WithoutARamDiskTheTreeIsInItsPlace) {
  const Placement placement = place(kernel(0, mebibyte), 0, 64 * mebibyte);
  EXPECT_FALSE(placement.initrd);
  EXPECT_EQ(placement.tree, ram + 32 * mebibyte);
}

TEST(Placement, WhatDoesntFitIsRefused) {
  EXPECT_THAT(refusal([] { place(kernel(0, 63 * mebibyte), 0, 64 * mebibyte); }),
              HasSubstr("Image: kernel: expected memory at 0x40000000 to 0x43ffffff"));
  EXPECT_THAT(refusal([] { place(kernel(0, mebibyte), 33 * mebibyte, 64 * mebibyte); }),
              HasSubstr("initrd: initrd: expected memory"));
  EXPECT_THAT(refusal([] { place(kernel(0, mebibyte), 31 * mebibyte + 1, 64 * mebibyte); }),
              HasSubstr("initrd: device tree behind it: expected memory"));
  EXPECT_EQ(refusal([] { place(kernel(0, mebibyte), 30 * mebibyte, 64 * mebibyte); }), "nothing");
}

Placement place_at(std::uint64_t address, std::uint64_t bss = 0x100,
                   const virt::VirtParameters& parameters = {}) {
  MadeProgram program(address);
  program.segment.p_memsz = program.segment.p_filesz + bss;
  return place_program("a.elf", elf_image("a.elf", program.bytes()), tree_bytes, parameters);
}

TEST(Placement, AProgramIsAtItsAddressAndTheTreeBelowIt) {
  const Placement placement = place_at(ram + 2 * mebibyte);
  EXPECT_EQ(placement.entry, ram + 2 * mebibyte);
  ASSERT_EQ(placement.pieces.size(), 1u);
  EXPECT_EQ(placement.pieces[0].address, ram + 2 * mebibyte);
  EXPECT_EQ(placement.tree, ram);
  EXPECT_EQ(placement.x0, 0u);
}

TEST(Placement, ATreeWithoutRoomBelowAProgramIsLeftOut) {
  EXPECT_TRUE(place_at(ram + tree_bytes).tree);
  EXPECT_FALSE(place_at(ram + tree_bytes - 1).tree);
}

TEST(Placement, AProgramOutsideMemoryIsRefused) {
  virt::VirtParameters parameters;
  parameters.ram.size = 16 * mebibyte;
  EXPECT_THAT(refusal([&] { place_at(virt::gicd.base, 0, parameters); }),
              HasSubstr("found gicd at 0x8000000"));
  EXPECT_THAT(refusal([&] { place_at(virt::gicd.base - 8, 0, parameters); }),
              HasSubstr("found gicd at 0x8000000"));
  EXPECT_THAT(refusal([&] { place_at(ram + 16 * mebibyte, 0, parameters); }),
              HasSubstr("found nothing at 0x41000000"));
  EXPECT_THAT(refusal([&] { place_at(ram + 16 * mebibyte - 16, 1, parameters); }),
              HasSubstr("found nothing at 0x41000000"));
  EXPECT_EQ(refusal([&] { place_at(ram + 16 * mebibyte - 16, 0, parameters); }), "nothing");
}

TEST(Placement, AProgramWhoseEntryIsInNoSegmentIsRefused) {
  MadeProgram program(ram + 2 * mebibyte);
  program.header.e_entry = program.segment.p_paddr + program.segment.p_memsz;
  EXPECT_THAT(
      refusal([&] { place_program("a.elf", elf_image("a.elf", program.bytes()), tree_bytes, {}); }),
      HasSubstr("a.elf: ELF entry: expected an address in a segment"));
}

TEST(Placement, FirmwareIsInTheRom) {
  const Bytes firmware(virt::rom.size + 1);
  const Placement placement = place_rom("bios", std::span(firmware).first(virt::rom.size));
  EXPECT_EQ(placement.entry, 0u);
  EXPECT_EQ(placement.tree, ram);
  EXPECT_THAT(refusal([&] { place_rom("bios", firmware); }), HasSubstr("at most 67108864 bytes"));
}

}  // namespace
}  // namespace doorbell::software
