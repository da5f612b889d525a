// What a sweep remembers of its jobs in DIR, so that another process can wait for them.
#include "platforms/explore/sweep/slurm_record.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "doorbell/core/arch/error.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class SlurmRecordTest : public ::testing::Test {
 protected:
  test::TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path();
};

TEST_F(SlurmRecordTest, AnotherProcessReadsWhatWasAnnounced) {
  SlurmRecord record(folder_);
  const std::string first = record.announce({"a", "b"});
  const std::string second = record.announce({"c"});
  EXPECT_NE(first, second);
  record.submitted(second, 17);
  const SlurmRecord again(folder_);
  ASSERT_EQ(again.submissions().size(), 2u);
  EXPECT_EQ(again.submissions()[0].name, first);
  EXPECT_EQ(again.submissions()[0].job, 0u) << "sbatch may not have been reached";
  EXPECT_THAT(again.submissions()[0].keys, ElementsAre("a", "b"));
  EXPECT_EQ(again.submissions()[1].job, 17u);
  EXPECT_THAT(again.submissions()[1].keys, ElementsAre("c"));
}

TEST_F(SlurmRecordTest, SaysWhetherPointsOfAFolderAreSubmitted) {
  SlurmRecord record(folder_);
  EXPECT_FALSE(slurm_has_points_of(folder_));
  const std::string first = record.announce({"a"});
  const std::string second = record.announce({"b"});
  record.forget(first);
  EXPECT_TRUE(slurm_has_points_of(folder_));
  EXPECT_EQ(SlurmRecord(folder_).submissions().size(), 1u);
  record.forget(second);
  EXPECT_FALSE(slurm_has_points_of(folder_));
  EXPECT_FALSE(fs::exists(record.list_of(first)) || fs::exists(record.list_of(second)));
}

TEST_F(SlurmRecordTest, ForgetsEverythingWhenAllIsDone) {
  SlurmRecord record(folder_);
  record.announce({"a"});
  const std::string list = record.list_of(record.announce({"b"}));
  record.forget_all();
  EXPECT_FALSE(slurm_has_points_of(folder_));
  EXPECT_FALSE(fs::exists(list));
  EXPECT_THAT(SlurmRecord(folder_).submissions(), IsEmpty());
}

TEST_F(SlurmRecordTest, OneThatIsCorruptIsRefused) {
  for (const char* text : {"", "{", "{\"format\": 2, \"arrays\": []}", "{\"format\": 1}",
                           "{\"format\": 1, \"arrays\": [{\"name\": \"n\", \"job\": 3}]}"}) {
    std::ofstream(folder_ / "slurm.json") << text;
    EXPECT_THROW(SlurmRecord{folder_}, InputError) << text;
  }
}

}  // namespace
}  // namespace doorbell::sweep
