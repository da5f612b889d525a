// One workload on several functions at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <systemc>

#include "doorbell/core/arch/error.h"
#include "platforms/replay/replay.h"
#include "platforms/virt/accounts.h"
#include "tests/system/command.h"
#include "tests/traces/synthetic_recording.h"
#include "tests/traces/temporary_file.h"
#include "traces/import/import.h"

namespace doorbell::replay::test {
namespace {

using ::testing::HasSubstr;
using trace::test::TemporaryFile;

virt::VirtParameters drives(unsigned endpoints, unsigned functions = 1) {
  virt::VirtParameters description;
  description.endpoints.resize(endpoints);
  for (auto& slot : description.endpoints)
    slot.endpoint.functions = functions;
  description.root_complex.ports.clear();
  for (unsigned i = 0; i < endpoints; ++i)
    description.root_complex.ports.push_back({.device = i + 1});
  return description;
}

ReplayParameters copies(unsigned number) {
  ReplayParameters parameters;
  parameters.copies = number;
  return parameters;
}

/// When MSIs of a StreamID were under way.
struct Times {
  Time first = ~Time{0};
  Time last = 0;
};

/// A replay of copies on the virt platform.
struct Replayed {
  Replayed(const std::string& path, ReplayParameters values, virt::VirtParameters platform_values)
      : description(platform_values),
        parameters(values),
        platform("virt", description),
        replay(platform, parameters, path) {
    auto& scheduler = platform.simulation().scheduler();
    scheduler.set_timing(Timing::loose);
    auto& journeys = platform.simulation().journeys();
    replay.on_ready([this, &scheduler, &journeys] {
      scheduler.set_timing(Timing::approximate);
      platform.simulation().statistics().reset(scheduler.now());
      journeys.reset();
      began = scheduler.now();
    });
    journeys.on_finish([this](const Journey& journey, Outcome) {
      auto& times = streams[journey.identity().stream];
      times.first = std::min(times.first, journey.started());
      times.last = std::max(times.last, journey.latest());
    });
    replay.on_end([this, &scheduler] {
      ended = scheduler.now();
      sc_core::sc_stop();
    });
    replay.start();
    sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_SEC));
  }
  virt::VirtParameters description;
  ReplayParameters parameters;
  virt::Platform platform;
  Replay replay;
  std::map<std::uint32_t, Times> streams;
  Time began = 0;
  Time ended = 0;
};

/// Every MSI of every copy was taken, and nothing went wrong on the way.
void expect_whole(Replayed& run, std::uint64_t msis_of_each) {
  EXPECT_EQ(run.replay.remaining(), "");
  EXPECT_EQ(run.replay.position().done, 1.0);
  EXPECT_EQ(run.replay.smmu_events(), 0u);
  for (unsigned i = 0; i < run.replay.copies(); ++i) {
    SCOPED_TRACE("copy " + std::to_string(i));
    const auto& counts = run.replay.counts(i);
    EXPECT_EQ(counts.msis, msis_of_each);
    EXPECT_EQ(counts.msis_taken, msis_of_each);
    EXPECT_EQ(counts.failed + counts.refused + counts.msis_lost, 0u);
  }
  const auto conservation = virt::conservation_of(run.platform);
  EXPECT_TRUE(conservation.balanced());
  EXPECT_EQ(conservation.sent, msis_of_each * run.replay.copies());
  for (const auto& outcome : conservation.outcomes) {
    const bool taken =
        outcome.name == "made pending" || outcome.name == "coalesced with a pending one";
    if (!taken) {
      EXPECT_EQ(outcome.count, 0u) << outcome.name;
    }
  }
}

std::string workload(const std::string& name) {
  return std::string(DOORBELL_TRACES) + "/workloads/" + name + ".trace.gz";
}

TEST(Copies, EightDrivesTakeAllTheirInterrupts) {
  Replayed run(workload("nvme_rand"), copies(8), drives(8));
  expect_whole(run, 2417);
  EXPECT_EQ(run.replay.skipped(), 0u);
  EXPECT_EQ(run.replay.counts().msis, 8 * 2417u);
  EXPECT_EQ(run.streams.size(), 8u);
}

TEST(Copies, OnProcessorsOfTheirOwn) {
  auto description = drives(8);
  description.processors = 16;
  description.check_protocol = true;
  Replayed run(workload("nvme_seqwrite"), copies(8), description);
  expect_whole(run, 124);
  EXPECT_EQ(run.platform.protocol_violations(), 0u);
  // The recorded drive interrupted two of its four processors.
  for (unsigned i = 0; i < 16; ++i)
    EXPECT_EQ(run.replay.interrupts(i) > 0, i % 4 < 2) << "processor " << i;
}

TEST(Copies, OnTheFunctionsOfOneEndpoint) {
  Replayed run(workload("nvme_seqread"), copies(4), drives(1, 4));
  expect_whole(run, 107);
  EXPECT_EQ(run.streams.size(), 4u);
}

TEST(Copies, OfTwoDrives) {
  TemporaryFile recording("two.csv");
  TemporaryFile file("two.trace.gz");
  trace::test::write_synthetic_recording(recording.path(), trace::test::two_drives(1000, 3));
  trace::import_recording(recording.path(), file.path());
  Replayed run(file.path(), copies(3), drives(2, 3));
  expect_whole(run, 1000);
  EXPECT_EQ(run.streams.size(), 6u);
}

