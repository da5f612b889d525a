// Whatever software puts into queues, lists and registers: every command completes with a status
// that there is, nothing is written but what the commands name, and a reset mends the rest.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "doorbell/core/arch/random.h"
#include "doorbell/pcie/arch/nvme/identify.h"
#include "tests/pcie/nvme/bench.h"
#include "tests/support/long_run.h"

namespace doorbell::pcie::test {
namespace {

constexpr std::uint64_t page = 4096;
constexpr unsigned io_queues = 4;

/// Bytes that may be written, by page. No access crosses one (PCIe 6.0 2.2.7).
class Allowed {
 public:
  void add(std::uint64_t address, std::uint64_t bytes) {
    for (std::uint64_t done = 0; done < bytes;) {
      const std::uint64_t at = address + done;
      const std::uint64_t piece = std::min(bytes - done, page - at % page);
      pieces_[at / page].emplace_back(at % page, at % page + piece);
      done += piece;
    }
  }
  bool hold(const Memory::Access& access) const {
    const auto found = pieces_.find(access.address / page);
    if (found == pieces_.end()) return false;
    const std::uint64_t first = access.address % page, end = first + access.length;
    return std::any_of(found->second.begin(), found->second.end(), [&](const auto& piece) {
      return piece.first <= first && end <= piece.second;
    });
  }

 private:
  std::map<std::uint64_t, std::vector<std::pair<std::uint64_t, std::uint64_t>>> pieces_;
};

/// Every status of status.h (NVMe 1.4 Figures 128 and 129).
bool is_legal(Status status) {
  static const std::set<Status> all{Status::success,
                                    Status::invalid_opcode,
                                    Status::invalid_field,
                                    Status::data_transfer_error,
                                    Status::invalid_namespace,
                                    Status::command_sequence_error,
                                    Status::prp_offset_invalid,
                                    Status::lba_out_of_range,
                                    Status::completion_queue_invalid,
                                    Status::invalid_queue_identifier,
                                    Status::invalid_queue_size,
                                    Status::asynchronous_event_limit,
                                    Status::invalid_interrupt_vector,
                                    Status::invalid_log_page,
                                    Status::invalid_queue_deletion,
                                    Status::feature_not_saveable,
                                    Status::feature_not_changeable,
                                    Status::feature_not_namespace_specific};
  return all.contains(status);
}

class NvmeFuzz : public testing::Test {
 protected:
  // The buffers of most commands, and the lists of most that need one.
  static constexpr std::uint64_t pool = NvmeBench::data, pool_pages = 256;
  static constexpr std::uint64_t list_pages = 8;
  static constexpr std::uint64_t blocks = NvmeBench::drive_bytes / 512;

  std::uint64_t pool_page() { return pool + page * random.below(pool_pages); }
  bool one_in(unsigned n) { return random.below(n) == 0; }
  std::uint32_t word() { return static_cast<std::uint32_t>(random.next()); }

