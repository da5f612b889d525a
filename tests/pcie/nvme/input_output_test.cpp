// Commands of the NVM command set through link and root complex: data, PRPs, time.
#include "tests/pcie/nvme/bench.h"

namespace doorbell::pcie::test {
namespace {

class NvmeInputOutput : public testing::Test {
 protected:
  NvmeBench bench;
};

Task<void> bring_up(NvmeBench& b) {
  co_await b.enable();
  co_await b.create_queues(1, 64);
}

/// PRP1 at `first`, the further pages by a list at `list`, every second page of memory.
Command with_list(NvmeBench& b, Command command, std::uint64_t first, unsigned pages,
                  std::uint64_t list) {
  command.prp1 = first;
  command.prp2 = list;
  std::uint64_t page = (first & ~0xfffULL) + 0x2000;
  for (unsigned i = 0; i < pages; ++i) {
    if (list % 4096 == 4088 && i + 1 < pages) {
      const std::uint64_t next = (list & ~0xfffULL) + 0x1000;
      for (unsigned k = 0; k < 8; ++k)
        b.system.memory.byte(list + k) = static_cast<std::uint8_t>(next >> 8 * k);
      list = next;
    }
    for (unsigned k = 0; k < 8; ++k)
      b.system.memory.byte(list + k) = static_cast<std::uint8_t>(page >> 8 * k);
    list += 8;
    page += 0x2000;
  }
  return command;
}

Task<void> pages(NvmeBench& b) {
  co_await bring_up(b);
  // An offset in the first page, and a second one.
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, 3, 8, NvmeBench::data + 0x600,
                                                  NvmeBench::data + 0x4000)),
            Status::success);
  EXPECT_TRUE(b.holds_pattern(NvmeBench::data + 0x600, 3 * 512, 0xa00));
  EXPECT_TRUE(b.holds_pattern(NvmeBench::data + 0x4000, 3 * 512 + 0xa00, 0x600));
  // 512 KiB in 129 pages, by a list with an offset that goes on in the next page.
  const Command command =
      with_list(b, NvmeBench::io(IoOpcode::read, 0, 1024), NvmeBench::data + 0x200, 128,
                NvmeBench::lists + 4096 - 8 * 100);
  EXPECT_EQ(co_await b.status_of(1, command), Status::success);
  EXPECT_TRUE(b.holds_pattern(NvmeBench::data + 0x200, 0, 0xe00));
  for (unsigned i = 1; i < 128; ++i)
    EXPECT_TRUE(b.holds_pattern(NvmeBench::data + 0x2000 * i, 0xe00 + 0x1000 * (i - 1), 0x1000));
  EXPECT_TRUE(b.holds_pattern(NvmeBench::data + 0x2000 * 128, 0xe00 + 0x1000 * 127, 0x200));
  // A list entry with an offset moves nothing.
  Command bad =
      with_list(b, NvmeBench::io(IoOpcode::read, 0, 24), NvmeBench::data, 2, NvmeBench::lists);
  b.system.memory.byte(NvmeBench::lists + 9) = 0x02;
  b.forget();
  EXPECT_EQ(co_await b.status_of(1, bad), Status::prp_offset_invalid);
  EXPECT_EQ(b.count(NvmeBench::data, 1 << 20), 0u);
}
TEST_F(NvmeInputOutput, DataGoesWhereThePrpsSay) {
  bench.run(pages(bench));
}

Task<void> write_and_read(NvmeBench& b) {
  co_await bring_up(b);
  std::vector<std::uint8_t> bytes(8192);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(7 * i + 3);
  b.system.memory.fill(NvmeBench::data, bytes);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::write, 100, 16, NvmeBench::data,
                                                  NvmeBench::data + 4096)),
            Status::success);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::flush, 0, 1)), Status::success);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, 99, 16, NvmeBench::data + 0x8000,
                                                  NvmeBench::data + 0x9000)),
            Status::success);
  EXPECT_TRUE(b.holds_pattern(NvmeBench::data + 0x8000, 99 * 512, 512));
  for (std::size_t i = 0; i < 15 * 512; ++i)
    EXPECT_EQ(b.system.memory.byte(NvmeBench::data + 0x8200 + i), bytes[i]);
}
TEST_F(NvmeInputOutput, WhatIsWrittenIsReadAndTheFileStays) {
  bench.run(write_and_read(bench));
  EXPECT_EQ(bench.file.byte(100 * 512), DriveFile::pattern(100 * 512));
}
TEST(NvmeWriteThrough, TheFileChanges) {
  NvmeBench bench({.write_through = true});
  bench.run(write_and_read(bench));
  EXPECT_EQ(bench.file.byte(100 * 512), 3u);
  EXPECT_EQ(bench.file.byte(99 * 512), DriveFile::pattern(99 * 512));
}

