#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "doorbell/core/arch/error.h"
#include "tests/traces/temporary_file.h"
#include "traces/import/import.h"

namespace doorbell::trace::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* columns = "time_us,op,stream_id,iova,bytes,pa,detail\n";

std::string error_of(const std::string& text) {
  TemporaryFile in("in.csv", text);
  TemporaryFile out("out.trace");
  try {
    import_recording(in.path(), out.path());
  } catch (const InputError& error) {
    EXPECT_FALSE(std::filesystem::exists(out.path()));
    return std::string(error.what()).substr(in.path().size());
  }
  return "no error";
}

std::string error_of_row(const std::string& row) {
  return error_of(columns + row + "\n");
}

TEST(ImportErrors, EachMistakeHasItsLine) {
  EXPECT_THAT(error_of("a,b\n"), HasSubstr(":1: not a recording"));
  EXPECT_THAT(error_of_row("1,read"), HasSubstr(":2: columns are missing"));
  EXPECT_THAT(error_of_row("x,read,0x8,0x1000,4,0x2000,data"), HasSubstr(":2: time_us"));
  EXPECT_THAT(error_of_row("1,jump,,,,,"), HasSubstr(":2: unknown op"));
  EXPECT_THAT(error_of_row("1,read,,0x1000,4,0x2000,data"), HasSubstr(":2: stream_id"));
  EXPECT_THAT(error_of_row("1,read,0x8,0x1000,0,0x2000,data"), HasSubstr("bytes is out of range"));
  EXPECT_THAT(error_of_row("1,read,0x8,0x1800,4097,0x2800,data"),
              HasSubstr("expected at most 4096"));
  EXPECT_THAT(error_of_row("1,read,0x8,0x1000,4,0x2004,data"), HasSubstr(":2: pa"));
  EXPECT_THAT(error_of_row("1,read,0x123456789,0x1000,4,0x2000,data"), HasSubstr("stream_id"));
  EXPECT_THAT(error_of_row("1,doorbell_sq,,,,,queue=1"), HasSubstr("expected value="));
  EXPECT_THAT(error_of_row("1,smmu_command,,,,,FROB"), HasSubstr("not an SMMU command"));
  EXPECT_THAT(
      error_of_row("1,tlbi_range,,,,,vmid=0 asid=1 addr=0x1000 tg=1 num_pages=0 ttl=3 leaf=1"),
      HasSubstr("num_pages is out of range"));
  EXPECT_THAT(error_of_row("1,its_command,,,,,MAPTI DeviceID 0x8"),
              HasSubstr(":2: an operand of MAPTI"));
  EXPECT_EQ(error_of_row("1,read,0x8,0x1000,4,0x2000,something else"), "no error");
}

TEST(ImportErrors, TruncatedRecording) {
  std::ifstream file(std::string(DOORBELL_TRACES) + "/recordings/nvme_rand.csv.gz");
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(error_of(whole.substr(0, whole.size() / 2)), HasSubstr("truncated"));
}

TEST(ImportErrors, FilesThatCannotBeOpened) {
  TemporaryFile in("in.csv", columns);
  EXPECT_THROW(import_recording("/nonexistent/a.csv", "/tmp/never"), InputError);
  EXPECT_THROW(import_recording(in.path(), "/nonexistent/a.trace"), InputError);
  EXPECT_THROW(import_recording(in.path(), in.path()), InputError);
  EXPECT_TRUE(std::filesystem::exists(in.path()));
}

}  // namespace
}  // namespace doorbell::trace::test
