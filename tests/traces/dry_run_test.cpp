// The dry run is what tests of the import rely on: it must notice what it is there for.
#include "tests/traces/dry_run.h"

#include <gmock/gmock.h>

#include "tests/traces/temporary_file.h"

namespace doorbell::trace::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two streams, each of which uses a page that is then mapped to another frame. `invalidation`
/// stands between.
std::string reuse(const std::string& invalidation) {
  const TemporaryFile file(
      "reuse.trace",
      "doorbell-trace 1\ncpus 1\nsource a hash=0x1\n"
      "stream 0x8 device=8 asid=1 events=1\nstream 0x10 device=16 asid=2 events=1\nbegin\n"
      "1 cpu0 map stream=0x8 iova=0x1000 pages=1 frame=0\n"
      "2 cpu0 map stream=0x10 iova=0x1000 pages=1 frame=1\n"
      "3 dev write stream=0x8 iova=0x1000 bytes=64 kind=data after=2\n"
      "4 dev write stream=0x10 iova=0x1000 bytes=64 kind=data after=2\n"
      "5 cpu0 unmap stream=0x8 iova=0x1000 pages=1 after=1,2\n"
      "6 cpu0 unmap stream=0x10 iova=0x1000 pages=1 after=2,3\n" +
          invalidation +
          "9 cpu0 smmu CMD_SYNC after=1\n"
          "10 cpu0 map stream=0x8 iova=0x1000 pages=1 frame=2 after=1\n"
          "11 cpu0 map stream=0x10 iova=0x1000 pages=1 frame=3 after=1\n"
          "12 dev write stream=0x8 iova=0x1000 bytes=64 kind=data after=2\n"
          "13 dev write stream=0x10 iova=0x1000 bytes=64 kind=data after=2\n"
          "end " +
          std::to_string(invalidation.empty()                                 ? 11
                         : invalidation.find('\n') + 1 == invalidation.size() ? 12
                                                                              : 13) +
          "\n");
  const std::vector<RecordedUse> uses{{0x8, "write", 0x1000, 64, 0x7000},
                                      {0x10, "write", 0x1000, 64, 0x8000},
                                      {0x8, "write", 0x1000, 64, 0x9000},
                                      {0x10, "write", 0x1000, 64, 0xa000}};
  return dry_run(read_all(file.path()), uses, 1);
}

const std::string of_one = "7 cpu0 smmu CMD_TLBI_NH_VA asid=1 iova=0x1000 pages=1 leaf=1\n";
const std::string of_other = "8 cpu0 smmu CMD_TLBI_NH_VA asid=2 iova=0x1000 pages=1 leaf=1\n";

TEST(DryRun, TakesWhatInvalidatesBothAddressSpaces) {
  EXPECT_THAT(reuse(of_one + of_other), IsEmpty());
  EXPECT_THAT(reuse("7 cpu0 smmu CMD_TLBI_NH_VAA iova=0x1000 pages=1 leaf=1\n"), IsEmpty());
  EXPECT_THAT(reuse("7 cpu0 smmu CMD_TLBI_NSNH_ALL\n"), IsEmpty());
}

TEST(DryRun, NoticesWhatIsInvalidatedInOneAlone) {
  EXPECT_THAT(reuse(of_one), HasSubstr("stale"));
  EXPECT_THAT(reuse(of_other), HasSubstr("stale"));
  EXPECT_THAT(reuse("7 cpu0 smmu CMD_TLBI_NH_ASID asid=1\n"), HasSubstr("stale"));
}

TEST(DryRun, NoticesWhatIsNotInvalidated) {
  EXPECT_THAT(reuse(""), HasSubstr("stale"));
  EXPECT_THAT(reuse("7 cpu0 smmu CMD_TLBI_NH_VAA iova=0x2000 pages=1 leaf=1\n"),
              HasSubstr("stale"));
  EXPECT_THAT(reuse("7 cpu0 smmu CMD_CFGI_STE_RANGE\n"), HasSubstr("stale"));
}

}  // namespace
}  // namespace doorbell::trace::test