  void make_lists() {
    for (std::uint64_t at = 0; at < list_pages * page; at += 8) {
      std::uint64_t entry = pool_page();
      if (at % page == page - 8) entry = NvmeBench::lists + page * random.below(list_pages);
      if (one_in(200)) entry += 1u << random.below(12);
      if (one_in(1000)) entry = random.next();
      std::array<std::uint8_t, 8> bytes{};
      store_little_endian(std::span<std::uint8_t>(bytes), entry);
      bench.system.memory.fill(NvmeBench::lists + at, bytes);
    }
  }
  std::uint64_t prp(bool may_be_list) {
    const unsigned kind = static_cast<unsigned>(random.below(40));
    if (kind == 0) return random.next();
    // The end of all addresses; a list there would go on at their beginning.
    if (kind == 1 && !may_be_list) return ~std::uint64_t{0} << random.below(13);
    std::uint64_t address = pool_page();
    if (may_be_list) address = NvmeBench::lists + page * random.below(list_pages);
    if (kind < 12) address += 4 * random.below(page / 4);
    if (kind == 12) address += random.below(page);
    return address;
  }
  std::uint64_t block() {
    if (one_in(20)) return random.next();
    return one_in(10) ? blocks - random.below(16) : random.below(blocks);
  }
  /// By the length that the command has in the end: a list that served as a buffer would name
  /// buffers that nobody knows.
  void set_prps(Command& c, std::uint32_t bytes) {
    c.prp1 = prp(false);
    c.prp2 = prp(bytes > 2 * page - c.prp1 % page);
  }
  void spoil(Command& c) {
    if (one_in(30)) c.opcode = static_cast<std::uint8_t>(word());
    if (one_in(30)) c.nsid = one_in(2) ? 0xffff'ffff : word();
    if (one_in(50)) c.fuse = 1 + random.below(3);
    if (one_in(50)) c.psdt = 1 + random.below(3);
    if (one_in(10)) c.dwords[random.below(6)] = word();
  }
  Command io_command() {
    constexpr std::array opcodes{IoOpcode::flush,        IoOpcode::write,
                                 IoOpcode::read,         IoOpcode::read,
                                 IoOpcode::write_zeroes, IoOpcode::dataset_management};
    const auto count = static_cast<unsigned>(1 + random.below(one_in(20) ? 1040 : 33));
    Command c = NvmeBench::io(opcodes[random.below(opcodes.size())], block(), count);
    if (c.opcode == static_cast<std::uint8_t>(IoOpcode::dataset_management))
      c.dwords = {static_cast<std::uint32_t>(random.below(256)), word() & 7};
    spoil(c);
    const bool ranges = c.opcode == static_cast<std::uint8_t>(IoOpcode::dataset_management);
    set_prps(c, ranges ? page : 512 * ((c.cdw12() & 0xffff) + 1));
    return c;
  }
  /// Queues 1 to 4 are left alone unless `any_queue`.
  Command admin_command(bool any_queue) {
    constexpr std::array opcodes{AdminOpcode::delete_io_submission_queue,
                                 AdminOpcode::create_io_submission_queue,
                                 AdminOpcode::get_log_page,
                                 AdminOpcode::delete_io_completion_queue,
                                 AdminOpcode::create_io_completion_queue,
                                 AdminOpcode::identify,
                                 AdminOpcode::abort,
                                 AdminOpcode::set_features,
                                 AdminOpcode::get_features,
                                 AdminOpcode::asynchronous_event_request};
    const AdminOpcode opcode = opcodes[random.below(opcodes.size())];
    Command c = NvmeBench::admin(opcode);
    c.nsid = static_cast<std::uint32_t>(random.below(3));
    for (std::uint32_t& dword : c.dwords)
      dword = one_in(4) ? word() : word() & 0x001f'000f;
    spoil(c);
    set_prps(c, std::max<std::uint32_t>(written(0, c), page));
    const auto low = c.dwords[0] & 0xffff;
    if (c.opcode >= 6) return c;
    if (!any_queue && low >= 1 && low <= io_queues) c.dwords[0] += io_queues;
    // Entries that nobody put there would name buffers that nobody knows.
    if (c.opcode == static_cast<std::uint8_t>(AdminOpcode::create_io_submission_queue))
      c.prp1 = NvmeBench::submissions(low % (io_queues + 1));
    if (c.opcode == static_cast<std::uint8_t>(AdminOpcode::create_io_completion_queue))
      c.prp1 = NvmeBench::completions(low % (io_queues + 1));
    return c;
  }

  /// Bytes that a command may write (NVMe 1.4 5.14, 5.15, 6.9).
  static std::uint32_t written(unsigned queue, const Command& c) {
    if (queue != 0)
      return c.opcode == static_cast<std::uint8_t>(IoOpcode::read)
                 ? 512 * ((c.cdw12() & 0xffff) + 1)
                 : 0;
    if (c.opcode == static_cast<std::uint8_t>(AdminOpcode::identify)) return page;
    if (c.opcode != static_cast<std::uint8_t>(AdminOpcode::get_log_page)) return 0;
    const std::uint64_t dwords = (c.cdw10() >> 16 | std::uint64_t{c.cdw11() & 0xffff} << 16) + 1;
    // A buffer may be larger than the page that goes there, which decides what PRP2 is.
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(4 * dwords, nvme::most_transfer_bytes));
  }
  std::uint64_t doubleword(std::uint64_t address) {
    return bench.system.memory.word(address) | std::uint64_t{bench.system.memory.word(address + 4)}
                                                   << 32;
  }
  /// The command's buffer, page by page (4.3); independent of PrpWalk.
  void allow(unsigned queue, const Command& c) {
    std::uint64_t left = written(queue, c);
    const auto take = [&](std::uint64_t address, std::uint64_t room) {
      allowed.add(address, std::min(left, room));
      left -= std::min(left, room);
    };
    take(c.prp1, page - c.prp1 % page);
    if (left == 0) return;
    if (left <= page) return take(c.prp2, page);
    std::uint64_t at = c.prp2;
    for (unsigned reads = 0; left != 0 && reads < 300; ++reads) {
      const std::uint64_t entry = doubleword(at);
      const bool chains = at % page == page - 8 && left > page;
      at = chains ? entry : at + 8;
      if (!chains) take(entry, page);
    }
  }
  void allow_completions() {
    for (unsigned q = 0; q <= io_queues; ++q)
      allowed.add(NvmeBench::completions(q), 16 * 1024);
    allowed.add(NvmeBench::message, 4);
  }
  void check_writes() {
    for (const Memory::Access& access : bench.system.memory.accesses) {
      if (access.write) {
        ASSERT_TRUE(allowed.hold(access))
            << std::hex << access.address << ", " << std::dec << access.length << " bytes";
      }
    }
    bench.forget();
  }
  void expect_file_as_it_was() {
    for (std::uint64_t at = 0; at < NvmeBench::drive_bytes; at += 997)
      ASSERT_EQ(bench.file.byte(at), DriveFile::pattern(at)) << at;
  }

  Task<void> start() {
    co_await bench.enable();
    co_await bench.create_queues(io_queues);
  }
  Task<void> round();
  Task<void> write_registers();
  Task<void> use_again();

