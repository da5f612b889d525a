#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

using Event = std::pair<std::uint32_t, std::uint32_t>;

std::vector<Event> events_of(std::uint32_t device, std::uint32_t count) {
  std::vector<Event> events;
  for (std::uint32_t event = 0; event < count; ++event)
    events.emplace_back(device, event);
  return events;
}

TEST(ItsProgress, AFullITSPushesBackAndTheControlFrameGoesOn) {
  Bench bench;
  bench.bring_up();
  bench.map_device(1, 8);
  for (std::uint32_t event = 0; event < 64; ++event)
    bench.map_event(1, event, 8192 + event);
  bench.map_device(2);
  bench.map_event(2, 0, 9000, 1);
  bench.configure(9000, 0xA3);
  bench.memory.latency = 100 * microsecond;
  bench.send_stream(events_of(1, 64), 0);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.streamed, 16u) << "the doorbell buffer is full; the next write waits at the door";
  // A CWRITER write and register reads are answered meanwhile, and the command is fetched beside
  // the outstanding walk.
  const Time before = bench.time();
  bench.post({{.opcode = ItsOpcode::INT, .DeviceID = 2, .EventID = 0},
              {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  bench.read(bench.gits, 0x90, 4);
  EXPECT_LT(bench.time() - before, 10 * microsecond);
  EXPECT_EQ(bench.streamed, 16u);
  EXPECT_GE(bench.memory.highest_its_reads, 2u);
  bench.memory.latency = 100 * nanosecond;
  bench.advance(millisecond);
  EXPECT_EQ(bench.streamed, 64u);
  EXPECT_EQ(bench.counter("its.sent"), 64u);
  EXPECT_EQ(bench.acknowledge(1), 9000u);
}

// A credit is a place in the redistributor, which an LPI has until its configuration is known.
TEST(ItsProgress, ConfigurationsThatAreReadHoldBackFurtherLpis) {
  GicParameters parameters;
  parameters.its.lpi_credits = 1;
  Bench bench(parameters);
  bench.bring_up();
  bench.map_device(1);
  bench.map_event(1, 0, 8192);
  bench.map_event(1, 1, 9000);
  bench.memory.more_for_lpis = 100 * microsecond;
  bench.doorbell(1, 0);
  bench.doorbell(1, 1);
  bench.advance(50 * microsecond);
  EXPECT_EQ(bench.counter("its.sent"), 1u);
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.counter("its.sent"), 2u);
}

TEST(ItsProgress, ReadsStayWithinTheirBound) {
  GicParameters parameters;
  parameters.its.translation_slots = 16;
  parameters.its.doorbell_entries = 64;
  Bench bench(parameters);
  bench.bring_up();
  bench.map_device(1, 8);
  for (std::uint32_t event = 0; event < 128; ++event)
    bench.map_event(1, event, 8192 + event);
  bench.memory.highest_its_reads = 0;
  bench.memory.latency = microsecond;
  bench.send_stream(events_of(1, 128), 0);
  bench.advance(millisecond);
  EXPECT_EQ(bench.memory.highest_its_reads, 5u);
  EXPECT_EQ(bench.counter("its.sent"), 128u);
}

TEST(ItsProgress, EveryDoorbellIsAccountedFor) {
  Bench bench;
  bench.bring_up();
  std::vector<Event> stream;
  for (std::uint32_t device = 0; device < 8; ++device) {
    bench.map_device(device);
    for (std::uint32_t event = 0; event < 16; ++event) {
      const std::uint32_t INTID = 8192 + device * 32 + event;
      bench.map_event(device, event, INTID, event % 2);
      bench.configure(INTID, event == 15 ? 0xA2 : 0xA3);  // one of each device is masked
    }
  }
  std::uint64_t state = 1;
  for (int i = 0; i < 4000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    stream.emplace_back((state >> 33) % 9,
                        (state >> 43) % 20);  // some devices and events don't exist
  }
  bench.spawn(bench.processors[0]->handle_forever(200 * nanosecond));
  bench.spawn(bench.processors[1]->handle_forever(300 * nanosecond));
  bench.send_stream(stream, 50 * nanosecond);
  bench.advance(400 * microsecond);
  EXPECT_EQ(bench.counter("its.doorbells"), 4000u);
  EXPECT_EQ(bench.counter("its.doorbells"),
            bench.counter("its.sent") + bench.counter("its.dropped"));
  std::uint64_t arrived = 0, pending = 0, held = 0;
  for (unsigned i = 0; i < 2; ++i) {
    const std::string rd = "redistributor" + std::to_string(i) + ".";
    const std::uint64_t made = bench.counter(rd + "by_doorbell.made_pending");
    arrived += made + bench.counter(rd + "by_doorbell.coalesced") +
               bench.counter(rd + "by_doorbell.dropped");
    pending += made - bench.counter(rd + "acknowledged");
    held += bench.gic.redistributor(i).lpis().pending();
    EXPECT_EQ(bench.counter(rd + "acknowledged"), bench.processors[i]->handled.size());
  }
  EXPECT_EQ(arrived, bench.counter("its.sent"));
  EXPECT_EQ(pending, held);
  EXPECT_EQ(held, 8u) << "the masked ones";
}

/// Caches of any shape, none at all included, deliver every MSI once.
struct Shape {
  std::uint32_t entries, ways, lpi_entries, lpi_ways;
};
class CacheShapes : public testing::TestWithParam<Shape> {};

TEST_P(CacheShapes, DeliverEveryMsiOnce) {
  const Shape& shape = GetParam();
  GicParameters parameters;
  parameters.its.device_cache_entries = shape.entries;
  parameters.its.event_cache_entries = shape.entries;
  parameters.its.collection_cache_entries = shape.entries;
  parameters.its.cache_ways = shape.ways;
  parameters.redistributor.lpi_cache_entries = shape.lpi_entries;
  parameters.redistributor.lpi_cache_ways = shape.lpi_ways;
  Bench bench(parameters);
  bench.bring_up();
  std::vector<Event> stream;
  for (std::uint32_t device = 0; device < 7; ++device) {
    bench.map_device(device);
    for (std::uint32_t event = 0; event < 5; ++event) {
      const std::uint32_t INTID = 8192 + device * 32 + event;
      bench.map_event(device, event, INTID, event % 2);
      bench.configure(INTID, static_cast<std::uint8_t>(0x10 + 0x10 * device) | 3);
      stream.emplace_back(device, event);
    }
  }
  for (unsigned i = 0; i < 2; ++i)
    bench.write_icc(i, ICC_IGRPEN1_EL1, 0);  // so that all of them are pending together
  for (unsigned round = 0; round < 3; ++round) {
    bench.send_stream(stream, 20 * nanosecond);
    bench.advance(100 * microsecond);
    for (unsigned i = 0; i < 2; ++i) {
      bench.write_icc(i, ICC_IGRPEN1_EL1, 1);
      std::uint32_t last = 0;
      for (unsigned n = 0; n < 7 * (i == 0 ? 3 : 2); ++n) {
        const std::uint32_t INTID = bench.acknowledge(i);
        ASSERT_GE(INTID, 8192u) << n;
        EXPECT_GE(INTID / 32, last) << "more urgent ones first";
        last = INTID / 32;
        bench.end(i, INTID);
      }
      EXPECT_EQ(bench.acknowledge(i), 1023u);
      bench.write_icc(i, ICC_IGRPEN1_EL1, 0);
    }
  }
  EXPECT_EQ(bench.counter("its.sent"), 3 * stream.size());
}

INSTANTIATE_TEST_SUITE_P(Shapes, CacheShapes,
                         testing::Values(Shape{0, 1, 0, 1}, Shape{1, 1, 1, 1}, Shape{1, 64, 2, 1},
                                         Shape{3, 3, 3, 1}, Shape{9, 9, 9, 9},
                                         Shape{100, 128, 100, 128}));

TEST(ItsProgress, LooseTimingGivesTheSameResult) {
  Bench bench;
  bench.scheduler().set_timing(Timing::loose);
  bench.bring_up();
  bench.map_device(1);
  for (std::uint32_t event = 0; event < 8; ++event) {
    bench.map_event(1, event, 8192 + event, event % 2);
    bench.configure(8192 + event, 0xA3);
  }
  bench.sync();
  for (std::uint32_t event = 0; event < 8; ++event)
    EXPECT_TRUE(bench.doorbell(1, event));
  bench.advance(10 * microsecond);
  for (unsigned i = 0; i < 2; ++i) {
    for (int n = 0; n < 4; ++n) {
      const std::uint32_t INTID = bench.acknowledge(i);
      EXPECT_EQ(INTID, 8192 + 2 * static_cast<std::uint32_t>(n) + i);
      bench.end(i, INTID);
    }
    EXPECT_EQ(bench.acknowledge(i), 1023u);
  }
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(ItsProgress, AnyNumberOfMappedEventsCostsNoHostMemory) {
  Bench bench;
  bench.memory.latency = 0;
  bench.bring_up();
  const auto map = [&bench](std::uint32_t first_device, std::uint32_t devices) {
    for (std::uint32_t device = first_device; device < first_device + devices; ++device) {
      bench.map_device(device, 10);
      std::vector<ItsCommand> commands;
      for (std::uint32_t event = 0; event < 1024; ++event) {
        commands.push_back({.opcode = ItsOpcode::MAPTI,
                            .DeviceID = device,
                            .EventID = event,
                            .pINTID = 8192 + (device * 1024 + event) % 57344});
      }
      bench.issue(commands);
    }
  };
  map(0, 1);
  [[maybe_unused]] const std::size_t before = resident_bytes();
  map(1, 63);
  [[maybe_unused]] const std::size_t tables = 63 * 1024 * 12;  // in the simulated memory
#ifndef __SANITIZE_ADDRESS__                                   // which keeps what is freed
  EXPECT_LT(resident_bytes(), before + 2 * tables + (2 << 20));
#endif
  EXPECT_EQ(bench.counter("its.commands_by_name.MAPTI"), 65536u);
  bench.configure(8192 + (63 * 1024 + 1023) % 57344, 0xA3);
  bench.doorbell(63, 1023);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(0), 8192u + (63 * 1024 + 1023) % 57344);
}

}  // namespace
}  // namespace doorbell::gic::test
