#include <gtest/gtest.h>

#include <ostream>

#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

Task<void> write_many(Function& f, unsigned count, unsigned length) {
  for (unsigned i = 0; i < count; ++i)
    co_await f.write(high_memory, length);
}

Task<void> read_many(Function& f, unsigned count, unsigned length) {
  for (unsigned i = 0; i < count; ++i)
    co_await f.read(high_memory, length);
}

double gigabits(std::uint64_t bytes, Time time) {
  return 8000.0 * static_cast<double>(bytes) / static_cast<double>(time);
}

SystemParameters with(unsigned generation, unsigned lanes, DllpAccounting dllp) {
  SystemParameters p;
  p.link.generation = generation;
  p.link.lanes = lanes;
  p.link.dllp = dllp;
  p.link.upstream_credits.limits = {};  // infinite
  p.link.upstream_credits.limits.posted = {0, 0};
  p.root.posted_entries = 4096;
  p.root.read_entries = 4096;
  return p;
}

/// Payload rate of back-to-back writes, from arrivals at memory.
double write_rate(const SystemParameters& p, unsigned length) {
  System system(p);
  system.enable();
  constexpr unsigned count = 2000;
  system.start(write_many(system.function(), count, length));
  System::run();
  const auto& accesses = system.memory.accesses;
  EXPECT_EQ(accesses.size(), count);
  return gigabits(std::uint64_t{length} * (count - 1), accesses.back().at - accesses.front().at);
}

double raw_gigabits(unsigned generation, unsigned lanes) {
  const double rates[] = {0, 2.0, 4.0, 8 * 128 / 130.0, 16 * 128 / 130.0, 32 * 128 / 130.0, 64.0};
  return rates[generation] * lanes;
}

struct Case {
  unsigned generation;
  unsigned lanes;
  unsigned length;
  double published;  // V1 of docs/timing.md, Gbit/s
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << "generation " << c.generation << " x" << c.lanes << ", " << c.length << " bytes";
}
class WriteThroughput : public ::testing::TestWithParam<Case> {};

TEST_P(WriteThroughput, IsV1WithConstantAccounting) {
  const auto [generation, lanes, length, published] = GetParam();
  const double rate = write_rate(with(generation, lanes, DllpAccounting::constant), length);
  EXPECT_NEAR(rate, published, 0.01 * published);
}

TEST_P(WriteThroughput, LosesOnlySkipSetsWhenDllpsTravelTheOtherWay) {
  const auto [generation, lanes, length, published] = GetParam();
  const double rate = write_rate(with(generation, lanes, DllpAccounting::shared), length);
  const double expected =
      raw_gigabits(generation, lanes) * (1 - 4.0 / 1538) * length / (length + 24);
  EXPECT_NEAR(rate, expected, 0.001 * expected);
  EXPECT_GT(rate, published);
}

INSTANTIATE_TEST_SUITE_P(V1, WriteThroughput,
                         ::testing::Values(Case{3, 8, 64, 42.1}, Case{3, 8, 128, 48.7},
                                           Case{3, 8, 256, 52.9}, Case{4, 16, 64, 165.4},
                                           Case{5, 4, 256, 106.3}, Case{1, 4, 128, 5.8}));

TEST(ThroughputTest, FlitsGive236Of256) {
  const double rate = write_rate(with(6, 4, DllpAccounting::shared), 256);
  EXPECT_NEAR(rate, 256.0 * 236 / 256 * 256 / (256 + 16), 0.1);
}

TEST(ThroughputTest, ReadsAreV1WithConstantAccounting) {
  // V1, generation 3 x8, MPS 256: 53.7 Gbit/s of completions; 8 readers of 4 KiB hide the round
  // trip.
  SystemParameters p = with(3, 8, DllpAccounting::constant);
  p.link.upstream_credits.limits.non_posted = {0, 0};
  System system(p);
  system.enable();
  for (int i = 0; i < 8; ++i)
    system.start(read_many(system.function(), 100, 4096));
  Simulation::current().statistics().reset(0);
  const Time time = 100 * microsecond;
  System::run(time);
  EXPECT_NEAR(gigabits(system.count("link0.downstream.payload_bytes"), time), 53.7, 0.01 * 53.7);
}

