#include <gmock/gmock.h>

#include <set>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/random.h"
#include "doorbell/core/atomic_access.h"
#include "doorbell/core/coherent_access.h"
#include "doorbell/core/protocol_checker.h"
#include "doorbell/core/write_watch.h"
#include "tests/memory/fabric_bench.h"

namespace doorbell::memory {
namespace {

using Operation = AtomicAccess::Operation;
using Bytes = std::vector<std::uint8_t>;

AtomicAccess::Value value_of(std::uint64_t number) {
  AtomicAccess::Value value{};
  store_little_endian(value, number);
  return value;
}

std::uint64_t number_in(std::span<const std::uint8_t> bytes) {
  return load_little_endian<std::uint64_t>(bytes);
}

AtomicAccess exchange(std::uint64_t expected, std::uint64_t desired) {
  AtomicAccess access;
  access.operand = value_of(desired);
  access.compare = value_of(expected);
  return access;
}

AtomicAccess addition(std::uint64_t operand) {
  AtomicAccess access;
  access.operation = Operation::add;
  access.operand = value_of(operand);
  return access;
}

Bytes bytes_of(std::uint64_t number) {
  Bytes bytes(8);
  store_little_endian(bytes, number);
  return bytes;
}

/// Of the memory "near": 50 ns to read, of which one is in a channel of a cycle, and 7 ns more.
class AtomicTest : public FabricBench {
 protected:
  void SetUp() override {
    near_parameters_.atomic = 7 * nanosecond;
    build();
  }
  std::uint64_t there(std::uint64_t address = 0) {
    Bytes bytes(8);
    near_->storage().read(address, bytes);
    return number_in(bytes);
  }
  static void run_until(Time time) { run(time - sc_core::sc_time_stamp().value()); }
  static std::uint64_t result(const TestInitiator::Access& access) {
    return number_in(access.atomic.result);
  }
};

TEST_F(AtomicTest, ReplacesWhatIsExpectedAndTellsWhatWasThere) {
  near_->storage().write(0, bytes_of(5));
  one_.change(0, near_base, exchange(5, 6));
  one_.change(microsecond, near_base, exchange(5, 7));
  run();
  for (const TestInitiator::Access& access : one_.accesses) {
    EXPECT_EQ(access.status, tlm::TLM_OK_RESPONSE);
    EXPECT_TRUE(access.atomic.done);
  }
  EXPECT_EQ(result(one_.accesses[0]), 5u);
  EXPECT_EQ(result(one_.accesses[1]), 6u);
  EXPECT_EQ(there(), 6u);
}

TEST_F(AtomicTest, AloneItTakesAReadAndItsOwnTime) {
  const std::size_t atomic = one_.change(0, near_base, exchange(0, 1));
  const std::size_t read = one_.read(microsecond, near_base, 8);
  run();
  EXPECT_EQ(latency(one_, read), (4 + 1 + 51 + 4 + 1) * nanosecond);
  EXPECT_EQ(latency(one_, atomic), latency(one_, read) + 7 * nanosecond);
}

TEST_F(AtomicTest, ALostOneTakesAsLong) {
  const std::size_t lost = one_.change(0, near_base, exchange(1, 2));
  const std::size_t won = one_.change(microsecond, near_base, exchange(0, 2));
  run();
  EXPECT_EQ(latency(one_, lost), latency(one_, won));
}

/// Whoever writes between an initiator's read and its exchange makes it lose, up to the instant of
/// the memory's answer, and what it wrote stays.
TEST_F(AtomicTest, AWriteBetweenReadAndExchangeIsNeverLost) {
  const std::size_t read = one_.read(0, near_base, 8);
  run(microsecond);
  const Time exchange_at = 2 * microsecond;
  // There and in the memory until its answer: 4 + 1 and 50 + 7 + 1.
  const Time takes_effect = exchange_at + 63 * nanosecond;
  const Time write_takes = (4 + 1 + 1 + 20) * nanosecond;
  std::uint64_t lost = 0;
  for (Time late = 1; late < 100; late += 3) {  // never at the same instant
    const Time at = late * 20 * microsecond;
    const Time written = takes_effect - 30 * nanosecond + late * nanosecond;
    two_.write(at + written - write_takes, near_base, bytes_of(0x100));
    const std::size_t number = one_.change(at + exchange_at, near_base, exchange(0, 0x41));
    two_.write(at + 15 * microsecond, near_base, bytes_of(0));
    run_until(at + 10 * microsecond);
    const bool loses = written < takes_effect;
    EXPECT_EQ(result(one_.accesses[number]), loses ? 0x100u : 0u) << late;
    EXPECT_EQ(there(), 0x100u) << late << ": the write came second, or the exchange was lost";
    lost += loses ? 1 : 0;
    run_until(at + 19 * microsecond);
  }
  EXPECT_EQ(number_in(one_.accesses[read].data), 0u);
  EXPECT_GT(lost, 5u);
  EXPECT_LT(lost, 25u);
}

TEST_F(AtomicTest, ManyAdditionsAtOnceAddUp) {
  for (unsigned i = 0; i < 100; ++i) {
    one_.change(i * nanosecond, near_base + 8, addition(1));
    two_.change(i * nanosecond, near_base + 8, addition(1000));
  }
  run();
  EXPECT_EQ(there(8), 100u * 1001u);
  std::set<std::uint64_t> seen;
  for (const TestInitiator* initiator : {&one_, &two_}) {
    for (const TestInitiator::Access& access : initiator->accesses)
      seen.insert(result(access));
  }
  EXPECT_EQ(seen.size(), 200u) << "each found another value";
  EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
}

TEST_F(AtomicTest, CountsWhatItReadsAndWrites) {
  one_.change(0, near_base, exchange(1, 2));
  run(microsecond);
  EXPECT_EQ(statistic<Counter>("near.bytes_read").value(), 8u);
  EXPECT_EQ(statistic<Counter>("near.bytes_written").value(), 0u);
  one_.change(2 * microsecond, near_base, exchange(0, 2));
  run_until(3 * microsecond);
  EXPECT_EQ(statistic<Counter>("near.bytes_written").value(), 8u);
}

TEST_F(AtomicTest, WhatThereIsNotIsABurstError) {
  AtomicAccess narrow = exchange(0, 1);
  narrow.size = 2;
  AtomicAccess wide = addition(1);
  wide.size = 16;
  one_.change(0, near_base + 4, exchange(0, 1));
  one_.change(0, near_base, narrow);
  one_.change(0, near_base, wide);
  run();
  for (const TestInitiator::Access& access : one_.accesses) {
    EXPECT_EQ(access.status, tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_FALSE(access.atomic.done);
  }
  EXPECT_EQ(there(), 0u);
  EXPECT_EQ(statistic<Counter>("near.errors").value(), 3u);
}

TEST_F(AtomicTest, BeyondTheEndIsAnAddressError) {
  one_.change(0, 0x3000'0000, exchange(0, 1));
  run();
  EXPECT_EQ(one_.accesses[0].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_FALSE(one_.accesses[0].atomic.done);
}

/// Whoever polls memory and whoever has a pointer to it see it as a write.
TEST_F(AtomicTest, PollersAndPointersSeeItAtItsInstant) {
  near_->storage().write(0x1000, bytes_of(5));
  std::vector<Time> told;
  WriteWatch watch([&] { told.push_back(one_.now()); });
  PayloadReference poll =
      simulation().payloads().take(tlm::TLM_READ_COMMAND, near_base + 0x1000, 8);
  poll->set_extension(&watch);
  run(0);
  two_.socket.transport_debug(*poll);
  poll->clear_extension(&watch);
  ASSERT_TRUE(watch.kept());
  CoherentAccess coherent(CoherentAccess::Writes::told);
  tlm::tlm_dmi direct;
  poll->set_extension(&coherent);
  ASSERT_TRUE(two_.socket.get_dmi(*poll, direct));
  poll->clear_extension(&coherent);
  const auto seen = [&] { return number_in({direct.get_dmi_ptr() + 0x1000, 8}); };

  one_.change(0, near_base + 0x1000, exchange(4, 6));
  run_until(microsecond);
  EXPECT_TRUE(told.empty()) << "a lost one has written nothing";
  EXPECT_EQ(seen(), 5u);
  const std::size_t won = one_.change(2 * microsecond, near_base + 0x1000, exchange(5, 6));
  run_until(2 * microsecond + 62 * nanosecond);
  EXPECT_EQ(seen(), 5u);
  run_until(2 * microsecond + 64 * nanosecond);
  EXPECT_EQ(seen(), 6u);
  run();
  // The answer has four cycles and its data to go.
  EXPECT_EQ(told, std::vector<Time>{one_.accesses[won].ended - 5 * nanosecond});
}

/// A cache in front of the memory: as a read, it finds the line there and leaves it there.
class CachedAtomics : public AtomicTest {
 protected:
  void SetUp() override {
    near_parameters_.last_level_cache = {
        .size = 4096, .ways = 4, .line = 64, .hit = 10 * nanosecond};
    AtomicTest::SetUp();
  }
};

TEST_F(CachedAtomics, AreFasterForWhatWasTouched) {
  const std::size_t miss = one_.change(0, near_base, exchange(0, 1));
  const std::size_t hit = one_.change(microsecond, near_base + 8, exchange(0, 1));
  const std::size_t read = one_.read(2 * microsecond, near_base, 8);
  run();
  EXPECT_EQ(latency(one_, miss), latency(one_, hit) + 40 * nanosecond);
  EXPECT_EQ(latency(one_, read), latency(one_, hit) - 7 * nanosecond);
}

/// With a checker on every socket.
class CheckedAtomics : public AtomicTest, public testing::WithParamInterface<Timing> {
 protected:
  void SetUp() override {
    fabric_ = std::make_unique<Fabric>(
        "fabric", fabric_parameters_, std::vector<std::string>{"one", "two"},
        std::vector<FabricTarget>{
            {.name = "near_port", .regions = {{near_base, 1 << 20}}, .separate_writes = true},
            {"far_port", {{far_base, 1 << 20}}}});
    near_parameters_.writes = 2;
    near_ = std::make_unique<Ram>("near", near_parameters_);
    far_ = std::make_unique<Ram>("far", far_parameters_);
    put_between("checker_one", one_.socket, fabric_->port("one"));
    put_between("checker_two", two_.socket, fabric_->port("two"));
    put_between("checker_near", fabric_->target("near_port_writes"), near_->upstream);
    put_between("checker_far", fabric_->target("far_port"), far_->upstream);
    fabric_->target("near_port_reads").bind(reads_->upstream);
  }
  void put_between(const char* name, InitiatorSocket& initiator, TargetSocket& target) {
    checkers_.push_back(std::make_unique<ProtocolChecker>(name));
    initiator.bind(checkers_.back()->upstream);
    checkers_.back()->downstream.bind(target);
  }
  std::vector<std::unique_ptr<ProtocolChecker>> checkers_;
  std::unique_ptr<Ram> reads_ = std::make_unique<Ram>("reads", far_parameters_);
};

TEST_P(CheckedAtomics, KeepTheProtocolAndLeaveByTheSocketOfWrites) {
  simulation().scheduler().set_timing(GetParam());
  Random random(3);
  for (unsigned i = 0; i < 500; ++i) {
    TestInitiator& initiator = random.below(2) == 0 ? one_ : two_;
    const Time at = random.below(5 * microsecond);
    initiator.change(at, near_base, addition(1));
    initiator.change(at, far_base + 8 * random.below(4), exchange(0, i));
    initiator.write(at, near_base + 64, Bytes(8));
  }
  run();
  EXPECT_EQ(there(), 500u);
  for (const auto& checker : checkers_) {
    EXPECT_THAT(checker->messages(), testing::IsEmpty());
    EXPECT_EQ(checker->in_progress(), 0u);
  }
  Bytes bytes(8);
  reads_->storage().read(0, bytes);
  EXPECT_EQ(number_in(bytes), 0u);
  if (GetParam() == Timing::approximate) {
    EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
  }
}

INSTANTIATE_TEST_SUITE_P(BothTimings, CheckedAtomics,
                         testing::Values(Timing::approximate, Timing::loose));

}  // namespace
}  // namespace doorbell::memory
