#include <gtest/gtest.h>
#include <sys/resource.h>

#include "doorbell/core/arch/error.h"
#include "tests/traces/replay_fakes.h"
#include "tests/traces/synthetic_recording.h"
#include "tests/traces/temporary_file.h"
#include "traces/format/workload.h"
#include "traces/import/import.h"

namespace doorbell::replay::test {
namespace {

using trace::test::SyntheticOptions;
using trace::test::TemporaryFile;
using trace::test::two_drives;

std::string workload(const std::string& name) {
  return std::string(DOORBELL_TRACES) + "/workloads/" + name + ".trace.gz";
}

/// One replay on the fake machine.
struct Replayed {
  Replayed(const std::string& path, std::uint64_t seed, ReplayParameters values = {})
      : parameters(values),
        machine(scheduler, seed),
        engine(scheduler, machine, machine, parameters, trace::Workload(path).open()) {
    machine.connect(engine);
    engine.on_end([this] { ended_at = scheduler.now(); });
    if (path.find("workloads") != std::string::npos) machine.check_handlers();
    engine.start();
    scheduler.run();
  }
  ReplayParameters parameters;
  Scheduler scheduler;
  Machine machine;
  Engine engine;
  Time ended_at = 0;
};

void expect_whole(const Replayed& run) {
  const auto& counts = run.engine.counts();
  EXPECT_EQ(run.machine.failure(), "");
  EXPECT_TRUE(run.engine.ended()) << run.engine.remaining();
  EXPECT_EQ(run.engine.remaining(), "");
  EXPECT_EQ(run.engine.progress(), 1.0);
  EXPECT_EQ(counts.done, counts.released);
  EXPECT_EQ(counts.msis_taken, counts.msis);
  EXPECT_EQ(counts.failed + counts.refused + counts.msis_lost, 0u);
  EXPECT_EQ(counts.done, counts.maps + counts.unmaps + counts.submits + counts.handles +
                             counts.smmu_commands + counts.its_commands + counts.reads +
                             counts.writes + counts.msis);
}

class ReplayWorkload : public ::testing::TestWithParam<const char*> {};

TEST_P(ReplayWorkload, KeepsTheArchitecturesOrder) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Replayed run(workload(GetParam()), seed);
    expect_whole(run);
    EXPECT_GT(run.machine.overlapping(), 1u);
    // Only for completions that a handler took before their interrupt.
    EXPECT_LE(run.engine.counts().flushes, 8u);
  }
}

TEST_P(ReplayWorkload, KeepsItWithOneSubmissionAndASmallWindow) {
  expect_whole(Replayed(workload(GetParam()), 5, {.outstanding = 1, .window = 64}));
}

TEST_P(ReplayWorkload, KeepsItAtRecordedTimes) {
  const Replayed run(workload(GetParam()), 6, {.pacing = Pacing::recorded, .time_divisor = 1000});
  expect_whole(run);
  // The recordings take seconds.
  EXPECT_GT(run.ended_at, 3 * millisecond);
}

INSTANTIATE_TEST_SUITE_P(Recordings, ReplayWorkload,
                         ::testing::Values("nvme_rand", "nvme_seqread", "nvme_seqwrite"));

TEST(Replay, TwoDrivesWithConfusedKinds) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    TemporaryFile recording("two.csv");
    TemporaryFile file("two.trace.gz");
    trace::test::write_synthetic_recording(recording.path(), two_drives(1000, seed));
    trace::import_recording(recording.path(), file.path());
    const Replayed run(file.path(), seed);
    expect_whole(run);
    EXPECT_EQ(run.engine.counts().msis, 1000u);
  }
}

TEST(Replay, IsTheSameEveryTime) {
  const Replayed one(workload("nvme_seqwrite"), 9);
  const Replayed two(workload("nvme_seqwrite"), 9);
  EXPECT_EQ(one.ended_at, two.ended_at);
  EXPECT_EQ(one.scheduler.resumes(), two.scheduler.resumes());
}

