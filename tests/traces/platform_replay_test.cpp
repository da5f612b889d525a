#include <gtest/gtest.h>

#include <systemc>

#include "doorbell/core/arch/error.h"
#include "platforms/replay/replay.h"
#include "platforms/virt/accounts.h"
#include "tests/traces/synthetic_recording.h"
#include "tests/traces/temporary_file.h"
#include "traces/import/import.h"

namespace doorbell::replay::test {
namespace {

using trace::test::TemporaryFile;

/// A whole replay on the virt platform.
struct Replayed {
  explicit Replayed(const std::string& path, ReplayParameters values = {})
      : parameters(values), platform("virt", description), replay(platform, parameters, path) {
    auto& scheduler = platform.simulation().scheduler();
    scheduler.set_timing(Timing::loose);
    replay.on_ready([this, &scheduler] {
      scheduler.set_timing(Timing::approximate);
      platform.simulation().statistics().reset(scheduler.now());
      platform.simulation().journeys().reset();
    });
    replay.on_end([] { sc_core::sc_stop(); });
    replay.start();
    sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_SEC));
  }
  virt::VirtParameters description;
  ReplayParameters parameters;
  virt::Platform platform;
  Replay replay;
};

void expect_whole(Replayed& run, std::uint64_t msis) {
  const auto& counts = run.replay.counts();
  EXPECT_EQ(run.replay.remaining(), "");
  EXPECT_EQ(run.replay.position().done, 1.0);
  EXPECT_EQ(counts.msis, msis);
  EXPECT_EQ(counts.msis_taken, msis);
  EXPECT_EQ(counts.failed, 0u);
  EXPECT_EQ(counts.refused, 0u);
  EXPECT_EQ(counts.msis_lost, 0u);
  EXPECT_EQ(run.replay.smmu_events(), 0u);
  const auto& journeys = run.platform.simulation().journeys();
  EXPECT_EQ(journeys.started(), msis);
  EXPECT_EQ(journeys.finished(Outcome::acknowledged) + journeys.finished(Outcome::coalesced), msis);
}

std::string workload(const std::string& name) {
  return std::string(DOORBELL_TRACES) + "/workloads/" + name + ".trace.gz";
}

TEST(PlatformReplay, RandomReads) {
  Replayed run(workload("nvme_rand"));
  expect_whole(run, 2417);
  EXPECT_EQ(run.replay.skipped(), 0u);
}

TEST(PlatformReplay, SequentialReads) {
  Replayed run(workload("nvme_seqread"));
  expect_whole(run, 107);
}

TEST(PlatformReplay, SequentialWrites) {
  Replayed run(workload("nvme_seqwrite"));
  expect_whole(run, 124);
}

TEST(PlatformReplay, AtRecordedTimes) {
  Replayed run(workload("nvme_seqwrite"), {.pacing = Pacing::recorded, .time_divisor = 1000});
  expect_whole(run, 124);
}

TEST(PlatformReplay, TwoDrives) {
  TemporaryFile recording("two.csv");
  TemporaryFile file("two.trace.gz");
  trace::test::write_synthetic_recording(recording.path(), trace::test::two_drives(1000, 3));
  trace::import_recording(recording.path(), file.path());
  Replayed run(file.path());
  expect_whole(run, 1000);
}

TEST(PlatformReplay, EventsThatNobodyMappedAreOpenedFirst) {
  TemporaryFile file("a.trace",
                     "doorbell-trace 1\ncpus 1\nstream 0x8 device=8 asid=1 events=3\nbegin\n"
                     "1 cpu0 map stream=0x8 iova=0xfffff000 pages=1 doorbell\n"
                     "2 dev msi stream=0x8 iova=0xfffff040 event=2 after=1\n"
                     "end 2\n");
  Replayed run(file.path());
  expect_whole(run, 1);
}

TEST(PlatformReplay, TooManyStreamsForThePlatform) {
  TemporaryFile file("a.trace",
                     "doorbell-trace 1\ncpus 1\nstream 1 device=1 asid=1 events=1\n"
                     "stream 2 device=2 asid=2 events=1\nstream 3 device=3 asid=3 events=1\n"
                     "begin\nend 0\n");
  EXPECT_THROW(Replayed(file.path()), InputError);
}

}  // namespace
}  // namespace doorbell::replay::test
