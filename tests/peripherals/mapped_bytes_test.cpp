#include "doorbell/peripherals/arch/mapped_bytes.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "doorbell/core/arch/error.h"
#include "doorbell/peripherals/arch/flash_array.h"

namespace doorbell::peripherals {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::uint64_t size = 64 * 1024;

class MappedBytesTest : public testing::Test {
 protected:
  MappedBytesTest() {
    std::string name = std::filesystem::temp_directory_path() / "mapped_bytes_XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~MappedBytesTest() override { std::filesystem::remove_all(folder); }

  std::filesystem::path file(std::size_t bytes, char content = 'x') const {
    std::ofstream(folder / "file") << std::string(bytes, content);
    return folder / "file";
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::filesystem::path folder;
};

TEST_F(MappedBytesTest, AreZeroWithoutAFile) {
  MappedBytes bytes(size);
  EXPECT_EQ(bytes.bytes().size(), size);
  EXPECT_THAT(bytes.bytes(), testing::Each(0));
}

TEST_F(MappedBytesTest, AreThoseOfAFileAndGoThere) {
  const std::filesystem::path path = file(size);
  {
    MappedBytes bytes(size, path);
    EXPECT_EQ(bytes.bytes()[size - 1], 'x');
    bytes.bytes()[1] = 'y';
  }
  EXPECT_THAT(content(path), testing::StartsWith("xyx"));
}

TEST_F(MappedBytesTest, AFileThatDoesntFitIsRefused) {
  const auto open = [&](const std::filesystem::path& path) {
    return [path] { MappedBytes(size, path); };
  };
  EXPECT_THAT(open(file(size - 1)),
              ThrowsMessage<InputError>(HasSubstr("expected a file of 65536 bytes, found 65535")));
  EXPECT_THAT(open(file(0)), ThrowsMessage<InputError>(HasSubstr("found 0 bytes")));
  EXPECT_THAT(open(folder / "missing"),
              ThrowsMessage<InputError>(HasSubstr("missing: expected a file to read and write")));
  EXPECT_THAT(open(folder), ThrowsMessage<InputError>(HasSubstr(folder.string())));
  EXPECT_THAT(open("/dev/null"), ThrowsMessage<InputError>(HasSubstr("no regular file")));
}

TEST_F(MappedBytesTest, FlashOfAFileHoldsItsBytesAsTheyAre) {
  const std::filesystem::path path = file(size);
  {
    FlashArray array(size, path);
    EXPECT_EQ(array.byte(0), 'x');
    array.program(0, 0x0F);
    array.erase(1);
  }
  const std::string after = content(path);
  EXPECT_EQ(after[0], 'x' & 0x0F);
  EXPECT_EQ(after[1], '\xFF');
}

TEST_F(MappedBytesTest, FlashWithoutAFileIsErasedAndHoldsWhatIsProgrammed) {
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
