#include "doorbell/peripherals/arch/flash_array.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_folder.h"

namespace doorbell::peripherals {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::uint64_t size = 64 * 1024;

TEST(FlashArray, OfAFileHoldsItsBytesAsTheyAre) {
  const test::TemporaryFolder folder;
  {
    FlashArray array(size, folder.write("file", std::string(size, 'x')));
    EXPECT_EQ(array.byte(0), 'x');
    array.program(0, 0x0F);
    array.erase(1);
  }
  const std::string after = folder.read("file");
  EXPECT_EQ(after[0], 'x' & 0x0F);
  EXPECT_EQ(after[1], '\xFF');
}

TEST(FlashArray, OfAFileThatDoesntFitIsRefused) {
  const test::TemporaryFolder folder;
  for (const std::uint64_t bytes : {size - 1, size + 1, std::uint64_t{0}}) {
    EXPECT_THAT(
        [&] { FlashArray(size, folder.write("file", std::string(bytes, 'x'))); },
        ThrowsMessage<InputError>(HasSubstr("/file: expected a file of 65536 bytes, found " +
                                            std::to_string(bytes) + " bytes")));
  }
}

TEST(FlashArray, WithoutAFileIsErasedAndHoldsWhatIsProgrammed) {
  FlashArray array(size);
  EXPECT_EQ(array.byte(size - 1), 0xFF);
  array.program(5, 0x5A);
  EXPECT_EQ(array.byte(5), 0x5A);
  array.erase(5);
  EXPECT_EQ(array.byte(5), 0xFF);
  const std::array<std::uint8_t, 2> image{1, 2};
  array.load(10, image);
  EXPECT_EQ(array.byte(10), 1);
  EXPECT_EQ(array.byte(11), 2);
}

}  // namespace
}  // namespace doorbell::peripherals