  Random random{7};
  NvmeBench bench;
  Allowed allowed;
  unsigned held = 0;  ///< Asynchronous Event Requests, which stay
  std::map<Status, unsigned> seen;
};

/// A few commands at once, of several queues.
Task<void> NvmeFuzz::round() {
  allowed = {};
  allow_completions();
  std::array<unsigned, io_queues + 1> offered{};
  for (unsigned i = 0; i < 1 + random.below(8); ++i) {
    const auto q = static_cast<unsigned>(random.below(io_queues + 1));
    const Command c = q == 0 ? admin_command(false) : io_command();
    allow(q, c);
    bench.put(q, c);
    constexpr unsigned most_held = 4;
    const bool waits =
        q == 0 && c.fuse == 0 && c.psdt == 0 &&
        c.opcode == static_cast<std::uint8_t>(AdminOpcode::asynchronous_event_request) &&
        held < most_held;
    if (waits) {
      ++held;
    } else {
      ++offered[q];
    }
  }
  for (unsigned q = 0; q <= io_queues; ++q)
    co_await bench.ring(q);
  for (unsigned q = 0; q <= io_queues; ++q) {
    for (; offered[q] != 0; --offered[q]) {
      const NvmeBench::Answer answer = co_await bench.take(q);
      EXPECT_TRUE(is_legal(answer.status)) << std::hex << static_cast<unsigned>(answer.status);
      EXPECT_EQ(answer.sq_id, q);
      ++seen[answer.status];
    }
  }
  co_await bench.sleep(10 * microsecond);
}

TEST_F(NvmeFuzz, EveryCommandCompletesAndNothingElseIsWritten) {
  bench.run(start());
  bench.forget();
  bench.system.memory.status = [](std::uint64_t address) {
    return address - pool < 8 * page ? tlm::TLM_ADDRESS_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE;
  };
  for (int i = 0; i < doorbell::test::cases(200, 10'000) && !HasFailure(); ++i) {
    if (i % 16 == 0) make_lists();
    bench.run(round());
    check_writes();
  }
  expect_file_as_it_was();
  EXPECT_GE(seen.size(), 12u) << "kinds of status";
  EXPECT_GT(seen[Status::success], 50u);
}

/// Doorbells beyond what was put there, registers by any width, commands that make and delete
/// queues in use.
Task<void> NvmeFuzz::write_registers() {
  for (unsigned q = 0; q <= io_queues; ++q) {
    for (unsigned i = 0; i < random.below(16); ++i) {
      const Command c = q == 0 ? admin_command(true) : io_command();
      allow(q, c);
      bench.put(q, c);
    }
  }
  for (unsigned i = 0; i < 20; ++i) {
    constexpr std::array registers{NvmeBench::INTMS, NvmeBench::INTMC, NvmeBench::CC,
                                   NvmeBench::CSTS,  NvmeBench::AQA,   NvmeBench::CAP};
    constexpr std::array values{0x0046'0001u, 0x0046'0000u, 0x0046'4001u,
                                0x0046'8001u, 0x0046'0011u, 1u};
    std::uint64_t offset = NvmeBench::DBS + 4 * random.below(2 * io_queues + 2);
    std::uint32_t value = static_cast<std::uint32_t>(random.below(one_in(8) ? 0x10000 : 34));
    if (one_in(6)) {
      offset = registers[random.below(registers.size())];
      value = one_in(2) ? word() : values[random.below(values.size())];
    }
    if (one_in(10)) offset = random.below(0x2000);
    // Queues aren't moved: what they write is to be known.
    if (offset >= NvmeBench::ASQ - 3 && offset < NvmeBench::ACQ + 8) continue;
    const unsigned size = one_in(8) ? 1u << random.below(2) : 4;
    co_await bench.system.processor.store(NvmeBench::registers + offset, value, size);
    if (one_in(3)) co_await bench.sleep(microsecond * random.below(100));
  }
  co_await bench.sleep(2 * millisecond);
}

/// What a driver does with a controller that has gone astray.
Task<void> NvmeFuzz::use_again() {
  co_await start();
  allowed.add(NvmeBench::data, page);
  const Status identified = co_await bench.status_of(0, NvmeBench::admin(AdminOpcode::identify, 1));
  EXPECT_EQ(identified, Status::success);
  for (unsigned q = 1; q <= io_queues; ++q) {
    const Status read = co_await bench.status_of(q, NvmeBench::io(IoOpcode::read, 8, 8));
    EXPECT_EQ(read, Status::success);
  }
}

TEST_F(NvmeFuzz, WhateverIsWrittenToRegistersAResetMends) {
  make_lists();
  allow_completions();
  for (int i = 0; i < doorbell::test::cases(60, 3'000) && !HasFailure(); ++i) {
    bench.run(start());
    bench.run(write_registers());
    bench.run(use_again());
    check_writes();
  }
  expect_file_as_it_was();
}

}  // namespace
}  // namespace doorbell::pcie::test
