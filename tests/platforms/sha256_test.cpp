#include "platforms/report/sha256.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string_view>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string digest(std::string_view text) {
  Sha256 digest;
  digest.update(bytes(text));
  return digest.hexadecimal();
}

// The examples that NIST publishes with FIPS 180-4.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, DoesNotDependOnHowTheBytesArrive) {
  const std::string text(1000, 'x');
  Sha256 pieces;
  for (std::size_t i = 0; i < text.size(); i += 7)
    pieces.update(bytes(std::string_view(text).substr(i, 7)));
  EXPECT_EQ(pieces.hexadecimal(), digest(text));
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const std::string file = testing::TempDir() + "sha256_of_a_file";
  std::ofstream(file) << "abc";
  EXPECT_EQ(sha256_of_file(file), digest("abc"));
  std::remove(file.c_str());
}

TEST(Sha256, OfAMissingFileIsAnInputError) {
  EXPECT_THROW(sha256_of_file("no/such/file"), InputError);
}

}  // namespace
}  // namespace doorbell
