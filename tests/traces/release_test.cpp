// When a record goes on: behind all that it depends on, in the order of its kind, within the
// pacing.
#include <gtest/gtest.h>

#include "tests/traces/replay_fakes.h"
#include "tests/traces/temporary_file.h"
#include "traces/format/workload.h"

namespace doorbell::replay::test {
namespace {

using trace::test::TemporaryFile;

constexpr Time slow = 100 * microsecond;

/// Notes when each operation of a processor is begun. Reads of the first page are slow.
class Noting : public Machine {
 public:
  struct Begun {
    std::uint64_t record;
    Time at;
  };
  Noting(Scheduler& scheduler, std::uint64_t seed)
      : Machine(scheduler, seed), scheduler_(scheduler) {}
  Task<bool> perform(const trace::Record& record) override {
    begun.push_back({record.number, scheduler_.now()});
    co_await Delay{scheduler_, nanosecond};
    co_return true;
  }
  Task<bool> read(const trace::Access& access) override {
    co_await Delay{scheduler_, access.iova < 0x2000 ? slow : nanosecond};
    co_return true;
  }
  std::vector<Begun> begun;

 private:
  Scheduler& scheduler_;
};

std::vector<Noting::Begun> begun(const std::string& records, int count,
                                 ReplayParameters parameters = {}) {
  TemporaryFile file("a.trace",
                     "doorbell-trace 1\ncpus 2\nstream 0x8 device=8 asid=1 events=5\nbegin\n" +
                         records + "end " + std::to_string(count) + "\n");
  Scheduler scheduler;
  Noting machine(scheduler, 1);
  Engine engine(scheduler, machine, machine, parameters, trace::Workload(file.path()).open());
  machine.connect(engine);
  engine.start();
  scheduler.run();
  EXPECT_TRUE(engine.ended()) << engine.remaining();
  return machine.begun;
}

const std::string quick_read = "1 dev read stream=0x8 iova=0x2000 bytes=64 kind=data\n";
const std::string slow_read = "1 dev read stream=0x8 iova=0x1000 bytes=64 kind=data\n";

TEST(Release, ARecordWaitsForAllThatItDependsOn) {
  for (const char* after : {"2,1", "2-1"}) {
    const auto operations = begun(
        quick_read + slow_read + "1 cpu0 handle stream=0x8 queue=1 value=1 after=" + after + "\n",
        3);
    ASSERT_EQ(operations.size(), 1u);
    EXPECT_GE(operations[0].at, slow) << after;
  }
}

TEST(Release, SmmuCommandsStayInTheirRecordedOrder) {
  const auto operations =
      begun(slow_read + "1 cpu0 smmu CMD_TLBI_NH_ALL after=1\n1 cpu1 smmu CMD_SYNC\n", 3);
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].record, 2u);
  EXPECT_EQ(operations[1].record, 3u);
}

TEST(Release, AHandlerClosesAsManySubmissionsAsItSays) {
  const std::string submit = "1 cpu0 submit stream=0x8 queue=1 value=1\n";
  // The slow read is the oldest record until long after the last submission.
  const auto operations =
      begun(slow_read + submit + submit +
                "1 cpu1 handle stream=0x8 queue=1 value=2 closes=2 after=1\n" + submit + submit,
            6, {.outstanding = 2});
  ASSERT_EQ(operations.size(), 5u);
  for (const auto& operation : operations)
    EXPECT_LT(operation.at, slow) << operation.record;
}

TEST(Release, TheOldestSubmissionGoesOnWhateverIsOutstanding) {
  const std::string submit = "1 cpu0 submit stream=0x8 queue=1 value=1\n";
  EXPECT_EQ(begun(submit + submit, 2, {.outstanding = 1}).size(), 2u);
}

}  // namespace
}  // namespace doorbell::replay::test
