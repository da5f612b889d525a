// Workloads without a recording, from the outside: docs/workloads.md.
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

const std::string platform = source_path("platforms/virt.yaml");

std::string described(const std::string& name) {
  return source_path("traces/workloads/" + name + ".yaml");
}

class MadeWorkload : public ::testing::Test {
 protected:
  /// The statistics of a run of a workload.
  Json run(const std::string& workload, const std::string& options = "") const {
    const std::string file = scratch_.path("stats.json");
    const auto result =
        run_doorbell("run " + platform + " --workload " + workload + " --stats " + file + options);
    EXPECT_EQ(result.status, 0) << result.errors;
    text_ = read_file(file);
    return result.status == 0 ? Json::parse(text_) : Json{};
  }

  ScratchDirectory scratch_;
  mutable std::string text_;
};

const Json& metric(const Json& statistics, const std::string& path) {
  static const Json none;
  for (const Json& each : statistics["statistics"]["metrics"]) {
    if (each["path"] == path) return each["values"];
  }
  ADD_FAILURE() << path;
  return none;
}

double hit_rate(const Json& statistics, const std::string& path) {
  const Json& cache = metric(statistics, path);
  const double hits = cache["hits"];
  return hits / (hits + cache["misses"].get<double>());
}

double seconds(const Json& statistics) {
  return statistics["totals"]["measured"].get<double>() / 1e12;
}

/// Rates, hit rates and latencies that a designer would read off.
std::map<std::string, double> figures(const Json& statistics) {
  const Json& totals = statistics["totals"];
  const Json& latency = statistics["latency"]["total"]["end_to_end"];
  std::map<std::string, double> figures{
      {"MSIs a second", totals["acknowledged"].get<double>() / seconds(statistics)},
      {"bytes a second", totals["bytes"].get<double>() / seconds(statistics)},
      {"accesses a second", totals["transactions"].get<double>() / seconds(statistics)},
      {"mean latency", latency["mean"]},
      {"median latency", latency["p50"]},
      {"90th percentile of latency", latency["p90"]},
      {"99th percentile of latency", latency["p99"]},
      {"SYNC", metric(statistics, "virt.smmu.tcu.sync_time")["mean"]},
      {"99th percentile of SYNC", metric(statistics, "virt.smmu.tcu.sync_time")["p99"]},
  };
  for (const char* way : {"reads", "writes"}) {
    const auto path = std::string("virt.fabric.dma_") + way + "." + way;
    for (const char* value : {"mean", "p50", "p90"})
      figures[path + " " + value] = metric(statistics, path)[value];
  }
  for (const char* cache :
       {"smmu.tbu.micro_tlb", "smmu.tcu.walk_cache_level2", "smmu.tcu.configuration_cache",
        "gic.its.event_cache", "gic.lpi_cache.configurations", "ram.last_level_cache"})
    figures[cache] = hit_rate(statistics, std::string("virt.") + cache);
  return figures;
}

TEST_F(MadeWorkload, WithTheParametersOfARecordingIsTheRecording) {
  const auto recorded = figures(run(source_path("traces/workloads/nvme_rand.trace.gz")));
  // Whatever is drawn: no seed was chosen for this.
  for (const char* seed : {"1", "2", "3"}) {
    const auto made =
        figures(run(described("nvme_rand"), std::string(" --set workload.seed=") + seed));
    for (const auto& [name, value] : recorded)
      EXPECT_NEAR(made.at(name) / value, 1, 0.05) << name << ", seed " << seed;
  }
}

TEST_F(MadeWorkload, ThatIsWrittenFirstGivesTheSameBytes) {
  for (const std::string name : {"nvme_rand", "nic_line_rate", "msi_poisson"}) {
    const std::string file = scratch_.path("made.trace.gz");
    const std::string setting = name == "nvme_rand"     ? " --set workload.nvme.commands=300"
                                : name == "msi_poisson" ? " --set workload.msi.messages=1000"
                                                        : " --set workload.nic.packets=1000";
    const auto made = run_doorbell("trace make " + described(name) + setting + " -o " + file);
    ASSERT_EQ(made.status, 0) << made.errors;
    EXPECT_THAT(made.output, HasSubstr(" records"));
    run(file);
    const std::string written = text_;
    run(described(name), setting);
    EXPECT_EQ(text_, written) << name;
    EXPECT_THAT(text_, HasSubstr("\"made_from\"")) << name;
  }
}

