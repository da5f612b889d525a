#include "doorbell/core/arch/mapped_memory.h"

#include <gmock/gmock.h>

#include <array>
#include <numeric>

#include "doorbell/core/arch/error.h"
#include "tests/support/temporary_folder.h"

namespace doorbell {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;
using Writes = MappedMemory::Writes;

TEST(MappedMemory, MayBeFarLargerThanTheHost) {
  constexpr std::uint64_t size = 1ULL << 44;
  MappedMemory memory(size);
  std::array<std::uint8_t, 16> data{};
  data.fill(0xff);
  memory.read(size - 16, data);
  EXPECT_THAT(data, Each(0));
  const std::array<std::uint8_t, 4> written{1, 2, 3, 4};
  memory.write(size - 4, written);
  std::array<std::uint8_t, 4> back{};
  memory.read(size - 4, back);
  EXPECT_EQ(back, written);
}

TEST(MappedMemory, KeepsWhatIsWrittenAcrossPages) {
  MappedMemory memory(1ULL << 32);
  std::array<std::uint8_t, 100> data{};
  std::iota(data.begin(), data.end(), std::uint8_t{1});
  const std::uint64_t address = (2ULL << 20) - 50;
  memory.write(address, data);
  std::array<std::uint8_t, 100> back{};
  memory.read(address, back);
  EXPECT_EQ(back, data);
}

TEST(MappedMemory, ItsBytesAreOneArray) {
  MappedMemory memory(4096 + 100);
  ASSERT_EQ(memory.bytes().size(), 4096u + 100);
  const std::array<std::uint8_t, 1> data{7};
  memory.write(4096 + 99, data);
  EXPECT_EQ(memory.bytes().back(), 7);
}

TEST(MappedMemory, ASizeThatTheHostCantMapIsRefused) {
  EXPECT_THROW(MappedMemory(1ULL << 63), InputError);
}

TEST(MappedMemory, KnowsItsEnds) {
  const MappedMemory memory(4096);
  EXPECT_TRUE(memory.contains(0, 4096));
  EXPECT_TRUE(memory.contains(4095, 1));
  EXPECT_FALSE(memory.contains(4095, 2));
  EXPECT_FALSE(memory.contains(~0ULL, 2));
  EXPECT_FALSE(memory.contains(0, 4097));
}

class MappedFile : public testing::Test {
 protected:
  std::filesystem::path file(std::size_t bytes) const {
    return folder.write("file", std::string(bytes, 'x'));
  }
  std::string content() const { return folder.read("file"); }

  static constexpr std::uint64_t large = 5 << 20;  ///< What gives its memory back is within.
  test::TemporaryFolder folder;
};

TEST_F(MappedFile, KeepsWhatIsWrittenOnlyWhereWritesReachIt) {
  const std::filesystem::path path = file(10'000);
  MappedMemory(path, Writes::stay_here).bytes()[9'999] = 'y';
  EXPECT_EQ(content(), std::string(10'000, 'x'));
  MappedMemory(path, Writes::reach_file).bytes()[1] = 'y';
  EXPECT_THAT(content(), StartsWith("xyx"));
}

TEST_F(MappedFile, ThatIsEmptyHasNoBytes) {
  EXPECT_EQ(MappedMemory(file(0), Writes::stay_here).size(), 0u);
}

TEST_F(MappedFile, ThatCantBeMappedIsRefused) {
  const auto open = [](const std::filesystem::path& path, Writes writes) {
    return [path, writes] { MappedMemory(path, writes); };
  };
  EXPECT_THAT(open(folder / "missing", Writes::reach_file),
              ThrowsMessage<InputError>(
                  HasSubstr("/missing: expected a file to read and write, found No such file")));
  EXPECT_THAT(open(folder / "missing", Writes::stay_here),
              ThrowsMessage<InputError>(HasSubstr("/missing: expected a file to read, found No")));
  EXPECT_THAT(open(folder.path(), Writes::stay_here),
              ThrowsMessage<InputError>(HasSubstr("expected a regular file")));
  EXPECT_THAT(
      open("/dev/null", Writes::reach_file),
      ThrowsMessage<InputError>("/dev/null: expected a regular file, found something else"));
}

TEST_F(MappedFile, IsZeroedWithinARangeToTheByte) {
  for (const Writes writes : {Writes::stay_here, Writes::reach_file}) {
    MappedMemory memory(file(large), writes);
    memory.zero(1'000, large - 2'000);
    EXPECT_EQ(memory.bytes()[999], 'x');
    EXPECT_THAT(memory.bytes().subspan(1'000, large - 2'000), Each(0));
    EXPECT_EQ(memory.bytes()[large - 1'000], 'x');
    memory.zero(10, 20);
    EXPECT_EQ(memory.bytes()[9], 'x');
    EXPECT_THAT(memory.bytes().subspan(10, 20), Each(0));
    EXPECT_EQ(memory.bytes()[30], 'x');
    EXPECT_EQ(content()[2'000'000] == '\0', writes == Writes::reach_file);
  }
}

TEST_F(MappedFile, ReplacesBytesWhereTheyAre) {
  MappedMemory memory(20'000);
  std::uint8_t* const first = memory.bytes().data();
  first[5] = 'a';
  memory.replace(file(20'000));
  EXPECT_EQ(memory.bytes().data(), first);
  EXPECT_THAT(memory.bytes(), Each('x'));
  first[5] = 'b';
  EXPECT_EQ(content(), std::string(20'000, 'x'));
  memory.zero(0, 20'000);
  EXPECT_THAT(memory.bytes(), Each(0));
}

TEST_F(MappedFile, ReplacesWhatReachedAnotherFileAndLeavesThatAlone) {
  MappedMemory memory(folder.write("before", std::string(large, 'a')), Writes::reach_file);
  memory.replace(file(large));
  memory.zero(0, large);
  EXPECT_EQ(folder.read("before"), std::string(large, 'a'));
  EXPECT_EQ(content(), std::string(large, 'x'));
}

TEST_F(MappedFile, OfAnotherSizeReplacesNothing) {
  MappedMemory memory(20'000);
  EXPECT_THAT(
      [&] { memory.replace(file(19'999)); },
      ThrowsMessage<InputError>(HasSubstr("/file: expected 20000 bytes, found 19999 bytes")));
  EXPECT_THAT(memory.bytes(), Each(0));
}

TEST_F(MappedFile, ThatWasCutShortIsRefused) {
  const MappedMemory memory(file(20'000), Writes::stay_here);
  EXPECT_NO_THROW(memory.check_file());
  std::filesystem::resize_file(folder / "file", 10'000);
  EXPECT_THAT([&] { memory.check_file(); },
              ThrowsMessage<InputError>(
                  HasSubstr("expected the 20000 bytes that it had, found 10000 bytes")));
  EXPECT_NO_THROW(MappedMemory(4096).check_file());
}

}  // namespace
}  // namespace doorbell
