// Files that somebody has damaged: each is refused in one line, or what it says to load is in the
// file and in memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "doorbell/core/arch/random.h"
#include "platforms/software/elf_image.h"
#include "platforms/software/linux_image.h"
#include "platforms/software/placement.h"
#include "platforms/software/symbols.h"
#include "tests/platforms/software/made_images.h"
#include "tests/support/long_run.h"

namespace doorbell::software {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

class ImageFuzz : public testing::Test {
 protected:
  static constexpr std::size_t header_bytes = 128;  // most damage is done here

  ImageFuzz() { parameters.ram.size = 16 * mebibyte; }

  std::uint64_t value() {
    switch (random.below(5)) {
      case 0:
        return random.below(256);
      case 1:
        return ~std::uint64_t{0} - random.below(256);
      case 2:
        return virt::ram_base + random.below(2 * parameters.ram.size);
      case 3:
        return std::uint64_t{1} << random.below(64);
      default:
        return random.next();
    }
  }
  std::size_t place(const Bytes& bytes) {
    return random.below(random.below(8) != 0 ? std::min(bytes.size(), header_bytes) : bytes.size());
  }
  /// A byte, a field of a header, or an end that comes too soon or too late.
  void damage(Bytes& bytes) {
    const std::uint64_t kind = random.below(8);
    if (kind == 0) {
      bytes.resize(random.below(bytes.size()) + 1);
    } else if (kind == 1) {
      bytes.resize(bytes.size() + random.below(4096), static_cast<std::uint8_t>(random.next()));
    } else if (kind < 5) {
      bytes[place(bytes)] = static_cast<std::uint8_t>(random.next());
    } else {
      const std::size_t at = place(bytes) / 8 * 8;
      const std::uint64_t field = value();
      std::memcpy(bytes.data() + at, &field, std::min<std::size_t>(8, bytes.size() - at));
    }
  }
  Bytes damaged(const Bytes& whole) {
    Bytes bytes = whole;
    for (std::uint64_t i = 0; i <= random.below(4); ++i)
      damage(bytes);
    return bytes;
  }
  /// Counts what becomes of damaged copies.
  void load(const std::vector<Bytes>& wholes, int few,
            const std::function<void(const Bytes&)>& check) {
    const int count = test::cases(few, 100 * few);
    for (int i = 0; i < count && !HasFailure(); ++i) {
      const Bytes bytes = damaged(wholes[random.below(wholes.size())]);
      const std::string line = refusal([&] { check(bytes); });
      ++(line == "nothing" ? accepted : refused);
      if (line != "nothing") {
        EXPECT_EQ(line.find("a.image: "), 0u) << line;
      }
    }
    EXPECT_GT(accepted, count / 100);
    EXPECT_GT(refused, count / 100);
  }
  void expect_in_memory(const Placement& placement) const {
    const virt::Range ram{virt::ram_base, parameters.ram.size};
    for (const Placement::Piece& piece : placement.pieces) {
      EXPECT_GE(piece.address, ram.base);
      EXPECT_LE(piece.bytes.size(), ram.size);
      EXPECT_LE(piece.address - ram.base, ram.size - piece.bytes.size());
    }
    EXPECT_LT(placement.entry - ram.base, ram.size);
  }
  static void expect_within(std::span<const std::uint8_t> part, const Bytes& whole) {
    EXPECT_GE(part.data(), whole.data());
    EXPECT_LE(part.data() + part.size(), whole.data() + whole.size());
  }

  Random random{3};
  virt::VirtParameters parameters;
  int accepted = 0;
  int refused = 0;
};

TEST_F(ImageFuzz, OfElfPrograms) {
  MadeProgram program(virt::ram_base + mebibyte);
  const Bytes one = program.bytes();
  // A second header where the first one's contents are.
  program.header.e_phnum = 2;
  program.contents.resize(sizeof program.segment + 64);
  std::memcpy(program.contents.data(), &program.segment, sizeof program.segment);
  load({one, program.bytes()}, 30'000, [this](const Bytes& bytes) {
    const ElfImage image = elf_image("a.image", bytes);
    EXPECT_FALSE(image.segments.empty());
    for (const ElfImage::Segment& segment : image.segments) {
      expect_within(segment.bytes, image.file);
      EXPECT_GE(segment.size, segment.bytes.size());
      EXPECT_GT(segment.size, 0u);
      EXPECT_GE(segment.address + (segment.size - 1), segment.address);
    }
    Symbols(image).name_of(image.entry);
    expect_in_memory(place_program("a.image", image, 4096, parameters));
  });
}

TEST_F(ImageFuzz, OfKernels) {
  const Bytes kernel = made_kernel(2000, 0x8'0000, 5000);
  load({kernel, made_kernel(2000, 0, 0), packed(kernel)}, 30'000, [this](const Bytes& bytes) {
    const std::uint64_t limit = parameters.ram.size;
    const LinuxImage image = linux_image("a.image", bytes, limit);
    EXPECT_LE(image.bytes.size(), limit);
    EXPECT_GE(image.image_size, image.bytes.size());
    const Bytes initrd(random.below(8192));
    const virt::Range ram{virt::ram_base, parameters.ram.size};
    const Placement placed = place_kernel("a.image", image, "a.image", initrd, 4096, ram);
    expect_in_memory(placed);
    ASSERT_TRUE(placed.tree);
    EXPECT_LE(*placed.tree + 4096, ram.base + ram.size);
    EXPECT_GE(*placed.tree, placed.entry + image.image_size);
  });
}

// What is packed small may be large: no more than memory has is unpacked.
TEST_F(ImageFuzz, OfPackedFiles) {
  const Bytes zeros(4 * mebibyte);
  const Bytes few(100, 0x5a);
  load({packed(zeros), packed(few)}, 3'000, [](const Bytes& bytes) {
    EXPECT_LE(unpack_gzip("a.image", bytes, mebibyte).size(), mebibyte);
  });
}

}  // namespace
}  // namespace doorbell::software
