#include "doorbell/memory/ram.h"

#include <gtest/gtest.h>

#include "doorbell/core/coherent_access.h"
#include "tests/memory/test_initiator.h"

namespace doorbell::memory {
namespace {

/// 1 GHz, 8 bytes a cycle, 50 ns to read and 20 ns to write, no cache.
RamParameters plain() {
  RamParameters parameters;
  parameters.size = 8ULL << 20;
  parameters.read_latency = 50 * nanosecond;
  parameters.write_latency = 20 * nanosecond;
  parameters.width = 8;
  parameters.last_level_cache.size = 0;
  return parameters;
}

class RamTest : public testing::Test {
 protected:
  void build(const RamParameters& parameters, const PlacementParameters& placement = {}) {
    ram_ = std::make_unique<Ram>("ram", parameters, placement);
    initiator_.socket.bind(ram_->upstream);
  }
  static void run(Time duration = millisecond) {
    sc_core::sc_start(sc_core::sc_time::from_value(duration));
  }
  Time latency(std::size_t access) {
    return initiator_.accesses[access].ended - initiator_.accesses[access].started;
  }

  TestInitiator initiator_{"initiator"};
  std::unique_ptr<Ram> ram_;
};

TEST_F(RamTest, ReadsWhatWasWritten) {
  build(plain());
  initiator_.write(0, 0x1234, {1, 2, 3, 4});
  const std::size_t read = initiator_.read(microsecond, 0x1235, 2);
  run();
  EXPECT_EQ(initiator_.accesses[read].data, (std::vector<std::uint8_t>{2, 3}));
  EXPECT_EQ(initiator_.accesses[read].status, tlm::TLM_OK_RESPONSE);
}

TEST_F(RamTest, AloneAnAccessTakesItsLatencyAndItsBytes) {
  build(plain());
  const std::size_t read = initiator_.read(0, 0, 64);
  const std::size_t write = initiator_.write(microsecond, 0, std::vector<std::uint8_t>(64));
  run();
  EXPECT_EQ(latency(read), 58 * nanosecond);
  EXPECT_EQ(latency(write), 28 * nanosecond);
}

TEST_F(RamTest, APartOfTheChannelsWidthTakesACycle) {
  build(plain());
  const std::size_t read = initiator_.read(0, 0, 9);
  const std::size_t write = initiator_.write(microsecond, 0, std::vector<std::uint8_t>(15));
  const std::size_t one = initiator_.write(2 * microsecond, 0, {1});
  run();
  EXPECT_EQ(latency(read), 52 * nanosecond);
  EXPECT_EQ(latency(write), 22 * nanosecond);
  EXPECT_EQ(latency(one), 21 * nanosecond);
}

TEST_F(RamTest, BytesAreCountedByWhatWasDoneWithThem) {
  build(plain());
  initiator_.write(0, 0, std::vector<std::uint8_t>(24));
  initiator_.read(microsecond, 0, 7);
  run();
  const auto counted = [this](const char* name) {
    const Statistic* found = initiator_.simulation().statistics().find(name);
    return dynamic_cast<const Counter&>(*found).value();
  };
  EXPECT_EQ(counted("ram.bytes_written"), 24u);
  EXPECT_EQ(counted("ram.bytes_read"), 7u);
}

TEST_F(RamTest, ManyReadsAreBoundByTheChannel) {
  build(plain());
  for (int i = 0; i < 1000; ++i)
    initiator_.read(0, 64 * static_cast<std::uint64_t>(i), 64);
  run();
  Time last = 0;
  for (const auto& access : initiator_.accesses)
    last = std::max(last, access.ended);
  // 64 entries hold 512 ns of the channel, more than the latency: the channel never rests.
  EXPECT_EQ(last, 50 * nanosecond + 1000 * 8 * nanosecond);
  EXPECT_EQ(worst_littles_law_error(initiator_.simulation()), 0.0);
}

TEST_F(RamTest, AShallowBufferBoundsReadsByTheirLatency) {
  RamParameters parameters = plain();
  parameters.reads = 2;
  build(parameters);
  for (int i = 0; i < 100; ++i)
    initiator_.read(0, 0, 8);
  run();
  Time last = 0;
  for (const auto& access : initiator_.accesses)
    last = std::max(last, access.ended);
  // Pairs of 52 ns: the second of each pair waits a cycle for the channel and leaves later.
  EXPECT_NEAR(static_cast<double>(last), 50.0 * 51'000, 2'000);
  EXPECT_EQ(worst_littles_law_error(initiator_.simulation()), 0.0);
}

TEST_F(RamTest, ReadsAndWritesDoNotWaitForEachOther) {
  build(plain());
  for (int i = 0; i < 16; ++i)
    initiator_.write(0, 4096, std::vector<std::uint8_t>(512));
  const std::size_t read = initiator_.read(0, 0, 64);
  run();
  EXPECT_EQ(latency(read), 58 * nanosecond);
  EXPECT_EQ(latency(15), (16 * 64 + 20) * nanosecond);
}

TEST_F(RamTest, TheCacheIsFasterForWhatWasTouched) {
  RamParameters parameters = plain();
  parameters.last_level_cache = {.size = 4096, .ways = 4, .line = 64, .hit = 10 * nanosecond};
  build(parameters);
  const std::size_t miss = initiator_.read(0, 0x100, 8);
  const std::size_t hit = initiator_.read(microsecond, 0x108, 8);
  initiator_.write(2 * microsecond, 0x200, {1});
  const std::size_t written = initiator_.read(3 * microsecond, 0x200, 8);
  const std::size_t half = initiator_.read(4 * microsecond, 0x138, 16);
  run();
  EXPECT_EQ(latency(miss), 51 * nanosecond);
  EXPECT_EQ(latency(hit), 11 * nanosecond);
  EXPECT_EQ(latency(written), 11 * nanosecond);
  EXPECT_EQ(latency(half), 52 * nanosecond);
}

TEST_F(RamTest, AnAccessBeyondTheEndIsAnAddressError) {
  build(plain());
  initiator_.read(0, (8ULL << 20) - 4, 8);
  initiator_.write(0, ~0ULL, {1});
  run();
  for (const auto& access : initiator_.accesses) {
    EXPECT_EQ(access.status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
}

TEST_F(RamTest, ByteEnablesAndStreamingFollowTheStandard) {
  build(plain());
  ram_->storage().write(0, std::vector<std::uint8_t>{9, 9, 9, 9});
  std::vector<std::uint8_t> data{1, 2, 3, 4};
  std::vector<std::uint8_t> enables{TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  Payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_data_ptr(data.data());
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  payload.set_byte_enable_ptr(enables.data());
  payload.set_byte_enable_length(2);
  sc_core::sc_spawn([&] {
    sc_core::sc_time delay;
    (*initiator_.socket.operator->()).b_transport(payload, delay);
    payload.set_streaming_width(2);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    (*initiator_.socket.operator->()).b_transport(payload, delay);
  });
  run();
  std::vector<std::uint8_t> back(4);
  ram_->storage().read(0, back);
  EXPECT_EQ(back, (std::vector<std::uint8_t>{1, 9, 3, 9}));
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
}

TEST_F(RamTest, DebugAccessTakesNoTimeAndStopsAtTheEnd) {
  build(plain());
  PayloadReference payload =
      initiator_.simulation().payloads().take(tlm::TLM_WRITE_COMMAND, (8ULL << 20) - 4, 8);
  EXPECT_EQ(initiator_.socket.transport_debug(*payload), 4u);
  EXPECT_EQ(initiator_.now(), 0u);
}

TEST_F(RamTest, DirectAccessIsGrantedUnderLooseTimingAndTakenBack) {
  build(plain());
  Scheduler& scheduler = initiator_.scheduler();
  std::vector<std::pair<std::uint64_t, std::uint64_t>> taken_back;
  initiator_.socket.on_dmi_invalidate(
      [&](std::uint64_t first, std::uint64_t last) { taken_back.emplace_back(first, last); });
  PayloadReference payload =
      initiator_.simulation().payloads().take(tlm::TLM_READ_COMMAND, 0x201000, 8);
  tlm::tlm_dmi dmi;
  run(0);
  EXPECT_FALSE(initiator_.socket.get_dmi(*payload, dmi));
  scheduler.set_timing(Timing::loose);
  ASSERT_TRUE(initiator_.socket.get_dmi(*payload, dmi));
  EXPECT_TRUE(dmi.is_read_write_allowed());
  EXPECT_EQ(dmi.get_start_address(), 0u);
  EXPECT_EQ(dmi.get_end_address(), (8ULL << 20) - 1);
  dmi.get_dmi_ptr()[0x201000] = 0x5a;
  std::vector<std::uint8_t> byte(1);
  ram_->storage().read(0x201000, byte);
  EXPECT_EQ(byte[0], 0x5a);
  scheduler.set_timing(Timing::approximate);
  ASSERT_EQ(taken_back.size(), 1u);
  EXPECT_EQ(taken_back[0].first, 0u);
  EXPECT_EQ(taken_back[0].second, (8ULL << 20) - 1);
}

TEST_F(RamTest, UnderLooseTimingNobodyWaitsForTheChannel) {
  build(plain());
  initiator_.scheduler().set_timing(Timing::loose);
  const std::size_t one = initiator_.write(0, 0, std::vector<std::uint8_t>(64));
  const std::size_t other = initiator_.write(0, 64, std::vector<std::uint8_t>(64));
  run();
  EXPECT_EQ(latency(one), 28 * nanosecond);
  EXPECT_EQ(latency(other), 28 * nanosecond);
}

/// Of bytes 0x1000 to 0x103f.
class CoherentAccessTest : public RamTest {
 protected:
  struct Grant {
    bool given;
    tlm::tlm_dmi range;
    CoherentAccess coherent;
  };
  Grant ask(CoherentAccess::Writes writes) {
    PayloadReference payload =
        initiator_.simulation().payloads().take(tlm::TLM_READ_COMMAND, 0x201000, 8);
    Grant grant{false, {}, CoherentAccess(writes)};
    payload->set_extension(&grant.coherent);
    grant.given = initiator_.socket.get_dmi(*payload, grant.range);
    payload->clear_extension(&grant.coherent);
    return grant;
  }
  bool keep(WriteWatch& watch, std::uint64_t address) {
    PayloadReference read =
        initiator_.simulation().payloads().take(tlm::TLM_READ_COMMAND, address, 8);
    read->set_extension(&watch);
    initiator_.socket.transport_debug(*read);
    read->clear_extension(&watch);
    return watch.kept();
  }
};

TEST_F(CoherentAccessTest, IsGrantedUnderEveryTiming) {
  build(plain());
  for (const Timing timing : {Timing::approximate, Timing::loose}) {
    initiator_.scheduler().set_timing(timing);
    const Grant grant = ask(CoherentAccess::Writes::told);
    ASSERT_TRUE(grant.given);
    EXPECT_TRUE(grant.coherent.granted());
    EXPECT_TRUE(grant.range.is_read_write_allowed());
    EXPECT_EQ(grant.range.get_dmi_ptr(), ram_->storage().bytes().data());
    EXPECT_EQ(grant.range.get_end_address(), (8ULL << 20) - 1);
  }
}

TEST_F(CoherentAccessTest, AWatchLearnsOfWrites) {
  build(plain());
  const Grant grant = ask(CoherentAccess::Writes::told);
  bool written = false;
  WriteWatch watch([&written] { written = true; });
  ASSERT_TRUE(keep(watch, 0x1000));
  std::uint8_t* const bytes = ram_->storage().bytes().data();
  grant.coherent.tell(bytes + 0xfff, 1);
  EXPECT_FALSE(written);
  grant.coherent.tell(bytes + 0xfff, 2);
  EXPECT_TRUE(written);
}

TEST_F(CoherentAccessTest, NoWatchIsKeptBesideACacheThatTellsNothing) {
  build(plain());
  bool written = false;
  WriteWatch watch([&written] { written = true; });
  ASSERT_TRUE(keep(watch, 0x1000));
  ask(CoherentAccess::Writes::untold);
  EXPECT_TRUE(written);
  EXPECT_FALSE(keep(watch, 0x1000));
}

class RamWatch : public RamTest {
 protected:
  void SetUp() override { build(plain()); }
  void watch() {
    PayloadReference read =
        initiator_.simulation().payloads().take(tlm::TLM_READ_COMMAND, 0x1000, 64);
    read->set_extension(&watch_);
    EXPECT_EQ(initiator_.socket.transport_debug(*read), 64u);
    read->clear_extension(&watch_);
  }
  std::vector<Time> told_;
  WriteWatch watch_{[this] { told_.push_back(initiator_.now()); }};
};

TEST_F(RamWatch, IsToldOnceOfTheFirstWrite) {
  run(0);
  watch();
  EXPECT_TRUE(watch_.kept());
  const std::size_t write = initiator_.write(microsecond, 0x1004, {0, 0, 0, 0});
  initiator_.write(2 * microsecond, 0x1004, {0, 0, 0, 0});
  run();
  EXPECT_EQ(told_, (std::vector<Time>{initiator_.accesses[write].ended}));
  EXPECT_FALSE(watch_.kept());
}

TEST_F(RamWatch, IsOfItsOwnBytesToTheLast) {
  run(0);
  watch();
  initiator_.write(0, 0x0ff8, std::vector<std::uint8_t>(8));
  initiator_.write(0, 0x1040, std::vector<std::uint8_t>(8));
  initiator_.read(0, 0x1000, 64);
  run();
  EXPECT_TRUE(told_.empty());
  initiator_.write(initiator_.now(), 0x103f, {1});
  run();
  EXPECT_EQ(told_.size(), 1u);
  watch();
  initiator_.write(initiator_.now(), 0x0ff9, std::vector<std::uint8_t>(8));
  run();
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(RamWatch, IsToldOfDebugWrites) {
  run(0);
  watch();
  PayloadReference write =
      initiator_.simulation().payloads().take(tlm::TLM_WRITE_COMMAND, 0x1020, 4);
  initiator_.socket.transport_debug(*write);
  EXPECT_EQ(told_.size(), 1u);
}

TEST_F(RamWatch, IsNotKeptUnderLooseTiming) {
  run(0);
  watch();
  initiator_.scheduler().set_timing(Timing::loose);
  EXPECT_EQ(told_.size(), 1u);
  watch();
  EXPECT_FALSE(watch_.kept());
}

TEST_F(RamWatch, MayEndBeforeItsMemoryAndAfterIt) {
  run(0);
  {
    WriteWatch other{[] { ADD_FAILURE(); }};
    PayloadReference read =
        initiator_.simulation().payloads().take(tlm::TLM_READ_COMMAND, 0x1000, 64);
    read->set_extension(&other);
    initiator_.socket.transport_debug(*read);
    read->clear_extension(&other);
    EXPECT_TRUE(other.kept());
  }
  watch();
  initiator_.write(microsecond, 0x1004, {0, 0, 0, 0});
  run();
  EXPECT_EQ(told_.size(), 1u);
  watch_.let_go();
}

TEST_F(RamTest, LooseTimingGivesTheSameBytes) {
  build(plain());
  initiator_.scheduler().set_timing(Timing::loose);
  initiator_.write(0, 0x40, {7, 8});
  const std::size_t read = initiator_.read(microsecond, 0x40, 2);
  run();
  EXPECT_EQ(initiator_.accesses[read].data, (std::vector<std::uint8_t>{7, 8}));
  EXPECT_EQ(latency(read), 51 * nanosecond);
}

/// A cache of 10 ns in front of 50 ns, and a byte or two of data: a cycle.
RamParameters cached() {
  RamParameters parameters = plain();
  parameters.last_level_cache = {.size = 4096, .ways = 4, .line = 64, .hit = 10 * nanosecond};
  return parameters;
}

TEST_F(RamTest, WhatAnAccessIsForSaysWhereItGoes) {
  PlacementParameters placement;
  placement.its_tables = Place::cache;
  placement.smmu_tables = Place::memory;
  placement.data = Place::remote;
  placement.remote_distance = 100 * nanosecond;
  build(cached(), placement);
  const std::size_t in_cache = initiator_.read(0, 0x100, 8, MemoryPurpose::its_tables);
  // It has left no line there.
  const std::size_t first = initiator_.read(microsecond, 0x100, 8);
  const std::size_t again = initiator_.read(2 * microsecond, 0x100, 8);
  const std::size_t in_memory =
      initiator_.read(3 * microsecond, 0x100, 8, MemoryPurpose::page_tables);
  const std::size_t remote = initiator_.read(4 * microsecond, 0x100, 8, MemoryPurpose::data);
  const std::size_t remote_write =
      initiator_.write(5 * microsecond, 0x200, {1}, {.purpose = MemoryPurpose::data});
  const std::size_t untold = initiator_.read(6 * microsecond, 0x100, 8, MemoryPurpose::lpi_tables);
  initiator_.read(7 * microsecond, 0x300, 8, MemoryPurpose::page_tables);
  const std::size_t after_memory = initiator_.read(8 * microsecond, 0x300, 8);
  run();
  EXPECT_EQ(latency(in_cache), 11 * nanosecond);
  EXPECT_EQ(latency(first), 51 * nanosecond);
  EXPECT_EQ(latency(again), 11 * nanosecond);
  EXPECT_EQ(latency(in_memory), 51 * nanosecond);
  EXPECT_EQ(latency(remote), 111 * nanosecond);
  EXPECT_EQ(latency(remote_write), 121 * nanosecond);
  EXPECT_EQ(latency(untold), 11 * nanosecond);
  EXPECT_EQ(latency(after_memory), 51 * nanosecond) << "what is placed in memory leaves no line";
}

TEST_F(RamTest, StreamTablesAreWithTheOtherTablesOfTheSmmuUnlessTheySayOtherwise) {
  PlacementParameters placement;
  placement.smmu_tables = Place::memory;
  EXPECT_EQ(placement.place_of(MemoryPurpose::stream_tables), Place::memory);
  placement.stream_tables = PlacementParameters::StreamTables::cache;
  EXPECT_EQ(placement.place_of(MemoryPurpose::stream_tables), Place::cache);
  EXPECT_EQ(placement.place_of(MemoryPurpose::page_tables), Place::memory);
  placement.stream_tables = PlacementParameters::StreamTables::ram;
  EXPECT_EQ(placement.place_of(MemoryPurpose::stream_tables), Place::ram);
}

TEST_F(CoherentAccessTest, WhatWasStoredIsInACache) {
  build(cached());
  const Grant grant = ask(CoherentAccess::Writes::told);
  std::uint8_t* const bytes = ram_->storage().bytes().data();
  grant.coherent.tell(bytes + 0x13c, 8);
  initiator_.scheduler().set_timing(Timing::loose);
  grant.coherent.tell(bytes + 0x200, 8);
  initiator_.scheduler().set_timing(Timing::approximate);
  const std::size_t first = initiator_.read(microsecond, 0x108, 8);
  const std::size_t second = initiator_.read(2 * microsecond, 0x170, 8);
  const std::size_t set_up = initiator_.read(3 * microsecond, 0x200, 8);
  run();
  EXPECT_EQ(latency(first), 11 * nanosecond);
  EXPECT_EQ(latency(second), 11 * nanosecond) << "of both lines";
  EXPECT_EQ(latency(set_up), 51 * nanosecond) << "long ago";
}

}  // namespace
}  // namespace doorbell::memory