TEST(Replay, MoreOutstandingIsNotSlower) {
  const Replayed one(workload("nvme_rand"), 2, {.outstanding = 1});
  const Replayed many(workload("nvme_rand"), 2, {.outstanding = 32});
  EXPECT_LT(many.ended_at, one.ended_at);
}

/// A trace written out in the test.
std::string small(const std::string& records, int count) {
  return "doorbell-trace 1\ncpus 2\nstream 0x8 device=8 asid=1 events=5\nbegin\n" + records +
         "end " + std::to_string(count) + "\n";
}

TEST(Replay, UnmapWaitsForAWriteThatNoInterruptTellsOf) {
  TemporaryFile file("a.trace",
                     small("1 cpu0 map stream=0x8 iova=0x1000 pages=1 frame=0\n"
                           "2 dev write stream=0x8 iova=0x1000 bytes=64 kind=data after=1\n"
                           "3 cpu0 unmap stream=0x8 iova=0x1000 pages=1 after=1\n",
                           3));
  const Replayed run(file.path(), 1);
  expect_whole(run);
  EXPECT_EQ(run.engine.counts().flushes, 1u);
}

TEST(Replay, ALostMsiHoldsNothingUp) {
  class Losing : public Machine {
   public:
    using Machine::Machine;
    Task<Signalled> signal(const trace::Msi&) override { co_return Signalled::refused; }
  };
  TemporaryFile file("a.trace", small("1 cpu0 map stream=0x8 iova=0x1000 pages=1 doorbell\n"
                                      "2 dev msi stream=0x8 iova=0x1040 event=1 after=1\n"
                                      "3 cpu0 handle stream=0x8 queue=1 value=1 after=1\n",
                                      3));
  Scheduler scheduler;
  ReplayParameters parameters;
  Losing machine(scheduler, 1);
  Engine engine(scheduler, machine, machine, parameters, trace::Workload(file.path()).open());
  engine.start();
  scheduler.run();
  EXPECT_TRUE(engine.ended());
  EXPECT_EQ(engine.counts().refused, 1u);
}

/// Notes when each operation of a processor is begun.
class Noting : public Machine {
 public:
  Noting(Scheduler& scheduler, std::uint64_t seed)
      : Machine(scheduler, seed), scheduler_(scheduler) {}
  Task<bool> perform(const trace::Record& record) override {
    begun.push_back({record.operation.index(), scheduler_.now()});
    return Machine::perform(record);
  }
  Task<bool> read(const trace::Access& access) override {
    // The first page's memory is slow.
    co_await Delay{scheduler_, access.iova < 0x2000 ? 100 * microsecond : nanosecond};
    co_return true;
  }
  std::vector<std::pair<std::size_t, Time>> begun;

 private:
  Scheduler& scheduler_;
};

std::vector<std::pair<std::size_t, Time>> operations_of(const std::string& file,
                                                        ReplayParameters parameters) {
  Scheduler scheduler;
  Noting machine(scheduler, 1);
  Engine engine(scheduler, machine, machine, parameters, trace::Workload(file).open());
  machine.connect(engine);
  engine.start();
  scheduler.run();
  EXPECT_TRUE(engine.ended()) << engine.remaining();
  return machine.begun;
}

// The second submission isn't the oldest record while the slow read is under way.
TEST(Replay, NoMoreSubmissionsAreOutstandingThanAllowed) {
  TemporaryFile file("a.trace",
                     small("1 cpu0 submit stream=0x8 queue=1 value=1\n"
                           "1 dev read stream=0x8 iova=0x1000 bytes=64 kind=data after=1\n"
                           "1 dev read stream=0x8 iova=0x2000 bytes=64 kind=data after=2\n"
                           "1 cpu1 handle stream=0x8 queue=1 value=1 closes=1 after=1\n"
                           "1 cpu0 submit stream=0x8 queue=1 value=2\n",
                           5));
  const std::size_t submit = trace::Operation(trace::Submit{}).index();
  const auto one = operations_of(file.path(), {.outstanding = 1});
  ASSERT_EQ(one.size(), 3u);
  EXPECT_EQ(one[2].first, submit);
  EXPECT_LT(one[2].second, 50 * microsecond) << "the handler has closed the first";
  const auto two = operations_of(file.path(), {.outstanding = 2});
  ASSERT_EQ(two.size(), 3u);
  EXPECT_EQ(two[1].first, submit);
}