/// V1 of docs/timing.md: all that goes upstream, on a link whose DLLPs take a constant share.
TEST_F(MadeWorkload, APortReceivesAtTheRateOfItsLink) {
  for (const double size : {64.0, 256.0, 1500.0}) {
    const auto bytes = std::to_string(static_cast<int>(size));
    const Json statistics = run(described("nic_line_rate"),
                                " --set endpoints.0.link.dllp=constant"
                                " --set workload.nic.size.smallest=" +
                                    bytes + " --set workload.nic.size.largest=" + bytes);
    // Generation 4, 4 lanes, MPS 256: T of the table of V1, in bytes a second.
    const double t = 16e9 * 4 * 128 / 130 / 8 * (1 - 8.0 / 214 - 8.0 / 214 - 4.0 / 1538);
    const double header = 24;
    const double data = size + header * std::ceil(size / 256);
    const double completion = 16 + header;
    const double descriptors = header / 4;  // a request for four of them
    const double interrupt = (4 + header) / 32;
    const double packets = t / (data + completion + descriptors + interrupt);
    const double measured = 10'000 / seconds(statistics);
    EXPECT_NEAR(measured / packets, 1, 0.02) << size;
  }
}

/// V1 again, for reads: completions of at most MPS bytes go downstream.
TEST_F(MadeWorkload, APortSendsAtTheRateOfItsLink) {
  const Json statistics = run(described("nic_line_rate"),
                              " --set endpoints.0.link.dllp=constant"
                              " --set workload.nic.transmit=100");
  const double t = 16e9 * 4 * 128 / 130 / 8 * (1 - 8.0 / 214 - 8.0 / 214 - 4.0 / 1538);
  const double data = 1500 + 20.0 * 6;
  const double descriptor = 16 + 20;
  const double doorbell = 4 + 24;
  EXPECT_NEAR(10'000 / seconds(statistics) / (t / (data + descriptor + doorbell)), 1, 0.03);
}

/// V6: what is unmapped strictly goes at the rate of pairs of TLBI and SYNC, if that is the lower.
TEST_F(MadeWorkload, StrictReceivingIsBoundByItsInvalidations) {
  const auto rate = [&](const std::string& mode) {
    return 10'000 /
           seconds(run(described("nic_line_rate"), " --set workload.mapping.mode=" + mode));
  };
  const double lazy = rate("lazy");
  const Json strict = run(described("nic_line_rate"), " --set workload.mapping.mode=strict");
  const Json& commands = metric(strict, "virt.smmu.tcu.command_processor");
  const double pair = commands["busy_time"].get<double>() / 10'000 / 1e12;
  const double measured = 10'000 / seconds(strict);
  EXPECT_NEAR(measured / std::min(lazy, 1 / pair), 1, 0.1);
  // A pair takes 293 ns by the fit of docs/timing.md, a packet of the link 216 ns.
  EXPECT_LT(measured, lazy / 1.4);
}

TEST_F(MadeWorkload, AnOpenLoopKeepsItsRate) {
  const Json statistics = run(described("msi_poisson"), " --set workload.arrivals.rate=250kHz");
  // 10 000 messages at 4 us each, within three standard deviations.
  EXPECT_NEAR(seconds(statistics) / 40e-3, 1, 0.03);
  EXPECT_EQ(statistics["totals"]["sent"], 10'000);
}

TEST_F(MadeWorkload, MapsAsItIsAsked) {
  const std::string small = " --set workload.nvme.commands=500 --set workload.nvme.drives=1";
  const auto commands = [&](const std::string& mode) {
    const Json statistics =
        run(described("nvme_deep"), small + " --set workload.mapping.mode=" + mode);
    EXPECT_EQ(statistics["conservation"]["sent"], 500) << mode;
    return metric(statistics, "virt.smmu.tcu.command_processor")["completions"].get<int>();
  };
  EXPECT_GT(commands("strict"), 100);
  EXPECT_EQ(commands("lazy"), 0);  // of 125 unmaps a queue, the 256th never comes
  EXPECT_EQ(commands("none"), 0);
  EXPECT_EQ(commands("static"), 0);
}

TEST_F(MadeWorkload, WithoutAnSmmuNothingIsTranslated) {
  const Json statistics =
      run(described("nvme_deep"), " --set workload.mapping.mode=none --set workload.nvme.drives=1");
  EXPECT_EQ(metric(statistics, "virt.smmu.tcu.walks_of_4")["value"], 0);
  EXPECT_EQ(statistics["totals"]["events_recorded"], 0);
}

TEST_F(MadeWorkload, BlocksTakeFewerWalks) {
  const auto misses = [&](const std::string& page_size) {
    const Json statistics = run(described("nvme_deep"),
                                " --set workload.nvme.drives=1 --set workload.mapping.mode=static"
                                " --set workload.mapping.page_size=" +
                                    page_size);
    return metric(statistics, "virt.smmu.tbu.main_tlb")["misses"].get<double>();
  };
  EXPECT_LT(misses("2MiB"), misses("4KiB") / 10);
}

TEST_F(MadeWorkload, BlocksAreInvalidated) {
  const Json statistics = run(described("nvme_deep"),
                              " --set workload.nvme.drives=1 --set workload.nvme.commands=500"
                              " --set workload.mapping.page_size=2MiB");
  EXPECT_GT(metric(statistics, "virt.smmu.tbu.main_tlb")["invalidations"], 450);
}

TEST_F(MadeWorkload, DrivesWithAQueueForEachOfManyProcessors) {
  const Json statistics =
      run(described("nvme_deep"),
          " --with eight-drives --set processors=32 --set workload.nvme.drives=8"
          " --set workload.nvme.queues=32"
          " --set 'endpoints.0.function.msix_vectors=32'"
          " --set 'endpoints.1.function.msix_vectors=32'"
          " --set 'endpoints.2.function.msix_vectors=32'"
          " --set 'endpoints.3.function.msix_vectors=32'"
          " --set 'endpoints.4.function.msix_vectors=32'"
          " --set 'endpoints.5.function.msix_vectors=32'"
          " --set 'endpoints.6.function.msix_vectors=32'"
          " --set 'endpoints.7.function.msix_vectors=32'"
          " --set workload.nvme.commands=500");
  EXPECT_EQ(statistics["totals"]["sent"], 4000);
  EXPECT_EQ(statistics["latency"]["vectors"].size(), 256u);
}

TEST_F(MadeWorkload, IsAnAxisOfASweep) {
  const std::string plan = scratch_.write(
      "plan.yaml",
      "platform: " + platform + "\nworkloads: [" + described("nvme_deep") +
          "]\nset: [workload.nvme.commands=300, workload.nvme.drives=1, workload.nvme.queues=1]\n"
          "axes: {workload.nvme.queue_depth: [1, 8], "
          "smmu.tcu.sync_command: [0, 132]}\n");
  const std::string folder = scratch_.path("results");
  const auto swept = run_doorbell("sweep " + plan + " -o " + folder);
  ASSERT_EQ(swept.status, 0) << swept.errors;
  EXPECT_THAT(swept.output, StartsWith("4 points: 4 done, 0 failed. "));
  const auto query = [&](const std::string& sql) {
    return run_command("sqlite3 " + folder + "/sweep.sqlite \"" + sql + "\"").output;
  };
  EXPECT_EQ(
      query("SELECT value FROM parameters WHERE name = 'workload.nvme.queue_depth' ORDER BY point"),
      "1\n1\n8\n8\n");
  EXPECT_EQ(query("SELECT unit FROM axes WHERE name = 'workload.nvme.queue_depth'"), "commands\n");
  EXPECT_EQ(query("SELECT count(DISTINCT workload_hash) FROM points"), "2\n");
  // A deeper queue takes less time for as many commands, and each point is the run by hand.
  const double shallow =
      std::stod(query("SELECT value FROM metrics WHERE name = 'totals.measured' AND point = 2"));
  const std::string deep =
      query("SELECT value FROM metrics WHERE name = 'totals.measured' AND point = 4");
  EXPECT_LT(std::stod(deep), shallow / 2);
  const Json by_hand = run(described("nvme_deep"),
                           " --set workload.nvme.commands=300 --set workload.nvme.drives=1"
                           " --set workload.nvme.queue_depth=8 --set workload.nvme.queues=1");
  EXPECT_EQ(by_hand["totals"]["measured"].dump() + "\n", deep);
  const auto again = run_doorbell("sweep " + plan + " -o " + folder);
  EXPECT_EQ(again.errors, "");
  EXPECT_THAT(again.output, StartsWith("4 points: 4 done, 0 failed. "));
}

TEST_F(MadeWorkload, MistakesAreSaidInOneLine) {
  const auto error_of = [&](const std::string& text, const std::string& options = "") {
    const auto result = run_doorbell("run " + platform + " --workload " +
                                     scratch_.write("bad.yaml", text) + options);
    EXPECT_EQ(result.status, 2) << text;
    return result.errors;
  };
  EXPECT_THAT(error_of("kind: disk\n"), HasSubstr("bad.yaml:1: kind: expected nvme or nic or msi"));
  EXPECT_THAT(error_of("kind: nvme\nnvme: {queue_dept: 3}\n"),
              HasSubstr("bad.yaml:2: nvme.queue_dept: expected a known key such as 'queue_depth'"));
  EXPECT_THAT(error_of("kind: nvme\n", " --set workload.nvme.queue_depth=0"),
              HasSubstr("workload.nvme.queue_depth: expected a number of commands (1 to 4096)"));
  EXPECT_THAT(error_of("kind: nvme\nnvme: {drives: 256, queues: 1}\n"),
              HasSubstr("too many streams for the platform"));
  EXPECT_THAT(error_of("kind: nvme\nnvme: {range: 2GiB}\n"),
              HasSubstr("needs more memory than ram.size"));
  EXPECT_THAT(error_of("kind: nvme\nnvme: {range: 2GiB}\nmapping: {mode: static}\n"),
              HasSubstr("needs more memory than ram.size"));
  EXPECT_THAT(error_of("kind: nvme\nnvme: {range: 2GiB}\nmapping: {mode: none}\n"),
              HasSubstr("needs more memory than ram.size"));
  EXPECT_THAT(
      error_of("kind: nvme\nnvme: {range: 64KiB, queues_as_reached: true}\n"),
      HasSubstr("nvme.range: expected at least 331776, as much for each page of the queues"));
  const auto trace =
      run_doorbell("run " + platform + " --workload " +
                   source_path("traces/workloads/nvme_rand.trace.gz") + " --set workload.seed=1");
  EXPECT_EQ(trace.status, 2);
  EXPECT_THAT(trace.errors, HasSubstr("expected a workload that is described in a .yaml file"));
  const auto missing = run_doorbell("trace make none.yaml -o " + scratch_.path("a.trace"));
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.errors, HasSubstr("none.yaml: file: expected a readable YAML file"));
}

TEST_F(MadeWorkload, ItsParametersAreListedAndHaveASchema) {
  EXPECT_THAT(run_doorbell("params --workload queue_depth").output,
              HasSubstr("workload.nvme.queue_depth = 32"));
  const auto yaml = run_doorbell("params --workload --yaml").output;
  run(scratch_.write("defaults.yaml", yaml), " --set workload.nvme.commands=100");
  const Json schema = Json::parse(run_doorbell("schema --workload").output);
  EXPECT_TRUE(schema["properties"]["nvme"]["properties"].contains("queue_depth"));
}

}  // namespace
}  // namespace doorbell::testing