TEST(ThroughputTest, DllpsShareTheDirectionTheyTravelIn) {
  // Reads and writes saturate both directions. Each TLP byte of one direction costs 8/limit of an
  // Ack in the other, and posted bytes 8/limit of an UpdateFC; the lines are full of nothing else.
  SystemParameters p = with(4, 8, DllpAccounting::shared);
  p.link.upstream_credits.limits = CreditLimits{};
  System system(p);
  system.enable();
  for (int i = 0; i < 16; ++i)
    system.start(read_many(system.function(), 10'000, 4096));
  for (int i = 0; i < 2; ++i)
    system.start(write_many(system.function(), 100'000, 256));
  system.memory.records = false;
  const Time time = 200 * microsecond;
  System::run(time);
  const auto up = static_cast<double>(system.count("link0.upstream.tlp_bytes"));
  const auto down = static_cast<double>(system.count("link0.downstream.tlp_bytes"));
  const double limit = 203;  // generation 4 x8, MPS 256
  const double posted =
      static_cast<double>(system.count("link0.upstream.payload_bytes")) * 280 / 256;
  EXPECT_NEAR(static_cast<double>(system.count("link0.upstream.dllps")), down / limit,
              0.01 * down / limit);
  // The reads' few credits come back by the timer: at most one UpdateFC in 203 symbol times of a
  // lane.
  const double acks_and_updates = (up + posted) / limit;
  const double timer = static_cast<double>(time) / 103'000;
  EXPECT_GE(static_cast<double>(system.count("link0.downstream.dllps")), 0.99 * acks_and_updates);
  EXPECT_LE(static_cast<double>(system.count("link0.downstream.dllps")),
            1.01 * (acks_and_updates + timer));
  const double line = raw_gigabits(4, 8) * (1 - 4.0 / 1538) / 8000 * static_cast<double>(time);
  const double up_dllps = 8.0 * static_cast<double>(system.count("link0.upstream.dllps"));
  EXPECT_NEAR(up + up_dllps, line, 0.01 * line);  // the device's direction is the full one
}

TEST(ThroughputTest, TagsLimitReads) {
  // V4: B = tags * S / RTT.
  SystemParameters p = with(4, 16, DllpAccounting::shared);
  p.endpoint.function.tags = 8;
  System system(p);
  system.enable();
  system.memory.latency = [](std::uint64_t) { return 90 * nanosecond; };
  for (int i = 0; i < 16; ++i)
    system.start(read_many(system.function(), 10'000, 64));
  const Time time = 100 * microsecond;
  System::run(time);
  const Time rtt = line_time(24, 4, 16) + line_time(84, 4, 16) + 2 * 170'000 + 90'000;
  const double expected = 8.0 * static_cast<double>(time) / static_cast<double>(rtt);
  EXPECT_NEAR(static_cast<double>(system.memory.accesses.size()), expected, 0.01 * expected);
}

TEST(ThroughputTest, CreditsLimitPostedWrites) {
  // V5: 16 * PD / RTT of a credit, when smaller than the line.
  SystemParameters p = with(5, 16, DllpAccounting::constant);
  p.link.upstream_credits.limits.posted = {784, 160};  // ten writes of 256 bytes
  System system(p);
  system.enable();
  system.start(write_many(system.function(), 100'000, 256));
  system.memory.records = false;
  const Time time = 100 * microsecond;
  System::run(time);
  const LinkShape shape = p.link.shape();
  const BytePeriod period = tlp_byte_period(shape);
  const Time rtt = (280 + 8) * period.numerator / period.denominator + 2 * 150'000;
  // The window's other nine writes follow the first one: what is limited is the window.
  const double expected = 16.0 * 160 * static_cast<double>(time) / static_cast<double>(rtt);
  EXPECT_NEAR(static_cast<double>(system.count("link0.upstream.payload_bytes")), expected,
              0.01 * expected);
  EXPECT_GT(system.count("endpoint0.credit_stalls"), 0u);
}

}  // namespace
}  // namespace doorbell::pcie::test