TEST(Replay, RecordedTimesAreDividedToThePicosecond) {
  TemporaryFile file("a.trace",
                     small("1000 cpu0 map stream=0x8 iova=0x1000 pages=1 frame=0\n"
                           "1000 dev read stream=0x8 iova=0x1000 bytes=64 kind=data after=1\n"
                           "1050 cpu1 submit stream=0x8 queue=1 value=1\n",
                           3));
  const auto begun = operations_of(file.path(), {.pacing = Pacing::recorded, .time_divisor = 7});
  ASSERT_EQ(begun.size(), 2u);
  EXPECT_EQ(begun[1].second, 50 * microsecond / 7);
}

TEST(Replay, NamesTheFirstRecordAtWhichSoftwareFailed) {
  class Failing : public Machine {
   public:
    using Machine::Machine;
    Task<bool> perform(const trace::Record& record) override {
      co_return std::holds_alternative<trace::Map>(record.operation);
    }
  };
  TemporaryFile file("a.trace", small("1 cpu0 map stream=0x8 iova=0x1000 pages=1 frame=0\n"
                                      "1 cpu0 submit stream=0x8 queue=1 value=1\n"
                                      "1 cpu0 submit stream=0x8 queue=1 value=2\n",
                                      3));
  Scheduler scheduler;
  ReplayParameters parameters;
  Failing machine(scheduler, 1);
  Engine engine(scheduler, machine, machine, parameters, trace::Workload(file.path()).open());
  EXPECT_EQ(engine.first_failure(), 0u);
  EXPECT_EQ(engine.remaining(), "the workload has not begun");
  engine.start();
  scheduler.run();
  EXPECT_EQ(engine.counts().failed, 2u);
  EXPECT_EQ(engine.first_failure(), 2u);
}

TEST(Replay, SaysWhatRemains) {
  class Silent : public Machine {
   public:
    using Machine::Machine;
    Task<Signalled> signal(const trace::Msi&) override { co_return Signalled::sent; }
  };
  TemporaryFile file("a.trace", small("1 cpu0 map stream=0x8 iova=0x1000 pages=1 doorbell\n"
                                      "2 dev msi stream=0x8 iova=0x1040 event=1 after=1\n"
                                      "3 cpu0 handle stream=0x8 queue=1 value=1 after=1\n",
                                      3));
  Scheduler scheduler;
  ReplayParameters parameters;
  Silent machine(scheduler, 1);
  Engine engine(scheduler, machine, machine, parameters, trace::Workload(file.path()).open());
  engine.start();
  scheduler.run();
  EXPECT_FALSE(engine.ended());
  EXPECT_EQ(engine.remaining(),
            "2 records are not done; the oldest is record 2, sent and not taken");
}

TEST(Replay, AMistakeInTheTraceEndsTheRun) {
  TemporaryFile file("a.trace",
                     small("1 cpu0 submit queue=1 value=1\n2 cpu7 submit queue=1 value=2\n", 2));
  EXPECT_THROW(Replayed(file.path(), 1), InputError);
}

TEST(Replay, MemoryDoesNotGrowWithTheLength) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what is freed";
#endif
  const auto replay = [](std::uint64_t commands) {
    TemporaryFile recording("two.csv.gz");
    TemporaryFile file("two.trace.gz");
    trace::test::write_synthetic_recording(recording.path(), two_drives(commands, 1));
    trace::import_recording(recording.path(), file.path());
    const Replayed run(file.path(), 1);
    EXPECT_TRUE(run.engine.ended());
  };
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  replay(2000);
  const auto before = peak();
  replay(5000);
  EXPECT_LT(peak() - before, 8 * 1024);
}

}  // namespace
}  // namespace doorbell::replay::test
