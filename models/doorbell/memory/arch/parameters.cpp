#include "doorbell/memory/arch/parameters.h"

#include "doorbell/core/arch/clock_range.h"

namespace doorbell::memory {

void LastLevelCacheParameters::describe(ParameterGroup& group) {
  group.add("size", size,
            {.unit = "bytes",
             .maximum = 1ULL << 32,
             .source = "assumption; 0 sends every read to memory",
             .help = "What the last-level cache holds."});
  group.add("ways", ways, {.unit = "ways", .minimum = 1, .maximum = 64, .source = "assumption"});
  group.add("line", line,
            {.unit = "bytes",
             .minimum = 16,
             .maximum = 256,
             .power_of_two = true,
             .source = "Neoverse N1"});
  group.time("hit", hit,
             {.maximum = millisecond,
              .source = "docs/timing.md, Memory and fabric: 40 ns with the fabric",
              .help = "From a read that hits to its data."});
}

void RamParameters::describe(ParameterGroup& group) {
  group.add("size", size,
            {.unit = "bytes",
             .minimum = 4096,
             .maximum = 1ULL << 44,
             .source = "the machine of the recordings",
             .help = "What it holds.",
             .visible_to_software = true});
  group.time("read_latency", read_latency,
             {.maximum = millisecond,
              .source = "docs/timing.md, Memory and fabric: 90 ns with the fabric",
              .help = "From a read that misses the cache to its data."});
  group.time("write_latency", write_latency,
             {.maximum = millisecond,
              .source = "as a hit in the last-level cache, where writes are observed",
              .help = "From the last byte of a write to its answer."});
  group.time("atomic", atomic,
             {.maximum = millisecond,
              .source = "assumption",
              .help = "What an atomic access takes beyond a read."});
  group.frequency("clock", clock,
                  {.minimum = slowest_clock,
                   .maximum = fastest_clock,
                   .source = "assumption",
                   .help = "Of the data channels."});
  group.add("width", width,
            {.unit = "bytes",
             .minimum = 1,
             .maximum = 4096,
             .source = "assumption: 64 GB/s, more than a generation 5 link of 16 lanes brings",
             .help = "A cycle, in each direction."});
  group.add("reads", reads,
            {.unit = "reads",
             .minimum = 1,
             .maximum = 4096,
             .source = "assumption",
             .help = "Held at a time."});
  group.add("writes", writes,
            {.unit = "writes",
             .minimum = 1,
             .maximum = 4096,
             .source = "assumption",
             .help = "Held at a time."});
  group.group("last_level_cache", last_level_cache);
}

void FabricParameters::describe(ParameterGroup& group) {
  group.frequency("clock", clock,
                  {.minimum = slowest_clock,
                   .maximum = fastest_clock,
                   .source = "assumption",
                   .help = "Of all its channels."});
  group.add("width", width,
            {.unit = "bytes",
             .minimum = 1,
             .maximum = 4096,
             .source = "assumption: 64 GB/s a channel",
             .help = "A cycle, on each channel of each port and target."});
  const char* latency = "what the cache leaves of the 40 ns of docs/timing.md, Memory and fabric";
  group.add("request_latency", request_latency,
            {.unit = "cycles", .maximum = 100'000, .source = latency});
  group.add("response_latency", response_latency,
            {.unit = "cycles", .maximum = 100'000, .source = latency});
  const auto entries = [&](const char* name, std::uint32_t& value, const char* unit,
                           const char* help) {
    group.add(name, value,
              {.unit = unit, .minimum = 1, .maximum = 4096, .source = "assumption", .help = help});
  };
  entries("port_reads", port_reads, "reads", "Held at a time by a port.");
  entries("port_writes", port_writes, "writes", "Held at a time by a port.");
  entries("target_reads", target_reads, "reads", "Under way at a time at a target.");
  entries("target_writes", target_writes, "writes", "Under way at a time at a target.");
}

}  // namespace doorbell::memory
