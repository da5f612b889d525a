// The explanation of a run: with a cause that is known, since it was put there, that cause is named
// first.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/system/command.h"
#include "tests/system/made_workload.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

constexpr const char* heading = "What the time above the median was spent on";

class Explain : public ::testing::Test {
 protected:
  /// Runs it and returns what was printed.
  std::string run(const Workload& workload, const std::string& options) {
    const CommandResult result = run_doorbell(
        "run " + source_path("platforms/virt.yaml") + " --workload " +
        scratch_.write("made.trace", workload.text()) +
        " --set replay.pacing=recorded --set endpoints.0.function.msix_vectors=64 --slowest 5" +
        " --stats " + file_ + " " + options);
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  }

  /// The first line of the causes, in one piece.
  static std::string first_cause(const std::string& output) {
    std::istringstream lines(output.substr(output.find(heading)));
    std::string cause;
    for (std::string line; std::getline(lines, line) && line != "";) {
      std::istringstream words(line);
      double share = 0;
      std::string percent;
      const bool begins = words >> share >> percent && percent == "%";
      if (begins && !cause.empty()) break;
      if (begins || !cause.empty()) cause += line.substr(std::min<std::size_t>(line.size(), 20));
    }
    return cause;
  }

  ScratchDirectory scratch_;
  std::string file_ = scratch_.path("statistics.json");
};

constexpr unsigned messages = 240;

constexpr std::uint64_t page_of_data(unsigned number) {
  return (number + 1) * 0x1000'0000ULL;
}

void map_data(Workload& workload, unsigned pages) {
  for (unsigned page = 0; page < pages; ++page) {
    workload.add("cpu0 map stream=0x8 iova=" + std::to_string(page_of_data(page)) +
                 " pages=1 frame=" + std::to_string(page));
  }
}

void read_data(Workload& workload, unsigned pages) {
  for (unsigned page = 0; page < pages; ++page) {
    workload.add_of_device("dev read stream=0x8 iova=" + std::to_string(page_of_data(page)) +
                           " bytes=64 kind=data");
  }
}

// DMA to pages far apart goes through a TLB that holds few, so that each third MSI must walk
// tables. Now and then two MSIs come together at one processor, and that is what takes most of the
// time until the tables are in a slow memory. Everything else that is read is in a cache.
TEST_F(Explain, ASlowMemoryOfPageTables) {
  Workload workload({0, 1, 2, 3, 4});
  map_data(workload, 8);
  for (unsigned i = 0; i < messages; ++i) {
    if (i % 3 == 0) read_data(workload, 8);
    workload.send(i % 4);
    for (const unsigned event : {0, 4}) {
      if (i % 12 == 4) workload.send_at_once(event);
    }
  }
  std::string options =
      "--set cpu.handler=3000 --set smmu.micro_tlb.entries=1 --set smmu.tlb.entries=4";
  for (const char* level : {"0", "1", "2", "3"}) {
    options += std::string(" --set smmu.tcu.walk_cache_level") + level + ".entries=1";
  }
  EXPECT_THAT(first_cause(run(workload, options)),
              HasSubstr("redistributor: waiting for CPU interface"));
  options += " --set ram.last_level_cache.size=0 --set ram.read_latency=1us";
  EXPECT_THAT(first_cause(run(workload, options)),
              AllOf(HasSubstr("tcu: table read, because of eviction from the walk cache"),
                    EndsWith(" of page 0xfffff")));
}

// DMA that came just before has the only walker, which reads slow tables.
TEST_F(Explain, AWalkerThatOthersHave) {
  Workload workload({0, 1, 2, 3});
  map_data(workload, 24);
  for (unsigned i = 0; i < messages; ++i) {
    workload.send(i % 4);
    if (i % 3 != 0) continue;
    read_data(workload, 24);
    workload.pause(2);
    workload.send_at_once(0);
  }
  const std::string options =
      "--set smmu.micro_tlb.entries=1 --set smmu.tlb.entries=4 --set ram.last_level_cache.size=0 "
      "--set ram.read_latency=1us --set smmu.tcu.walk_cache_level3.entries=1";
  EXPECT_THAT(first_cause(run(workload, options)), Not(HasSubstr("walkers")));
  EXPECT_THAT(first_cause(run(workload, options + " --set smmu.tcu.walkers=1")),
              HasSubstr("tcu: waiting for virt.smmu.tcu.walkers, held by walk of page"));
}