Task<void> errors(NvmeBench& b) {
  co_await bring_up(b);
  constexpr std::uint64_t blocks = NvmeBench::drive_bytes / 512;
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, blocks - 7, 8)),
            Status::lba_out_of_range);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, blocks - 8, 8)), Status::success);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, 0, 1025)), Status::invalid_field);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(static_cast<IoOpcode>(5), 0, 8)),
            Status::invalid_opcode);
  b.system.memory.status = [](std::uint64_t address) {
    return address >> 12 == NvmeBench::data >> 12 ? tlm::TLM_ADDRESS_ERROR_RESPONSE
                                                  : tlm::TLM_OK_RESPONSE;
  };
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::write, 0, 8)),
            Status::data_transfer_error);
  b.system.memory.status = [](std::uint64_t) { return tlm::TLM_OK_RESPONSE; };
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, 0, 8)), Status::success);
  EXPECT_TRUE(b.holds_pattern(NvmeBench::data, 0, 4096));
  EXPECT_EQ(b.counter("command_errors"), 4u);
}
TEST_F(NvmeInputOutput, ErrorsAreToldAndTheNextCommandWorks) {
  bench.run(errors(bench));
}

Task<void> zeroes(NvmeBench& b) {
  co_await bring_up(b);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::write_zeroes, 1, 6)), Status::success);
  // Two ranges: one of whole pages and more than 2 MiB, one within a page.
  std::vector<std::uint8_t> ranges(32);
  store_little_endian<std::uint32_t>(std::span(ranges).subspan(4, 4), 4500);
  store_little_endian<std::uint64_t>(std::span(ranges).subspan(8, 8), 1001);
  store_little_endian<std::uint32_t>(std::span(ranges).subspan(20, 4), 2);
  store_little_endian<std::uint64_t>(std::span(ranges).subspan(24, 8), 20);
  b.system.memory.fill(NvmeBench::data, ranges);
  Command command = NvmeBench::io(IoOpcode::dataset_management, 1, 1);
  for (const bool deallocated : {false, true}) {
    command.dwords[1] = deallocated ? 4 : 0;  // else a hint: nothing happens
    EXPECT_EQ(co_await b.status_of(1, command), Status::success);
    for (const unsigned block :
         {0u, 1u, 6u, 7u, 19u, 20u, 21u, 22u, 1000u, 1001u, 1010u, 3000u, 5500u, 5501u}) {
      EXPECT_EQ(co_await b.status_of(
                    1, NvmeBench::io(IoOpcode::read, block, 1, NvmeBench::data + 0x1000)),
                Status::success);
      const bool zero =
          (block >= 1 && block <= 6) ||
          (deallocated && (block == 20 || block == 21 || (block >= 1001 && block <= 5500)));
      EXPECT_EQ(b.system.memory.word(NvmeBench::data + 0x1000) == 0, zero) << block;
      EXPECT_EQ(b.holds_pattern(NvmeBench::data + 0x1000, 512 * block, 512), !zero) << block;
    }
  }
}
TEST_F(NvmeInputOutput, ZeroesAndDeallocatedBlocks) {
  bench.run(zeroes(bench));
}

// So many media accesses go on at once.
Task<void> side_by_side(NvmeBench& b, Time& took) {
  co_await bring_up(b);
  for (unsigned i = 0; i < 32; ++i)
    b.put(1, NvmeBench::io(IoOpcode::read, i, 1));
  const Time start = Simulation::current().scheduler().now();
  co_await b.ring(1);
  for (unsigned i = 0; i < 32; ++i)
    EXPECT_EQ((co_await b.take(1)).status, Status::success);
  took = Simulation::current().scheduler().now() - start;
}
TEST_F(NvmeInputOutput, ReadsTakeTheirTimeSideBySide) {
  Time took = 0;
  bench.run(side_by_side(bench, took));
  EXPECT_GE(took, 140 * microsecond);
  EXPECT_LE(took, 190 * microsecond);
  const auto& reads =
      dynamic_cast<const HistogramStatistics&>(bench.system.statistic("endpoint0.function0.read"));
  EXPECT_EQ(reads.histogram().count(), 32u);
  EXPECT_GE(reads.histogram().minimum(), 70 * microsecond);
  EXPECT_EQ(bench.system.count("endpoint0.function0.commands"), 32u + 3);
}

// A single read, from the doorbell's arrival to the message's leaving. The histogram rounds.
Task<void> one_read(NvmeBench& b) {
  co_await bring_up(b);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, 0, 1)), Status::success);
}
TEST_F(NvmeInputOutput, AReadTakesTheSumOfItsParts) {
  bench.run(one_read(bench));
  const auto& reads =
      dynamic_cast<const HistogramStatistics&>(bench.system.statistic("endpoint0.function0.read"));
  const Time way = 170 * nanosecond;  // link and root complex
  // The entry: a request of 20 + 4 bytes, 64 bytes of completion. The data's two posted writes, the
  // entry and the message leave at once.
  const Time fetched = line_time(20) + line_time(64 + 20) + 2 * way;
  const Time sum = 500 * nanosecond + fetched + 70 * microsecond + 300 * nanosecond;
  EXPECT_NEAR(static_cast<double>(reads.histogram().minimum()), static_cast<double>(sum),
              static_cast<double>(sum) / 1000);
}

}  // namespace
}  // namespace doorbell::pcie::test