TEST(Copies, OfARecordedPace) {
  auto parameters = copies(2);
  parameters.pacing = Pacing::recorded;
  parameters.time_divisor = 1000;
  Replayed run(workload("nvme_seqwrite"), parameters, drives(2));
  expect_whole(run, 124);
}

TEST(Copies, BeginWithinTheStaggerAndEndTogether) {
  Replayed run(workload("nvme_rand"), copies(8), drives(8));
  std::set<Time> beginnings;
  for (const auto& [stream, times] : run.streams) {
    EXPECT_LT(times.first - run.began, run.parameters.stagger + 30 * microsecond);
    // Processors serve them in turn, so that none is left behind.
    EXPECT_GT(times.last - run.began, (run.ended - run.began) / 10 * 9);
    beginnings.insert(times.first);
  }
  EXPECT_EQ(beginnings.size(), 8u);
  EXPECT_GT(*beginnings.rbegin() - *beginnings.begin(), run.parameters.stagger / 4);
}

TEST(Copies, HaveMemoryOfTheirOwn) {
  TemporaryFile file("a.trace",
                     "doorbell-trace 1\ncpus 1\nstream 0x8 device=8 asid=1 events=1\nbegin\n"
                     "1 cpu0 map stream=0x8 iova=0x1000 pages=2 frame=5\nend 1\n");
  Replayed run(file.path(), copies(4), drives(4));
  std::set<std::uint64_t> pages;
  for (unsigned i = 0; i < 4; ++i) {
    const smmu::Stream stream{run.platform.endpoint(i).function(0).requester_id()};
    for (const std::uint64_t iova : {0x1000, 0x2000}) {
      const auto address = run.platform.smmu().tcu.translate_debug(stream, iova, {});
      ASSERT_TRUE(address);
      pages.insert(*address);
    }
  }
  EXPECT_EQ(pages.size(), 8u);
}

TEST(Copies, ThatInvalidateEverythingLeaveTheOthersAlone) {
  // The second copy's CMD_TLBI_NSNH_ALL comes when the first one's page is in use.
  TemporaryFile file("a.trace",
                     "doorbell-trace 1\ncpus 1\nstream 0x8 device=8 asid=1 events=1\nbegin\n"
                     "1 cpu0 smmu CMD_TLBI_NSNH_ALL\n"
                     "1 cpu0 map stream=0x8 iova=0x1000 pages=1 frame=0\n"
                     "1 dev read stream=0x8 iova=0x1000 bytes=64 kind=data after=1\n"
                     "end 3\n");
  Replayed run(file.path(), copies(2), drives(2));
  EXPECT_EQ(run.replay.remaining(), "");
  const auto group = run.platform.statistics().group("smmu").group("tbu");
  const auto* micro =
      dynamic_cast<const CacheStatistics*>(group.statistics().find(group.join("micro_tlb")));
  ASSERT_NE(micro, nullptr);
  EXPECT_EQ(micro->misses(), 2u);
  EXPECT_EQ(micro->invalidations(), 0u);
}

std::string refusal(const std::string& path, ReplayParameters parameters,
                    const virt::VirtParameters& description) {
  try {
    Replayed run(path, parameters, description);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Copies, MoreThanThereAreFunctions) {
  const auto message = refusal(workload("nvme_rand"), copies(5), drives(2, 2));
  EXPECT_THAT(message, HasSubstr("replay.copies: expected at most 4, as each of "));
  EXPECT_THAT(message, HasSubstr("needs 1 of 4 functions, found 5: raise endpoints.N.functions"));
}

using doorbell::testing::read_file;
using doorbell::testing::run_doorbell;
using doorbell::testing::ScratchDirectory;
using doorbell::testing::source_path;

/// Eight copies, by the command.
doorbell::testing::CommandResult run_eight(const std::string& options) {
  return run_doorbell("run " + source_path("platforms/virt.yaml") + " --with " +
                      source_path("platforms/presets/eight-drives.yaml") + " --workload " +
                      workload("nvme_seqwrite") + " --set replay.copies=8 " + options);
}

std::string statistics_of(const ScratchDirectory& scratch, const std::string& options) {
  const auto file = scratch.path("statistics.json");
  const auto result = run_eight(options + " --stats " + file);
  EXPECT_EQ(result.status, 0) << result.errors;
  return read_file(file);
}

TEST(Copies, MoreThanFitIntoMemory) {
  const auto result = run_eight("--set ram.size=314572800");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr("the trace needs more memory than ram.size"));
  EXPECT_THAT(result.errors, HasSubstr("bytes for replay.copies=8, found 314572800"));
}

TEST(Copies, GiveTheSameBytesEveryTime) {
  const ScratchDirectory scratch;
  EXPECT_EQ(statistics_of(scratch, ""), statistics_of(scratch, ""));
}

TEST(Copies, OfOneAreWhatTheyWereWithoutAStagger) {
  const ScratchDirectory scratch;
  const auto latency = [&](const std::string& options) {
    const auto text = statistics_of(scratch, options);
    return text.substr(text.find("\"conservation\""));
  };
  const auto one = latency("--set replay.copies=1");
  EXPECT_EQ(latency("--set replay.copies=1 --set replay.stagger=7ms"), one);
  EXPECT_NE(latency("--set replay.stagger_seed=2"), latency("--set replay.stagger_seed=1"));
}

}  // namespace
}  // namespace doorbell::replay::test