constexpr const char* small_event_cache = "--set gic.its.event_cache_entries=32 ";
constexpr const char* hot_set = "because of eviction from event cache set [0-9]+$";

// Four events that fall into one set of two ways, among others that have sets of their own. In a
// larger cache all of them have.
TEST_F(Explain, AHotSetOfTheItsCache) {
  const std::vector<unsigned> hot{0, 0x11, 0x22, 0x33};
  const std::vector<unsigned> others{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<unsigned> all = hot;
  all.insert(all.end(), others.begin(), others.end());
  Workload workload(all);
  for (unsigned i = 0; i < messages; ++i)
    workload.send(i % 3 == 0 ? hot[i / 3 % 4] : others[i % 8]);
  EXPECT_THAT(first_cause(run(workload, "")), Not(HasSubstr("event cache set")));
  EXPECT_THAT(first_cause(run(workload, small_event_cache)),
              ContainsRegex(std::string("its: interrupt translation table read, ") + hot_set));
}

// The same events from many at once: now most of the time is waiting for those that read, and it is
// still the set that is named.
TEST_F(Explain, AHotSetOfTheItsCacheThatOthersQueueBehind) {
  const std::vector<unsigned> hot{0, 0x11, 0x22, 0x33};
  Workload workload(hot);
  for (unsigned i = 0; i < messages; ++i) {
    workload.send(hot[i % 4]);
    for (unsigned j = 1; i % 4 == 0 && j < 4; ++j)
      workload.send_at_once(hot[j]);
  }
  const std::string slow_reads = "--set ram.last_level_cache.hit=900ns ";
  EXPECT_THAT(first_cause(run(workload, slow_reads)), Not(HasSubstr("event cache set")));
  EXPECT_THAT(first_cause(run(workload, slow_reads + small_event_cache)),
              AllOf(HasSubstr("waiting for virt.gic.its.translations"),
                    HasSubstr("eviction from event cache set")));
}

/// Before each `period`-th MSI a processor writes `commands` to a queue, `times` times.
Workload flooded(const std::vector<std::string>& commands, unsigned period, unsigned times) {
  Workload workload({0, 1, 2, 3});
  for (unsigned i = 0; i < messages; ++i) {
    for (unsigned j = 0; i % period == 0 && j < times; ++j) {
      for (const std::string& command : commands)
        workload.add("cpu0 " + command);
    }
    workload.send(i % 4);
  }
  return workload;
}

TEST_F(Explain, AFloodOfInvalidationsOfTheSmmu) {
  EXPECT_THAT(first_cause(run(flooded({"smmu CMD_SYNC"}, 3, 8), "")), Not(HasSubstr("CMD_")));
  EXPECT_THAT(first_cause(run(flooded({"smmu CMD_TLBI_NSNH_ALL", "smmu CMD_SYNC"}, 3, 8), "")),
              HasSubstr("tcu: table read, because of CMD_TLBI_NSNH_ALL, of page 0xfffff"));
}

TEST_F(Explain, AFloodOfInvalidationsOfTheIts) {
  std::vector<std::string> invalidations;
  for (const char* event : {"0", "1", "2", "3"})
    invalidations.push_back(std::string("its INV device=8 event=") + event);
  EXPECT_THAT(first_cause(run(flooded(invalidations, 12, 0), "")), Not(HasSubstr("INV")));
  EXPECT_THAT(first_cause(run(flooded(invalidations, 12, 4), "")),
              HasSubstr("redistributor: LPI configuration read, because of INV of INTID: "));
}

// Interrupts that come together at one processor wait for the handlers of those before them.
TEST_F(Explain, AProcessorThatHandlesAnother) {
  Workload workload({0, 4, 8});
  for (unsigned i = 0; i < messages; ++i) {
    workload.send(0);
    if (i % 3 != 0) continue;
    for (const unsigned event : {4, 8})
      workload.send_at_once(event);
  }
  EXPECT_THAT(first_cause(run(workload, "--set cpu.handler=3000")),
              HasSubstr("redistributor: waiting for CPU interface, held by handler of INTID: 81"));
}

/// What bounds the rate of eight drives under a load of docs/studies.
std::string bound(const std::string& load, const std::string& options) {
  const CommandResult result = run_doorbell(
      "run " + source_path("platforms/virt.yaml") + " --with eight-drives --workload " +
      source_path("docs/studies/" + load) + " --slowest 1 " + options);
  EXPECT_EQ(result.status, 0) << result.errors;
  const std::string title = "What bounds the rate\n  ";
  const std::size_t from = result.output.find(title);
  if (from == result.output.npos) return "no bound";
  return result.output.substr(from + title.size(), 60);
}

// From few events to what is behind one thing after the other when each is no longer too small.
TEST_F(Explain, WhatBoundsDoorbells) {
  const std::string few = "--set processors=64 --set workload.msi.messages=500 ";
  const std::string many = few +
                           "--set workload.msi.vectors=64 --set gic.its.cache_ways=16 "
                           "--set endpoints.*.function.msix_vectors=64 ";
  const std::string slots = many + "--set gic.its.translation_slots=16 ";
  const auto of = [](const std::string& options) {
    return bound("its-sizing/messages.yaml", options);
  };
  EXPECT_THAT(of(few + "--set workload.msi.vectors=1"), HasSubstr("no server"));
  EXPECT_THAT(of(many), HasSubstr("virt.gic.its.translations, busy"));
  EXPECT_THAT(of(slots), HasSubstr("virt.gic.its.table_reads, busy"));
  EXPECT_THAT(of(slots + "--set gic.its.outstanding_reads=64"),
              HasSubstr("virt.gic.its.pipeline, busy"));
}

// The root complex's entries are full before slots that are, and these before walkers that are.
TEST_F(Explain, WhatBoundsLongWalks) {
  const std::string options =
      "--with ideal-its --with " + source_path("docs/studies/smmu-nesting/no-walk-caches.yaml") +
      " --set processors=32 --set replay.translation=nested --set workload.nvme.commands=200 ";
  const auto of = [&](const std::string& more) {
    return bound("smmu-nesting/pages.yaml", options + more);
  };
  EXPECT_THAT(of(""), HasSubstr("virt.smmu.tbu.translation_slots, busy"));
  EXPECT_THAT(of("--set smmu.tbu.translation_slots=64"), HasSubstr("virt.smmu.tcu.walkers, busy"));
}

TEST_F(Explain, TheCommandSaysTheSameLater) {
  Workload workload({0, 1});
  for (unsigned i = 0; i < 40; ++i)
    workload.send(i % 2);
  const std::string output = run(workload, "");
  const CommandResult later = run_doorbell("explain " + file_);
  EXPECT_EQ(later.status, 0) << later.errors;
  EXPECT_THAT(later.output, HasSubstr("The 5 slowest MSIs"));
  EXPECT_THAT(output, EndsWith("\n\n" + later.output));
}

// Each stretch begins where the one before has ended, and they fill the whole road.
TEST_F(Explain, TheStretchesOfAnMsiAreItsWholeRoad) {
  Workload workload({0, 1});
  for (unsigned i = 0; i < 40; ++i)
    workload.send(i % 2);
  run(workload, "");
  const Json statistics = Json::parse(read_file(file_));
  const Json& explain = statistics["explain"];
  EXPECT_EQ(explain["slowest"].size(), 5u);
  for (const Json& msi : explain["slowest"]) {
    std::uint64_t at = 0;
    for (const Json& span : msi["spans"]) {
      EXPECT_EQ(span["from"].get<std::uint64_t>(), at);
      at += span["time"].get<std::uint64_t>();
    }
    EXPECT_EQ(msi["end_to_end"].get<std::uint64_t>(), at);
  }
  EXPECT_EQ(explain["slowest"][0]["end_to_end"],
            statistics["latency"]["total"]["end_to_end"]["max"]);
  EXPECT_EQ(explain["slow"]["time"].get<std::uint64_t>() +
                explain["typical"]["time"].get<std::uint64_t>(),
            statistics["latency"]["total"]["end_to_end"]["sum"].get<std::uint64_t>());
}

TEST_F(Explain, AsksForStatisticsThatHoldAnExplanation) {
  const std::string workload = source_path(DOORBELL_SMALL_WORKLOAD);
  ASSERT_EQ(run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " + workload +
                         " --stats " + file_)
                .status,
            0);
  const CommandResult result = run_doorbell("explain " + file_);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("statistics.json"), HasSubstr("--slowest")));
}

