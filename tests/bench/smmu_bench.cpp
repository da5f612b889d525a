// What translations cost the host: hits of the micro and of the main TLB, misses with warm and
// without walk caches, of one stage and of both, eight TBUs at once, and as many streams as there
// are. Devices, memory and tables are as small as they can be. Prints a line of JSON for each, or
// for the one that is asked for.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/requester.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/smmu/smmu.h"
#include "tests/bench/bare_event.h"

namespace {

using namespace doorbell;
using namespace doorbell::smmu;

constexpr std::uint64_t memory_base = 0x8000'0000, stream_table = memory_base,
                        context = 0x8040'0000, commands = 0x8050'0000, stage1 = 0x8100'0000,
                        stage2 = 0x8200'0000, data = 0x8800'0000;
constexpr unsigned pages = 4096;

/// Bytes that answer after a time.
class Memory : public Module {
 public:
  explicit Memory(const sc_core::sc_module_name& name) : Module(name), bytes_(0x1000'0000) {}

  TargetSocket& socket() {
    sockets_.push_back(std::make_unique<TargetSocket>(
        ("socket" + std::to_string(sockets_.size())).c_str(), tasks_, BufferDepth{256, 256},
        [this](Payload& payload) { return serve(payload); }));
    return *sockets_.back();
  }
  void store(std::uint64_t address, std::uint64_t value) {
    std::memcpy(&bytes_[address - memory_base], &value, sizeof value);
  }

 private:
  Task<void> serve(Payload& payload) {
    co_await Delay{scheduler(), 40 * nanosecond};
    std::uint8_t* const here = &bytes_[payload.get_address() - memory_base];
    if (payload.is_write()) {
      std::memcpy(here, payload.get_data_ptr(), payload.get_data_length());
    } else {
      std::memcpy(payload.get_data_ptr(), here, payload.get_data_length());
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<std::unique_ptr<TargetSocket>> sockets_;
  TaskGroup tasks_{scheduler()};
};

/// What is measured: which pages are read by how many at a time, and what of the SMMU is there.
struct Lane {
  const char* name;
  unsigned pages_used = 1;
  unsigned tbus = 1;
  unsigned streams = 1;  ///< In turn, page by page.
  bool nested = false;
  bool micro_tlb = false;
  bool main_tlb = false;
  bool walk_caches = false;
};
constexpr std::array lanes{
    Lane{.name = "micro_tlb_hit", .pages_used = 16, .micro_tlb = true, .main_tlb = true},
    Lane{.name = "main_tlb_hit", .pages_used = 1024, .main_tlb = true},
    Lane{.name = "miss_with_warm_walk_caches", .pages_used = pages, .walk_caches = true},
    Lane{.name = "all_miss_stage1", .pages_used = pages},
    Lane{.name = "all_miss_nested", .pages_used = pages, .nested = true},
    Lane{.name = "eight_tbus", .pages_used = 16, .tbus = 8, .micro_tlb = true, .main_tlb = true},
    Lane{.name = "65536_streams", .pages_used = 65536, .streams = 65536, .walk_caches = true},
};

SmmuParameters parameters_of(const Lane& lane) {
  SmmuParameters p;
  p.offered.stage2 = lane.nested;
  p.tbus.clear();
  for (std::uint32_t n = 0; n < lane.tbus; ++n)
    p.tbus.push_back({.first_stream_id = n, .last_stream_id = n + lane.streams - 1});
  if (!lane.micro_tlb) p.tbu.micro_tlb.geometry = {1, 1, ReplacementPolicy::lru, 1};
  if (!lane.main_tlb) p.tbu.main_tlb.geometry = {1, 1, ReplacementPolicy::lru, 1};
  for (auto* const caches : {&p.tcu.walk_cache, &p.tcu.walk_cache_stage2}) {
    for (std::size_t level = 0; level < caches->size(); ++level) {
      // Warm walk caches know all tables, and no page.
      if (!lane.walk_caches || level == 3) (*caches)[level].geometry.entries = 0;
    }
  }
  return p;
}

/// Tables of four levels that map page n to page n of the data, and identically what tables are in.
class Tables {
 public:
  Tables(Memory& memory, std::uint64_t root, std::uint64_t flags)
      : memory_(memory), root_(root), next_(root + 0x1000), flags_(flags) {}

  void map(std::uint64_t from, std::uint64_t to) {
    std::uint64_t table = root_;
    for (unsigned level = 0; level < 3; ++level) {
      const std::uint64_t at = table + 8 * (from >> (39 - 9 * level) & 0x1ff);
      auto [entry, is_new] = tables_.try_emplace(at, next_);
      if (is_new) {
        memory_.store(at, next_ | 3);
        next_ += 0x1000;
      }
      table = entry->second;
    }
    memory_.store(table + 8 * (from >> 12 & 0x1ff), to | flags_);
  }
  std::uint64_t end() const { return next_; }

 private:
  Memory& memory_;
  std::uint64_t root_, next_, flags_;
  std::map<std::uint64_t, std::uint64_t> tables_;  // by where their descriptor is
};

/// A device at each TBU that reads one page after the other, so many reads at a time.
class Bench : public Module {
 public:
  Bench(const sc_core::sc_module_name& name, const Lane& lane, unsigned outstanding)
      : Module(name),
        lane_(lane),
        outstanding_(outstanding),
        smmu_("smmu", parameters_of(lane)),
        memory_("memory"),
        cpu_("cpu") {
    for (unsigned n = 0; n < lane.tbus; ++n) {
      const std::string number = std::to_string(n);
      reads_.push_back(std::make_unique<InitiatorSocket>(("reads" + number).c_str()));
      writes_.push_back(std::make_unique<InitiatorSocket>(("writes" + number).c_str()));
      reads_.back()->bind(smmu_.upstream_reads(n));
      writes_.back()->bind(smmu_.upstream_writes(n));
      smmu_.downstream_reads(n).bind(memory_.socket());
      smmu_.downstream_writes(n).bind(memory_.socket());
    }
    smmu_.tables().bind(memory_.socket());
    smmu_.queues().bind(memory_.socket());
    cpu_.bind(smmu_.registers());
    make_tables();
    tasks_.spawn(enable());
  }

  /// Reads so many, over all TBUs, in host seconds.
  double read(std::uint64_t count) {
    for (unsigned n = 0; n < lane_.tbus; ++n) {
      left_.push_back(count / lane_.tbus);
      for (unsigned i = 0; i < outstanding_; ++i)
        tasks_.spawn(read_pages(n));
    }
    const double start = bench::host_seconds();
    sc_core::sc_start();
    const double seconds = bench::host_seconds() - start;
    left_.clear();
    if (failed_) throw std::runtime_error("a read has failed");
    return seconds;
  }

 private:
  void make_tables() {
    Tables first(memory_, stage1, 3 | 1 << 6 | 3 << 8 | 1 << 10 | 1 << 11);
    for (unsigned n = 0; n < pages; ++n)
      first.map(0x1000ULL * n, data + 0x1000ULL * n);
    Tables second(memory_, stage2, 3 | 0xf << 2 | 3 << 6 | 3 << 8 | 1 << 10);
    if (lane_.nested) {
      for (std::uint64_t at = stage1; at < first.end(); at += 0x1000)
        second.map(at, at);
      for (unsigned n = 0; n < pages; ++n)
        second.map(data + 0x1000ULL * n, data + 0x1000ULL * n);
      for (std::uint64_t n = 0; n < lane_.tbus; ++n)
        second.map(context & ~0xfffULL, context & ~0xfffULL);
    }
    for (std::uint64_t n = 0; n < lane_.tbus; ++n) {
      const std::uint64_t cd = context + 64 * n;
      memory_.store(cd, 16 | 1u << 30 | 1u << 31 | 4ULL << 32 | 1ULL << 41 | 1ULL << 45 |
                            1ULL << 46 | 5ULL << 48);
      memory_.store(cd + 8, stage1);
      memory_.store(cd + 24, 0x0004'ff44);
      for (std::uint64_t stream = n; stream < n + lane_.streams; ++stream)
        make_stream(stream_table + 64 * stream, cd);
    }
  }
  void make_stream(std::uint64_t ste, std::uint64_t cd) {
    memory_.store(ste, 1 | (lane_.nested ? 7 : 5) << 1 | cd);
    memory_.store(ste + 8, 2);
    if (!lane_.nested) return;
    memory_.store(ste + 16, 7 | 20ULL << 32 | 2ULL << 38 | 4ULL << 48 | 1ULL << 51 | 1ULL << 58);
    memory_.store(ste + 24, stage2);
  }
  Task<void> enable() {
    co_await write(0x80, stream_table, 8);  // STRTAB_BASE
    co_await write(0x88, 16, 4);            // STRTAB_BASE_CFG
    co_await write(0x90, commands | 4, 8);  // CMDQ_BASE
    co_await write(0x20, 9, 4);             // CR0: CMDQEN, SMMUEN
  }
  Task<void> write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    const PayloadReference p = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, offset, size);
    std::memcpy(p->data().data(), &value, size);
    co_await cpu_.transport(*p);
  }
  Task<void> read_pages(unsigned n) {
    while (left_[n] != 0) {
      const std::uint64_t page = --left_[n] % lane_.pages_used;
      const PayloadReference p =
          simulation().payloads().take(tlm::TLM_READ_COMMAND, 0x1000 * (page % pages), 8);
      p->requester().stream_id = n + static_cast<std::uint32_t>(page % lane_.streams);
      co_await reads_[n]->transport(*p);
      failed_ = failed_ || !p->is_response_ok();
    }
  }

  Lane lane_;
  unsigned outstanding_;
  Smmu smmu_;
  Memory memory_;
  InitiatorSocket cpu_;
  std::vector<std::unique_ptr<InitiatorSocket>> reads_, writes_;
  std::vector<std::uint64_t> left_;
  bool failed_ = false;
  TaskGroup tasks_{scheduler()};
};

int run(const Lane& lane, std::uint64_t count, unsigned outstanding, bool bare) {
  Bench bench("bench", lane, outstanding);
  bench::BareEvent event("event");
  const Scheduler& scheduler = Simulation::current().scheduler();
  sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_US));
  const std::size_t heap = mallinfo2().uordblks;
  bench.read(2 * std::max(pages, lane.pages_used));  // fills caches
  const std::uint64_t resumes = scheduler.resumes();
  const double each = bench.read(count) / static_cast<double>(count);
  nlohmann::ordered_json result = {
      {"lane", lane.name},
      {"nanoseconds_each", each * 1e9},
      {"resumes_each",
       static_cast<double>(scheduler.resumes() - resumes) / static_cast<double>(count)},
      {"heap_growth_bytes", mallinfo2().uordblks - heap}};
  if (bare) result["bare_events_each"] = each / event.measure();
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

/// A process has one simulation.
int run_all(const std::string& self, const std::string& options) {
  int status = 0;
  for (const Lane& lane : lanes)
    status |= std::system((self + options + " --lane " + lane.name).c_str());
  return status == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string lane;
  std::uint64_t count = 500'000;
  unsigned outstanding = 16;
  bool no_bare = false;
  CLI::App app{"What translations cost the host"};
  app.add_option("--lane", lane, "this one alone");
  app.add_option("--reads", count, "reads to measure");
  app.add_option("--outstanding", outstanding, "reads under way at each TBU");
  app.add_flag("--no-bare", no_bare, "don't measure a bare SystemC event");
  CLI11_PARSE(app, argc, argv);
  if (lane.empty()) {
    return run_all(argv[0], " --reads " + std::to_string(count) + " --outstanding " +
                                std::to_string(outstanding) + (no_bare ? " --no-bare" : ""));
  }
  for (const Lane& one : lanes) {
    if (lane == one.name) return run(one, count, outstanding, !no_bare);
  }
  std::fprintf(stderr, "--lane: expected one of those that a run without it prints, found %s\n",
               lane.c_str());
  return 2;
}
