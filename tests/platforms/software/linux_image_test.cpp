#include "platforms/software/linux_image.h"

#include <gmock/gmock.h>

#include "tests/platforms/software/made_images.h"

namespace doorbell::software {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr std::uint64_t mebibyte = 1 << 20;

TEST(LinuxImage, SaysWhereItWantsToBe) {
  const Bytes bytes = made_kernel(1000, 0x1000, 5000);
  const LinuxImage image = linux_image("Image", bytes, mebibyte);
  EXPECT_EQ(image.bytes, bytes);
  EXPECT_EQ(image.text_offset, 0x1000u);
  EXPECT_EQ(image.image_size, 5000u);
}

TEST(LinuxImage, MayBePacked) {
  const Bytes bytes = made_kernel(1000, 0, 5000);
  EXPECT_EQ(linux_image("Image.gz", packed(bytes), mebibyte).bytes, bytes);
}

TEST(LinuxImage, OfOldIsAtHalfAMebibyte) {
  const LinuxImage image = linux_image("Image", made_kernel(1000, 0, 0), mebibyte);
  EXPECT_EQ(image.text_offset, mebibyte / 2);
  EXPECT_EQ(image.image_size, 1000u);
}

TEST(LinuxImage, OccupiesAtLeastItsBytes) {
  EXPECT_EQ(linux_image("Image", made_kernel(1000, 0, 100), mebibyte).image_size, 1000u);
}

TEST(LinuxImage, WithoutItsMagicIsRefused) {
  Bytes bytes = made_kernel(1000, 0, 1000);
  bytes[56] = 'X';
  EXPECT_EQ(refusal([&] { linux_image("Image", bytes, mebibyte); }),
            "Image: kernel: expected an arm64 Image, with \"ARM\\x64\" at byte 56, found something "
            "else");
  EXPECT_THAT(refusal([&] { linux_image("Image", Bytes(20), mebibyte); }), HasSubstr("kernel"));
}

TEST(LinuxImage, OfAnotherFormatIsNamed) {
  const auto with = [](std::string_view text) {
    Bytes bytes(100);
    std::copy(text.begin(), text.end(), bytes.begin());
    return refusal([&] { linux_image("vmlinuz", bytes, mebibyte); });
  };
  EXPECT_THAT(with("\x7f"
                   "ELF"),
              EndsWith("an ELF file, which --firmware takes"));
  EXPECT_THAT(with(std::string_view("MZ\0\0zimg", 8)), HasSubstr("EFI zboot"));
}

TEST(LinuxImage, CutShortOrTooLargeIsRefused) {
  Bytes bytes = made_kernel(1000, 0, 1000);
  bytes.resize(62);
  EXPECT_EQ(refusal([&] { linux_image("Image", bytes, mebibyte); }),
            "Image: kernel: expected a header of 64 bytes, found 62");
  EXPECT_THAT(refusal([&] { linux_image("Image", made_kernel(1000, mebibyte, 1000), mebibyte); }),
              HasSubstr("at most 1048576 bytes"));
  EXPECT_THAT(refusal([&] { linux_image("Image", made_kernel(1000, 0, ~0ULL), mebibyte); }),
              HasSubstr("at most 1048576 bytes"));
}

// As with Debian's: the header of an EFI application says what the file holds.
TEST(LinuxImage, CutShortOfItsSectionsIsRefused) {
  Bytes bytes = with_sections(made_kernel(5000, 0, 9000), {{1000, 600}, {1600, 3400}, {0, 0}});
  EXPECT_EQ(linux_image("Image", bytes, mebibyte).bytes, bytes);
  bytes.push_back(0);  // a signature may follow
  EXPECT_EQ(linux_image("Image", bytes, mebibyte).bytes, bytes);
  bytes.resize(4999);
  EXPECT_EQ(refusal([&] { linux_image("Image", bytes, mebibyte); }),
            "Image: kernel: expected the 5000 bytes of its PE sections, found 4999");
  bytes.resize(150);  // in the middle of the table
  EXPECT_EQ(refusal([&] { linux_image("Image", bytes, mebibyte); }),
            "Image: kernel: expected the 1600 bytes of its PE sections, found 150");
}

TEST(LinuxImage, OfTheOtherByteOrderIsRefused) {
  Bytes bytes = made_kernel(1000, 0, 1000);
  bytes[24] = 1;
  EXPECT_THAT(refusal([&] { linux_image("Image", bytes, mebibyte); }), HasSubstr("big-endian"));
}

}  // namespace
}  // namespace doorbell::software