// One line that names the file, whatever is wrong with it.
TEST_F(Explain, ACorruptFileIsOneLine) {
  Workload workload({0, 1});
  for (unsigned i = 0; i < 40; ++i)
    workload.send(i % 2);
  run(workload, "");
  const std::string whole = read_file(file_);
  Json without_causes = Json::parse(whole);
  without_causes["explain"].erase("causes");
  Json other_type = Json::parse(whole);
  other_type["explain"] = "MSIs";
  for (const std::string& content :
       {std::string(), std::string("{}"), whole.substr(0, whole.size() / 2), without_causes.dump(),
        other_type.dump()}) {
    const CommandResult result = run_doorbell("explain " + scratch_.write("corrupt.json", content));
    EXPECT_EQ(result.status, 2) << content.substr(0, 80);
    EXPECT_EQ(result.output, "");
    EXPECT_THAT(result.errors, AllOf(HasSubstr("corrupt.json"), EndsWith("\n")));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }
  EXPECT_EQ(run_doorbell("explain " + scratch_.path("missing.json")).status, 2);
}

TEST_F(Explain, ChangesNothingElseInTheStatistics) {
  const std::string run_small = "run " + source_path("platforms/virt.yaml") + " --workload " +
                                source_path(DOORBELL_SMALL_WORKLOAD) + " --stats ";
  const std::string plain = scratch_.path("plain.json");
  ASSERT_EQ(run_doorbell(run_small + plain).status, 0);
  ASSERT_EQ(run_doorbell(run_small + file_ + " --slowest 3").status, 0);
  Json explained = Json::parse(read_file(file_));
  EXPECT_EQ(explained.erase("explain"), 1u);
  EXPECT_EQ(explained, Json::parse(read_file(plain)));
}

