#include "platforms/software/image_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/platforms/software/made_images.h"

namespace doorbell::software {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr std::uint64_t mebibyte = 1 << 20;

class ImageFile : public testing::Test {
 protected:
  ImageFile() : path_(testing::TempDir() + "image_file_" + std::to_string(getpid())) {}
  ~ImageFile() override { std::remove(path_.c_str()); }
  void write(const Bytes& bytes) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  std::string path_;
};

TEST_F(ImageFile, IsReadWhole) {
  Bytes bytes(3 * mebibyte + 5, 7);
  bytes.back() = 9;
  write(bytes);
  EXPECT_EQ(read_file(path_, bytes.size()), bytes);
}

TEST_F(ImageFile, ThatIsEmptyMissingOrTooLargeIsRefused) {
  EXPECT_EQ(refusal([&] { read_file(path_, mebibyte); }),
            path_ + ": cannot be read: expected a readable file, found No such file or directory");
  write({});
  EXPECT_THAT(refusal([&] { read_file(path_, mebibyte); }), EndsWith("found an empty one"));
  write(Bytes(101));
  EXPECT_THAT(refusal([&] { read_file(path_, 100); }), HasSubstr("at most 100 bytes"));
  EXPECT_THAT(refusal([&] { read_file(testing::TempDir(), mebibyte); }),
              HasSubstr("cannot be read"));
}

TEST(Gzip, GivesWhatWasPacked) {
  Bytes bytes(3 * mebibyte + 5);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(i * i >> 7);
  EXPECT_FALSE(is_gzip(bytes));
  ASSERT_TRUE(is_gzip(packed(bytes)));
  EXPECT_EQ(unpack_gzip("a.gz", packed(bytes), bytes.size()), bytes);
}

TEST(Gzip, DamagedCutShortOrTooLargeIsRefused) {
  const Bytes whole = packed(Bytes(100'000, 3));
  EXPECT_THAT(refusal([&] { unpack_gzip("a.gz", whole, 99'999); }),
              HasSubstr("at most 99999 bytes"));
  for (std::size_t size = 2; size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(refusal([&] { unpack_gzip("a.gz", part, mebibyte); }),
              "a.gz: gzip: expected a whole file, found one that is cut short")
        << size;
  }
  Bytes damaged = whole;
  damaged[damaged.size() - 8] ^= 1;  // of the checksum, RFC 1952 2.3.1
  EXPECT_EQ(refusal([&] { unpack_gzip("a.gz", damaged, mebibyte); }),
            "a.gz: gzip: expected intact data, found incorrect data check");
}

}  // namespace
}  // namespace doorbell::software
