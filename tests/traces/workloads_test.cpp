#include <gtest/gtest.h>

#include "tests/traces/temporary_file.h"
#include "traces/format/content_hash.h"
#include "traces/format/reader.h"
#include "traces/import/import.h"

namespace doorbell::trace::test {
namespace {

class Workload : public ::testing::TestWithParam<const char*> {
 protected:
  std::string recording() const {
    return std::string(DOORBELL_TRACES) + "/recordings/" + GetParam() + ".csv.gz";
  }
  std::string trace() const {
    return std::string(DOORBELL_TRACES) + "/workloads/" + GetParam() + ".trace.gz";
  }
};

TEST_P(Workload, IsItsRecordingImported) {
  TemporaryFile fresh("fresh.trace");
  import_recording(recording(), fresh.path());
  EXPECT_EQ(content_hash(trace()), content_hash(fresh.path()))
      << "import traces/recordings/" << GetParam() << ".csv.gz again";
}

TEST_P(Workload, NamesItsRecording) {
  const Reader reader(trace());
  EXPECT_EQ(reader.header().source, std::string(GetParam()) + ".csv.gz");
  EXPECT_EQ(reader.header().source_hash, content_hash(recording()));
}

INSTANTIATE_TEST_SUITE_P(Recordings, Workload,
                         ::testing::Values("nvme_rand", "nvme_seqread", "nvme_seqwrite"));

}  // namespace
}  // namespace doorbell::trace::test
