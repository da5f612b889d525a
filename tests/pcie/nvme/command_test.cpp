// Commands, their data and their status (NVMe 1.4 4.2, 4.6, 5, 6).
#include "doorbell/pcie/arch/nvme/command.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <string>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/random.h"
#include "doorbell/pcie/arch/nvme/input_output.h"
#include "doorbell/pcie/arch/nvme/registers.h"
#include "doorbell/pcie/arch/nvme/state.h"

namespace doorbell::pcie::nvme {
namespace {

const Namespace drive{2048, 512};

TEST(NvmeCommand, FieldsOfAnEntry) {
  std::array<std::uint8_t, 64> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  bytes[1] = 0x82;  // PSDT 2, FUSE 2
  const Command command = Command::decode(bytes);
  EXPECT_EQ(command.opcode, 0u);
  EXPECT_EQ(command.psdt, 2u);
  EXPECT_EQ(command.fuse, 2u);
  EXPECT_EQ(command.command_id, 0x0302u);
  EXPECT_EQ(command.nsid, 0x0706'0504u);
  EXPECT_EQ(command.prp1, 0x1f1e'1d1c'1b1a'1918u);
  EXPECT_EQ(command.prp2, 0x2726'2524'2322'2120u);
  EXPECT_EQ(command.cdw10(), 0x2b2a'2928u);
  EXPECT_EQ(command.dwords[5], 0x3f3e'3d3cu);
}

TEST(NvmeCommand, CompletionEntry) {
  const Completion completion{0x1234'5678, 7, 3, 0xabcd, Status::lba_out_of_range};
  const auto entry = completion.encode(true);
  const auto dword = [&](unsigned i) {
    return load_little_endian<std::uint32_t>(std::span(entry).subspan(4 * i, 4));
  };
  EXPECT_EQ(dword(0), 0x1234'5678u);
  EXPECT_EQ(dword(2), 0x0003'0007u);
  EXPECT_EQ(dword(3), 0x8101'abcdu);  // DNR, SC 80h, phase
  const auto again = Completion{0, 0, 0, 0, Status::data_transfer_error}.encode(false);
  EXPECT_EQ(again[15], 0x00);  // may be tried again
  EXPECT_EQ(again[14], 0x08);
}

// What Linux and EDK2 check of CAP and what they write into CC.
TEST(NvmeRegisters, CapabilitiesAndConfiguration) {
  const RegisterBank bank(register_table());
  EXPECT_EQ(bank.get("CAP"), 0x0000'0020'0f01'03ffu);
  EXPECT_EQ(bank.get("VS"), 0x0001'0400u);
  EXPECT_TRUE(can_start(0x0046'0001, 0x001f'001f));
  EXPECT_TRUE(can_start(0x0046'0001, 0x0001'0001));
  EXPECT_FALSE(can_start(0x0046'0081, 0x001f'001f));  // MPS
  EXPECT_FALSE(can_start(0x0046'0061, 0x001f'001f));  // CSS
  EXPECT_FALSE(can_start(0x0046'0801, 0x001f'001f));  // AMS
  EXPECT_FALSE(can_start(0x0046'0001, 0x001f'0000));
  EXPECT_FALSE(can_start(0x0046'0001, 0x0000'001f));
}

Command with(std::uint32_t nsid, std::uint32_t cdw10, std::uint32_t cdw11 = 0,
             std::uint32_t cdw12 = 0) {
  return {.nsid = nsid, .dwords = {cdw10, cdw11, cdw12}};
}

TEST(NvmeIdentify, FourStructures) {
  const Identify identify(drive, "endpoint0");
  std::vector<std::uint8_t> data;
  ASSERT_EQ(identify.page(with(0, 1), data), Status::success);
  ASSERT_EQ(data.size(), 4096u);
  EXPECT_EQ(data[0] | data[1] << 8, 0x1b36);
  EXPECT_EQ(data[77], 7u);                      // MDTS
  EXPECT_EQ(data[512], 0x66u);                  // SQES
  EXPECT_EQ(data[513], 0x44u);                  // CQES
  EXPECT_EQ(data[516], 1u);                     // NN
  EXPECT_EQ(data[520] | data[521] << 8, 0x0c);  // ONCS: DSM, Write Zeroes
  EXPECT_EQ(data[525] & 1, 1);                  // VWC
  EXPECT_EQ(data[536] | data[537] << 8, 0);     // SGLS
  EXPECT_EQ(std::string(data.begin() + 768, data.begin() + 772), "nqn.");
  ASSERT_EQ(identify.page(with(1, 0), data), Status::success);
  EXPECT_EQ(load_little_endian<std::uint64_t>(std::span(data).first(8)), 2048u);
  EXPECT_EQ(data[26], 0u);
  EXPECT_EQ(data[130], 9u);   // LBAF0
  EXPECT_EQ(data[134], 12u);  // LBAF1
  ASSERT_EQ(identify.page(with(0, 2), data), Status::success);
  EXPECT_EQ(data[0], 1u);
  EXPECT_EQ(data[4], 0u);
  ASSERT_EQ(identify.page(with(1, 2), data), Status::success);
  EXPECT_EQ(data[0], 0u);  // none above 1
  ASSERT_EQ(identify.page(with(1, 3), data), Status::success);
  EXPECT_EQ(data[0], 1u);
  EXPECT_EQ(data[1], 8u);
}

TEST(NvmeIdentify, WhatIsNotThere) {
  const Identify identify(drive, "endpoint0");
  std::vector<std::uint8_t> data;
  for (const std::uint32_t nsid : {0u, 2u, Namespace::all}) {
    EXPECT_EQ(identify.page(with(nsid, 0), data), Status::invalid_namespace);
    EXPECT_EQ(identify.page(with(nsid, 3), data), Status::invalid_namespace);
  }
  EXPECT_EQ(identify.page(with(Namespace::all, 2), data), Status::invalid_namespace);
  EXPECT_EQ(identify.page(with(1, 0x10), data), Status::invalid_field);
}

// Linux takes two controllers of one NQN for one subsystem.
TEST(NvmeIdentify, DrivesDiffer) {
  std::vector<std::uint8_t> one, other;
  Identify(drive, "endpoint0").page(with(0, 1), one);
  Identify(drive, "endpoint1").page(with(0, 1), other);
  EXPECT_NE(one, other);
}

TEST(NvmeFeatures, NumberOfQueues) {
  Features features(64, 65);
  const auto ask = [&](std::uint32_t value, bool exist) {
    return features.set(with(0, 7, value), exist);
  };
  EXPECT_EQ(ask(0x0003'0003, false).dword0, 0x003f'003fu);
  EXPECT_EQ(ask(0xffff'0003, false).status, Status::invalid_field);
  EXPECT_EQ(ask(0x0003'ffff, false).status, Status::invalid_field);
  EXPECT_EQ(ask(0x0003'0003, true).status, Status::command_sequence_error);
  EXPECT_EQ(features.get(with(0, 7)).dword0, 0x003f'003fu);
}

TEST(NvmeFeatures, ValuesAreKeptUntilTheReset) {
  Features features(64, 65);
  EXPECT_EQ(features.get(with(0, 6)).dword0, 1u);  // the write cache is on
  EXPECT_EQ(features.set(with(0, 6, 0), true).status, Status::success);
  EXPECT_EQ(features.get(with(0, 6)).dword0, 0u);
  EXPECT_EQ(features.get(with(0, 6 | 1 << 8)).dword0, 1u);  // default
  EXPECT_EQ(features.get(with(0, 6 | 3 << 8)).dword0, 4u);  // changeable
  EXPECT_EQ(features.set(with(0, 9, 1 << 16 | 64), true).status, Status::success);
  EXPECT_EQ(features.get(with(0, 9, 64)).dword0, 1u << 16 | 64);
  EXPECT_EQ(features.get(with(0, 9, 63)).dword0, 63u);
  EXPECT_EQ(features.set(with(0, 4, 1 << 20 | 300), true).status, Status::success);
  EXPECT_EQ(features.get(with(0, 4, 1 << 20)).dword0, 300u);
  EXPECT_EQ(features.get(with(0, 4)).dword0, 0xffffu);
  features.reset();
  EXPECT_EQ(features.get(with(0, 6)).dword0, 1u);
  EXPECT_EQ(features.get(with(0, 9, 64)).dword0, 64u);
}

TEST(NvmeFeatures, WhatCannotBe) {
  Features features(64, 65);
  EXPECT_EQ(features.get(with(0, 0)).status, Status::invalid_field);
  EXPECT_EQ(features.get(with(0, 3)).status, Status::invalid_field);
  EXPECT_EQ(features.get(with(0, 0x10)).status, Status::invalid_field);
  EXPECT_EQ(features.get(with(0, 9, 65)).status, Status::invalid_field);
  EXPECT_EQ(features.get(with(0, 6 | 4 << 8)).status, Status::invalid_field);
  EXPECT_EQ(features.set(with(0, 0x7f), true).status, Status::invalid_field);
  EXPECT_EQ(features.set(with(0, 6 | 1u << 31), true).status, Status::feature_not_saveable);
  EXPECT_EQ(features.set(with(1, 6), true).status, Status::feature_not_namespace_specific);
  EXPECT_EQ(features.set(with(2, 6), true).status, Status::invalid_namespace);
  EXPECT_EQ(features.set(with(0, 2, 1), true).status, Status::invalid_field);  // power state 1
  EXPECT_EQ(features.set(with(0, 9, 65), true).status, Status::invalid_field);
}

TEST(NvmeLogPage, LengthsAndOffsets) {
  std::vector<std::uint8_t> data;
  const auto read = [&](std::uint32_t cdw10, std::uint32_t offset = 0) {
    return read_log(LogRequest::decode(with(0, cdw10, 0, offset)), {.reads = 5}, data);
  };
  EXPECT_EQ(read(2 | 127 << 16), Status::success);
  EXPECT_EQ(data.size(), 512u);
  EXPECT_EQ(data[64], 5u);
  EXPECT_EQ(data[1] | data[2] << 8, 323);
  EXPECT_EQ(read(2 | 0xffff << 16), Status::success);
  EXPECT_EQ(data.size(), 512u);
  EXPECT_EQ(read(2 | 3 << 16, 64), Status::success);
  EXPECT_EQ(data.size(), 16u);
  EXPECT_EQ(data[0], 5u);
  EXPECT_EQ(read(2, 2), Status::invalid_field);
  EXPECT_EQ(read(2, 516), Status::invalid_field);
  EXPECT_EQ(read(1 | 15 << 16), Status::success);
  EXPECT_EQ(data.size(), 64u);
  EXPECT_EQ(read(3 | 127 << 16), Status::success);
  EXPECT_EQ(read(0), Status::invalid_log_page);
  EXPECT_EQ(read(0xc0), Status::invalid_log_page);
}

TEST(NvmeEvents, RequestsAreHeldUntilADoorbellIsWrong) {
  AsynchronousEvents events;
  for (std::uint16_t id = 1; id <= 4; ++id)
    EXPECT_TRUE(events.hold(id));
  EXPECT_FALSE(events.hold(5));
  EXPECT_FALSE(events.take());
  events.report(DoorbellOutcome::taken);
  EXPECT_FALSE(events.take());
  events.report(DoorbellOutcome::invalid_value);
  EXPECT_EQ(events.take(), (std::pair{std::uint16_t{1}, 0x0001'0100u}));
  events.report(DoorbellOutcome::invalid_register);
  EXPECT_FALSE(events.take());  // until the log page is read
  events.clear();
  events.report(DoorbellOutcome::invalid_register);
  EXPECT_EQ(events.take(), (std::pair{std::uint16_t{2}, 0x0001'0000u}));
}

Command io(IoOpcode opcode, std::uint64_t block, std::uint32_t blocks, std::uint32_t nsid = 1) {
  return {.opcode = static_cast<std::uint8_t>(opcode),
          .nsid = nsid,
          .dwords = {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                     blocks - 1}};
}
Status status_of(const Command& command) {
  return IoRequest::decode(command, drive).status;
}

TEST(NvmeIo, RangesAndLengths) {
  const IoRequest request = IoRequest::decode(io(IoOpcode::read, 16, 8), drive);
  EXPECT_EQ(request.status, Status::success);
  EXPECT_EQ(request.range, (DriveRange{8192, 4096}));
  EXPECT_EQ(request.transfer_bytes, 4096u);
  EXPECT_EQ(status_of(io(IoOpcode::write, 2040, 8)), Status::success);
  EXPECT_EQ(status_of(io(IoOpcode::write, 2041, 8)), Status::lba_out_of_range);
  EXPECT_EQ(status_of(io(IoOpcode::read, ~0ULL, 1)), Status::lba_out_of_range);
  EXPECT_EQ(status_of(io(IoOpcode::read, 0, 1024)), Status::success);
  EXPECT_EQ(status_of(io(IoOpcode::read, 0, 1025)), Status::invalid_field);  // MDTS
  EXPECT_EQ(status_of(io(IoOpcode::write_zeroes, 0, 2048)), Status::success);
  EXPECT_EQ(status_of(io(IoOpcode::write_zeroes, 1, 2048)), Status::lba_out_of_range);
}

TEST(NvmeIo, NamespacesAndOpcodes) {
  EXPECT_EQ(status_of(io(IoOpcode::read, 0, 1, 2)), Status::invalid_namespace);
  EXPECT_EQ(status_of(io(IoOpcode::read, 0, 1, 0)), Status::invalid_namespace);
  EXPECT_EQ(status_of(io(IoOpcode::read, 0, 1, Namespace::all)), Status::invalid_namespace);
  EXPECT_EQ(status_of(io(IoOpcode::flush, 0, 1, Namespace::all)), Status::success);
  EXPECT_EQ(status_of(io(IoOpcode::flush, 0, 1, 0)), Status::invalid_namespace);
  for (const unsigned opcode : {0x04u, 0x05u, 0x0du, 0x7fu, 0x80u})
    EXPECT_EQ(status_of(io(static_cast<IoOpcode>(opcode), 0, 1)), Status::invalid_opcode);
  Command command = io(IoOpcode::read, 0, 1);
  command.psdt = 1;
  EXPECT_EQ(status_of(command), Status::invalid_field);
  command.psdt = 0;
  command.fuse = 1;
  EXPECT_EQ(status_of(command), Status::invalid_field);
}

TEST(NvmeIo, DatasetRanges) {
  Command command = io(IoOpcode::dataset_management, 1, 1);  // two ranges
  command.dwords[1] = 4;
  const IoRequest request = IoRequest::decode(command, drive);
  EXPECT_EQ(request.transfer_bytes, 32u);
  EXPECT_TRUE(request.deallocate);
  std::array<std::uint8_t, 32> data{};
  data[4] = 8;  // 8 blocks from 3 on
  data[8] = 3;
  data[20] = 1;
  data[25] = 7;  // 1 block from 0x700 on
  std::vector<DriveRange> ranges;
  EXPECT_EQ(dataset_ranges(data, drive, ranges), Status::success);
  EXPECT_EQ(ranges, (std::vector<DriveRange>{{3 * 512, 8 * 512}, {0x700 * 512, 512}}));
  data[25] = 8;
  EXPECT_EQ(dataset_ranges(data, drive, ranges), Status::lba_out_of_range);
}

// Random bytes as commands: each has a status, and what is legal stays within the drive.
TEST(NvmeCommand, RandomBytes) {
  Random random(7);
  NvmeParameters parameters;
  State state(parameters, drive.bytes(), "random");
  std::set<Status> seen;
  for (unsigned n = 0; n < 50'000; ++n) {
    std::array<std::uint8_t, 64> bytes{};
    for (auto& byte : bytes)
      byte = random.below(2) != 0 ? static_cast<std::uint8_t>(random.next()) : 0;
    bytes[0] %= 16;
    if (random.below(2) != 0) bytes[4] = 1, bytes[5] = bytes[6] = bytes[7] = 0;
    const Command command = Command::decode(bytes);
    const IoRequest request = IoRequest::decode(command, state.drive);
    seen.insert(request.status);
    if (request.status == Status::success) {
      ASSERT_LE(request.transfer_bytes, most_transfer_bytes);
      ASSERT_LE(request.range.offset + request.range.bytes, state.drive.bytes());
    }
    std::vector<std::uint8_t> data;
    seen.insert(state.identify.page(command, data));
    seen.insert(state.features.set(command, state.queues.any_io_queue()).status);
    seen.insert(state.features.get(command).status);
    seen.insert(read_log(LogRequest::decode(command), state.health, data));
    seen.insert(state.queues.create_completion_queue(command));
    seen.insert(state.queues.create_submission_queue(command));
    seen.insert(state.queues.delete_completion_queue(command));
    state.queues.ring(random.below(0x1000), static_cast<std::uint32_t>(random.next()), n);
    std::vector<DriveRange> ranges;
    seen.insert(dataset_ranges(bytes, state.drive, ranges));
  }
  EXPECT_GE(seen.size(), 10u);
}

}  // namespace
}  // namespace doorbell::pcie::nvme