// Only the MSIs that were asked for are in the trace, though all keep their spans.
TEST_F(Explain, LeavesTheTraceAsItIs) {
  Workload workload({0, 1});
  for (unsigned i = 0; i < 40; ++i)
    workload.send(i % 2);
  const std::string trace = scratch_.path("trace.json");
  run(workload, "--trace " + trace + " --trace-from 3 --trace-count 2");
  const std::string text = read_file(trace);
  EXPECT_THAT(text, HasSubstr("MSI 3:"));
  EXPECT_THAT(text, HasSubstr("MSI 4:"));
  EXPECT_EQ(text.find("MSI 5:"), std::string::npos);
}

TEST_F(Explain, CountsFromOne) {
  const CommandResult result =
      run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " +
                   source_path(DOORBELL_SMALL_WORKLOAD) + " --slowest 0");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr("--slowest"));
}

// One message at a time to redistributors 100 ns away: the doorbell buffer fills up with what waits
// for a credit.
TEST_F(Explain, LpiCreditsThatBoundTheRate) {
  const auto limit_with = [&](const std::string& credits) {
    const CommandResult result = run_doorbell(
        "run virt --with eight-drives --with ideal-its --set processors=4 --set cpu.handler=0"
        " --set gic.its_places.0.distance=100ns --set gic.its.lpi_credits=" +
        credits + " --slowest 5 --workload " +
        scratch_.write("messages.yaml",
                       "kind: msi\nmsi: {functions: 8, vectors: 8, messages: 200, "
                       "pattern: {kind: random}}\n"));
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  const std::string one = limit_with("1");
  EXPECT_THAT(one, HasSubstr("What bounds the rate\n  virt.gic.its.lpi_credits, busy 9"));
  EXPECT_THAT(one, HasSubstr("Bottleneck: virt.gic.its.lpi_credits at 9"));
  EXPECT_THAT(limit_with("4"), Not(HasSubstr("virt.gic.its.lpi_credits, busy")));
}

}  // namespace
}  // namespace doorbell::testing
