#include <gmock/gmock.h>
#include <sys/resource.h>

#include <map>

#include "tests/traces/replay_fakes.h"
#include "tests/traces/temporary_file.h"
#include "traces/format/reader.h"
#include "traces/format/writer.h"
#include "traces/make/generator.h"
#include "traces/make/workload_file.h"

namespace doorbell::workload {
namespace {

using replay::test::Machine;
using trace::Access;
using trace::AccessKind;
using trace::Record;

Parameters nvme() {
  Parameters parameters;
  parameters.nvme.commands = 1000;
  parameters.nvme.queue_depth = 4;
  return parameters;
}

Parameters nic() {
  Parameters parameters;
  parameters.kind = Kind::nic;
  parameters.nic.packets = 1000;
  return parameters;
}

Parameters msi() {
  Parameters parameters;
  parameters.kind = Kind::msi;
  parameters.msi.messages = 1000;
  return parameters;
}

/// A replay on the machine of random latencies that watches the order of the architecture.
struct Replayed {
  explicit Replayed(const Parameters& made, std::uint64_t seed = 1)
      : machine(scheduler, seed),
        engine(scheduler, machine, machine, parameters, workload::made("a.yaml", made).open()) {
    machine.connect(engine);
    engine.on_end([this] { ended_at = scheduler.now(); });
    engine.set_up([this] {
      set_up_at = scheduler.now();
      done_in_set_up = engine.counts().done;
      engine.start();
    });
    scheduler.run();
  }
  replay::ReplayParameters parameters;
  Scheduler scheduler;
  Machine machine;
  replay::Engine engine;
  Time set_up_at = 0;
  std::uint64_t done_in_set_up = 0;
  Time ended_at = 0;
};

void expect_whole(const Replayed& run) {
  const auto& counts = run.engine.counts();
  if (!run.engine.header().streams.front().bypass) {
    EXPECT_EQ(run.machine.failure(), "");
  }
  EXPECT_TRUE(run.engine.ended()) << run.engine.remaining();
  EXPECT_EQ(run.done_in_set_up, run.engine.header().conduct->set_up);
  EXPECT_EQ(counts.done, counts.released);
  EXPECT_EQ(counts.msis_taken, counts.msis);
  EXPECT_EQ(counts.failed + counts.refused + counts.msis_lost, 0u);
}

struct Case {
  const char* name;
  Kind kind;
  Mapping::Mode mode;
  Mapping::PageSize page_size = Mapping::PageSize::page;
  Arrivals::Process process = Arrivals::Process::closed_loop;
};

class Made : public ::testing::TestWithParam<Case> {
 protected:
  /// Two of everything.
  static Parameters of_kind(Kind kind) {
    Parameters made = kind == Kind::nvme ? nvme() : kind == Kind::nic ? nic() : msi();
    if (kind == Kind::nic) {
      made.nic.ports = made.nic.queues = 2;
      made.nic.descriptor_bytes = 64;  // 64 a ring, which come round often
      made.nic.moderation.packets = 16;
      made.nic.transmit = 40;
      made.nic.size.largest = 6000;
    }
    if (kind == Kind::msi) made.msi.functions = 2;
    if (kind != Kind::nvme) return made;
    made.nvme.drives = made.nvme.vectors = 2;
    made.nvme.reads = 50;
    made.nvme.size = {.smallest = 512, .largest = 16384};
    return made;
  }
  static Parameters parameters() {
    const Case& one = GetParam();
    Parameters made = of_kind(one.kind);
    made.mapping.mode = one.mode;
    made.mapping.lazy_unmaps = 16;  // so that addresses are used again
    made.mapping.page_size = one.page_size;
    made.arrivals.process = one.process;
    made.arrivals.rate = 1'000'000;
    return made;
  }
};

TEST_P(Made, KeepsTheArchitecturesOrder) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    expect_whole(Replayed(parameters(), seed));
}

TEST_P(Made, IsWrittenAndReadAsItIs) {
  trace::test::TemporaryFile file("made.trace.gz");
  const auto made = workload::made("a.yaml", parameters());
  const auto source = made.open();
  trace::Writer writer(file.path(), source->header());
  Record record;
  while (source->next(record))
    writer.write(record);
  writer.finish();
  EXPECT_EQ(source->progress(), 1.0);
  const trace::Workload written(file.path());
  EXPECT_EQ(trace::content_hash(*written.open()), trace::content_hash(*made.open()));
}

TEST_P(Made, ASeedGivesTheSameAgain) {
  Parameters other = parameters();
  other.arrivals.spread = 50;
  const auto hash = trace::content_hash(*generate(other));
  EXPECT_EQ(trace::content_hash(*generate(other)), hash);
  ++other.seed;
  EXPECT_NE(trace::content_hash(*generate(other)), hash);
}

using Mode = Mapping::Mode;
using PageSize = Mapping::PageSize;
using Process = Arrivals::Process;

INSTANTIATE_TEST_SUITE_P(
    Workloads, Made,
    ::testing::Values(
        Case{"nvme_strict", Kind::nvme, Mode::strict}, Case{"nvme_lazy", Kind::nvme, Mode::lazy},
        Case{"nvme_static", Kind::nvme, Mode::all_along}, Case{"nvme_none", Kind::nvme, Mode::none},
        Case{"nvme_blocks", Kind::nvme, Mode::strict, PageSize::block},
        Case{"nvme_static_blocks", Kind::nvme, Mode::all_along, PageSize::block},
        Case{"nvme_poisson", Kind::nvme, Mode::strict, PageSize::page, Process::poisson},
        Case{"nic_strict", Kind::nic, Mode::strict}, Case{"nic_lazy", Kind::nic, Mode::lazy},
        Case{"nic_static", Kind::nic, Mode::all_along}, Case{"nic_none", Kind::nic, Mode::none},
        Case{"nic_constant", Kind::nic, Mode::strict, PageSize::page, Process::constant},
        Case{"msi_closed", Kind::msi, Mode::strict},
        Case{"msi_bursty", Kind::msi, Mode::none, PageSize::page, Process::bursty}),
    [](const auto& one) { return std::string(one.param.name); });

/// Commands that are under way together in the trace, whose queues' pages are mapped meanwhile.
Parameters overlapping() {
  Parameters made = nvme();
  made.arrivals.processes = 3;
  made.arrivals.spread = 90;
  made.nvme.drives = 2;
  made.nvme.queue_entries = 64;
  made.nvme.service = 100;
  made.nvme.queues_as_reached = true;
  made.nvme.shadow_doorbells = true;
  return made;
}

TEST(MadeNvme, KeepsTheArchitecturesOrderWhereCommandsOverlap) {
  for (const std::uint32_t depth : {1, 4}) {
    for (const auto mode : {Mode::strict, Mode::lazy, Mode::all_along, Mode::none}) {
      Parameters made = overlapping();
      made.nvme.queue_depth = depth;
      made.mapping.mode = mode;
      expect_whole(Replayed(made, depth));
    }
  }
}

/// The most commands that are submitted and not handled, as they stand in the trace.
std::uint32_t most_under_way(const Parameters& made) {
  const auto source = generate(made);
  std::uint32_t now = 0;
  std::uint32_t most = 0;
  Record record;
  while (source->next(record)) {
    if (std::holds_alternative<trace::Submit>(record.operation)) most = std::max(most, ++now);
    if (std::holds_alternative<trace::Handle>(record.operation)) --now;
  }
  EXPECT_EQ(now, 0u);
  return most;
}

TEST(MadeNvme, StandsInTheTraceAsLongAsItIsServed) {
  Parameters made = nvme();
  made.arrivals.spread = 50;
  EXPECT_EQ(most_under_way(made), 1u);
  made.nvme.service = 100;
  EXPECT_GE(most_under_way(made), 4u);
  made.arrivals.process = Process::poisson;  // which has times for it
  EXPECT_EQ(most_under_way(made), 1u);
}

TEST(MadeNvme, MapsEachPageOfItsQueuesOnceWhenItIsReached) {
  Parameters made;
  made.nvme.queues = 1;
  made.nvme.commands = 2500;
  made.nvme.range = 1 << 20;
  made.mapping.mode = Mode::strict;
  const auto all = [&] {
    const auto source = generate(made);
    std::map<std::uint64_t, std::uint64_t> frames;  // by page, of what is never unmapped
    Record record;
    while (source->next(record)) {
      if (const auto* one = std::get_if<trace::Map>(&record.operation); one && one->frame) {
        for (const auto& [page, frame] : frames)
          EXPECT_NE(frame, *one->frame);
        EXPECT_TRUE(frames.try_emplace(one->iova, *one->frame).second);
      }
      if (const auto* one = std::get_if<trace::Unmap>(&record.operation)) frames.erase(one->iova);
    }
    return frames;
  };
  made.nvme.queues_as_reached = true;
  const auto frames = all();
  EXPECT_EQ(frames.size(), 16u + 4u);  // 1024 entries of 64 bytes, and of 16
  for (const auto& [page, frame] : frames)
    EXPECT_LT(frame, 256u) << page;  // of the buffers' memory
}

/// How many records there are of each operation.
struct Tally {
  explicit Tally(const Parameters& made) {
    const auto source = generate(made);
    Record record;
    while (source->next(record)) {
      if (const auto* one = std::get_if<Access>(&record.operation)) {
        ++kinds[one->kind];
        bytes += one->kind == AccessKind::data ? one->bytes : 0;
        written += one->kind == AccessKind::data && one->is_write ? one->bytes : 0;
        reads += one->opcode == "NVM_CMD_READ" ? 1 : 0;
      }
      if (const auto* one = std::get_if<trace::SmmuCommand>(&record.operation))
        ++commands[one->opcode];
      if (std::holds_alternative<trace::Map>(record.operation)) ++maps;
      if (std::holds_alternative<trace::Unmap>(record.operation)) ++unmaps;
      if (const auto* one = std::get_if<trace::Msi>(&record.operation)) {
        ++events[one->event];
        times.push_back(record.time);
      }
      ++records;
    }
  }
  std::map<AccessKind, std::uint64_t> kinds;
  std::map<trace::SmmuOpcode, std::uint64_t> commands;
  std::map<std::uint32_t, std::uint64_t> events;
  std::vector<Time> times;  ///< of MSIs
  std::uint64_t bytes = 0, written = 0, reads = 0, maps = 0, unmaps = 0, records = 0;
};

TEST(MadeNvme, HasTheCommandsItWasAskedFor) {
  Parameters made = nvme();
  made.nvme.drives = 2;
  made.nvme.reads = 30;
  made.nvme.size = {.smallest = 4096, .largest = 12288};
  const Tally tally(made);
  EXPECT_EQ(tally.kinds.at(AccessKind::fetch), 2000u);
  EXPECT_EQ(tally.kinds.at(AccessKind::completion), 2000u);
  EXPECT_NEAR(static_cast<double>(tally.reads), 600, 80);
  EXPECT_NEAR(static_cast<double>(tally.bytes), 2000 * 8192, 2000 * 8192 * 0.03);
  // What is read from the drive is written to memory.
  EXPECT_NEAR(static_cast<double>(tally.written) / static_cast<double>(tally.bytes), 0.3, 0.05);
  EXPECT_EQ(tally.events.size(), 4u);
  // Above 8 KiB, sizes of which are 8 of 17.
  EXPECT_NEAR(static_cast<double>(tally.kinds.at(AccessKind::prp_list)), 2000 * 8.0 / 17, 90);
}

TEST(MadeNvme, InvalidatesAsItsMappingSays) {
  using trace::SmmuOpcode;
  Parameters made = nvme();
  EXPECT_EQ(Tally(made).commands.at(SmmuOpcode::CMD_TLBI_NH_VA), 1000u);
  EXPECT_EQ(Tally(made).commands.at(SmmuOpcode::CMD_SYNC), 1000u);
  made.mapping.mode = Mode::lazy;
  made.nvme.commands = 4096;
  const Tally lazy(made);
  EXPECT_EQ(lazy.unmaps, 4096u);
  EXPECT_EQ(lazy.commands.size(), 1u);
  EXPECT_EQ(lazy.commands.at(SmmuOpcode::CMD_TLBI_NH_ASID), 4096u / 256);
  made.nvme.commands = 4095;  // the last one of a queue is missing
  EXPECT_EQ(Tally(made).commands.at(SmmuOpcode::CMD_TLBI_NH_ASID), 4096u / 256 - 1);
  made.mapping.mode = Mode::all_along;
  EXPECT_EQ(Tally(made).unmaps + Tally(made).commands.size(), 0u);
  made.mapping.mode = Mode::none;
  EXPECT_EQ(Tally(made).maps, 1u) << "the doorbell, which software notes";
}

/// Of each queue: the most that were submitted and not done, by the order of dependencies alone.
TEST(MadeNvme, HasNoMoreUnderWayThanItsDepth) {
  for (const std::uint32_t depth : {1u, 4u}) {
    Parameters made = nvme();
    made.nvme.queues = 1;
    made.nvme.queue_depth = depth;
    made.mapping.mode = Mode::all_along;
    const auto source = generate(made);
    Record record;
    std::map<std::uint64_t, std::uint64_t> handler_of;  // by the command's number
    std::uint64_t submitted = 0, handled = 0;
    while (source->next(record)) {
      if (std::holds_alternative<trace::Handle>(record.operation))
        handler_of[handled++] = record.number;
      if (!std::holds_alternative<trace::Submit>(record.operation)) continue;
      if (submitted >= depth) {
        ASSERT_EQ(record.after.size(), 1u);
        EXPECT_EQ(record.after.front().first, handler_of.at(submitted - depth));
      }
      ++submitted;
    }
    EXPECT_EQ(submitted, 1000u);
  }
}

TEST(MadeNic, ModeratesByCountAndByTime) {
  Parameters made = nic();
  made.nic.queues = 1;
  made.nic.moderation = {.packets = 10, .time = 0};
  EXPECT_EQ(Tally(made).events.at(0), 100u);
  made.arrivals = {.process = Process::constant, .rate = 1'000'000};
  made.nic.moderation = {.packets = 100, .time = 5'500 * nanosecond};
  const Tally by_time(made);
  // Packets at 0 to 5 us are signalled at 5.5 us, those at 6 us to 11 us at 11.5 us.
  ASSERT_GE(by_time.times.size(), 2u);
  EXPECT_EQ(by_time.times[0], 5'500 * nanosecond);
  EXPECT_EQ(by_time.times[1], 11'500 * nanosecond);
  EXPECT_EQ(by_time.events.at(0), 167u);
}

TEST(MadeNic, EveryPacketHasADescriptorAndACompletion) {
  Parameters made = nic();
  made.nic.size = {.smallest = 64, .largest = 9000};
  const Tally tally(made);
  EXPECT_EQ(tally.kinds.at(AccessKind::completion), 1000u);
  EXPECT_NEAR(static_cast<double>(tally.kinds.at(AccessKind::fetch)), 250, 4);  // of 4 queues
  EXPECT_NEAR(static_cast<double>(tally.bytes), 4532.0 * 1000, 4532.0 * 1000 * 0.06);
  EXPECT_EQ(tally.unmaps, 1000u);
}

TEST(MadeNic, SendsAsManyAtATimeAsItsRingHolds) {
  Parameters made = nic();
  made.nic.transmit = 100;
  made.nic.queues = 1;
  made.nic.descriptor_bytes = 64;
  made.nic.size = {.smallest = 9000, .largest = 9000};
  const auto source = generate(made);
  const auto set_up = source->header().conduct->set_up;
  Record record;
  std::vector<Number> submits, fetches;
  while (source->next(record)) {
    if (record.number <= set_up) continue;
    if (std::holds_alternative<trace::Submit>(record.operation)) {
      submits.push_back(record.number);
      EXPECT_EQ(record.after.empty(), submits.size() <= 64) << "of " << submits.size();
    }
    const auto* one = std::get_if<Access>(&record.operation);
    if (one != nullptr && one->kind == AccessKind::fetch) fetches.push_back(record.number);
    // Three pages are read after the descriptor, and all before the completion.
    if (one != nullptr && one->kind == AccessKind::completion) {
      EXPECT_EQ(record.after,
                (std::vector<trace::Dependency>{{fetches.back() + 1, fetches.back() + 3}}));
    }
  }
  EXPECT_EQ(submits.size(), 1000u);
  EXPECT_EQ(fetches.size(), 1000u);
}

TEST(MadeMsi, AClosedLoopWaitsForItsHandler) {
  Parameters made = msi();
  made.msi.vectors = 2;
  const auto source = generate(made);
  Record record;
  std::map<std::uint32_t, Number> handler_of;
  while (source->next(record)) {
    if (const auto* one = std::get_if<trace::Handle>(&record.operation))
      handler_of[one->queue] = record.number;
    const auto* one = std::get_if<trace::Msi>(&record.operation);
    if (one == nullptr || !handler_of.contains(one->event)) continue;
    ASSERT_EQ(record.after.size(), 1u);
    EXPECT_EQ(record.after.front().first, handler_of.at(one->event));
  }
}

TEST(MadeMsi, SignalsEveryVectorInTurn) {
  Parameters made = msi();
  made.msi.vectors = 10;
  for (const auto& [event, count] : Tally(made).events)
    EXPECT_EQ(count, 100u) << event;
}

TEST(MadeWorkload, OpenLoopsKeepTheirRate) {
  for (Parameters made : {nvme(), nic(), msi()}) {
    made.arrivals = {.process = Process::poisson, .rate = 500'000};
    made.nic.moderation.packets = 1;
    const Tally tally(made);
    EXPECT_NEAR(static_cast<double>(tally.times.back()) / 1000 / (2 * microsecond), 1, 0.1);
    EXPECT_TRUE(std::is_sorted(tally.times.begin(), tally.times.end()));
  }
}

TEST(MadeWorkload, TakesTheSameMemoryHoweverLongItIs) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what is freed";
#endif
  const auto megabytes_with = [](std::uint64_t pieces) {
    for (Parameters made : {nvme(), nic(), msi()}) {
      made.nvme.commands = made.nic.packets = made.msi.messages = pieces;
      const auto source = generate(made);
      Record record;
      while (source->next(record)) {
      }
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
  };
  const auto before = megabytes_with(1000);
  EXPECT_LE(megabytes_with(300'000), before + 2);
}

}  // namespace
}  // namespace doorbell::workload
