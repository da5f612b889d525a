// The controller as a driver meets it: bring-up, queues, interrupts, resets, and what is wrong.
#include "doorbell/core/arch/error.h"
#include "doorbell/pcie/nvme/backing_file.h"
#include "tests/pcie/nvme/bench.h"

namespace doorbell::pcie::test {
namespace {

class NvmeController : public testing::Test {
 protected:
  NvmeBench bench;
};

Task<void> as_linux(NvmeBench& b) {
  EXPECT_EQ(co_await b.load(NvmeBench::CSTS), 0u);
  EXPECT_EQ(co_await b.load(NvmeBench::CAP), 0x0f01'03ffu);
  EXPECT_EQ(co_await b.load(NvmeBench::CAP + 4), 0x0000'0020u);
  co_await b.enable();
  EXPECT_EQ(co_await b.load(NvmeBench::VS), 0x0001'0400u);
  NvmeBench::Answer answer = co_await b.submit(0, NvmeBench::admin(AdminOpcode::identify, 1));
  EXPECT_EQ(answer.status, Status::success);
  EXPECT_EQ(answer.sq_head, 1u);
  EXPECT_EQ(answer.sq_id, 0u);
  EXPECT_EQ(b.system.memory.word(NvmeBench::data) & 0xffff, 0x1b36u);
  co_await b.create_queues(4);
  EXPECT_EQ(
      co_await b.status_of(0, NvmeBench::admin(AdminOpcode::identify, 0, 0, NvmeBench::data, 1)),
      Status::success);
  EXPECT_EQ(b.system.memory.word(NvmeBench::data), NvmeBench::drive_bytes / 512);
  for (unsigned queue = 1; queue <= 4; ++queue) {
    answer = co_await b.submit(queue, NvmeBench::io(IoOpcode::read, 8 * queue, 8));
    EXPECT_EQ(answer.status, Status::success);
    EXPECT_EQ(answer.sq_id, queue);
    EXPECT_TRUE(b.holds_pattern(NvmeBench::data, 4096 * queue, 4096));
    co_await b.sleep(microsecond);
    EXPECT_EQ(b.system.memory.word(NvmeBench::message), 100 + queue);
  }
}
TEST_F(NvmeController, ComesUpAsLinuxBringsItUp) {
  bench.run(as_linux(bench));
}

TEST_F(NvmeController, IsQemusToSoftware) {
  Function& f = bench.system.function();
  EXPECT_EQ(f.read_configuration(0, 4), 0x0010'1b36u);
  EXPECT_EQ(f.read_configuration(8, 4), 0x0108'0202u);
  EXPECT_EQ(f.read_configuration(f.msix().offset() + 2, 2), 0x8040u);  // 65 vectors, enabled
  EXPECT_EQ(f.read_configuration(f.msix().offset() + 4, 4), 0x2000u);  // table
  EXPECT_EQ(f.read_configuration(f.msix().offset() + 8, 4), 0x3000u);  // PBA
  f.write_configuration(0x10, 4, 0xffff'ffff);
  EXPECT_EQ(f.read_configuration(0x10, 4), 0xffff'c004u);  // 16 KiB, 64 bits
}

// EDK2's admin queues: each second command wraps head and phase.
Task<void> two_entries(NvmeBench& b) {
  co_await b.enable(2);
  for (unsigned i = 0; i < 7; ++i) {
    const auto answer = co_await b.submit(0, NvmeBench::admin(AdminOpcode::identify, 1));
    EXPECT_EQ(answer.status, Status::success);
    EXPECT_EQ(answer.sq_head, (i + 1) % 2);
    EXPECT_EQ(answer.command_id, i);
  }
}
TEST_F(NvmeController, WorksWithQueuesOfTwoEntries) {
  bench.run(two_entries(bench));
}

// The entry is on its way before its message is; neither a slow page changes that.
Task<void> in_order(NvmeBench& b) {
  co_await b.enable();
  co_await b.create_queues(1);
  b.system.memory.latency = [](std::uint64_t address) {
    return address >> 16 == NvmeBench::completions(1) >> 16 ? 5 * microsecond : Time{0};
  };
  b.forget();
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, 0, 8)), Status::success);
  co_await b.sleep(10 * microsecond);
  const auto& all = b.system.memory.accesses;
  EXPECT_GE(all.size(), 3u);
  EXPECT_EQ(all.back().address, NvmeBench::message);
  EXPECT_EQ(all[all.size() - 2].address, NvmeBench::completions(1));
  EXPECT_EQ(all[all.size() - 3].address / 4096, NvmeBench::data / 4096);
}
TEST_F(NvmeController, PostsDataThenTheEntryThenTheMessage) {
  bench.run(in_order(bench));
}

Task<void> full(NvmeBench& b) {
  co_await b.enable();
  co_await b.create_queues(1, 4);
  for (unsigned i = 0; i < 3; ++i)
    co_await b.post(1, NvmeBench::io(IoOpcode::flush, 0, 1));
  co_await b.sleep(200 * microsecond);
  co_await b.post(1, NvmeBench::io(IoOpcode::flush, 0, 1));
  co_await b.sleep(200 * microsecond);
  EXPECT_EQ(b.counter("commands"), 3u + 3);  // three of the admin queue
  for (unsigned i = 0; i < 4; ++i)
    EXPECT_EQ((co_await b.take(1)).status, Status::success);
}
TEST_F(NvmeController, WaitsForRoomInTheCompletionQueue) {
  bench.run(full(bench));
}

Task<void> unreadable_queue(NvmeBench& b) {
  co_await b.enable();
  b.system.memory.status = [](std::uint64_t address) {
    return address >> 16 == NvmeBench::submissions(0) >> 16 ? tlm::TLM_ADDRESS_ERROR_RESPONSE
                                                            : tlm::TLM_OK_RESPONSE;
  };
  co_await b.post(0, NvmeBench::admin(AdminOpcode::identify, 1));
  EXPECT_TRUE(co_await b.status_becomes(2, 2));  // CFS
  EXPECT_EQ(b.counter("fetch_errors"), 1u);
  b.system.memory.status = [](std::uint64_t) { return tlm::TLM_OK_RESPONSE; };
  co_await b.enable();  // a reset mends it
  EXPECT_EQ(co_await b.status_of(0, NvmeBench::admin(AdminOpcode::identify, 1)), Status::success);
}
TEST_F(NvmeController, ACommandThatCannotBeReadIsFatal) {
  bench.run(unreadable_queue(bench));
}

Task<void> bad_configuration(NvmeBench& b) {
  co_await b.store(NvmeBench::AQA, 0x001f'001f);
  co_await b.store(NvmeBench::CC, 0x0046'0081);  // pages of 8 KiB
  EXPECT_TRUE(co_await b.status_becomes(3, 2));
  co_await b.enable();
}
TEST_F(NvmeController, AConfigurationThatItHasNotIsFatal) {
  bench.run(bad_configuration(bench));
}

// Function without Bus Master Enable: nothing is fetched, and nothing is lost.
Task<void> without_bus_master(NvmeBench& b) {
  co_await b.enable();
  Function& f = b.system.function();
  f.write_configuration(4, 2, ConfigurationSpace::Memory_Space_Enable);
  b.forget();
  co_await b.post(0, NvmeBench::admin(AdminOpcode::identify, 1));
  co_await b.sleep(100 * microsecond);
  EXPECT_TRUE(b.system.memory.accesses.empty());
  f.write_configuration(
      4, 2, ConfigurationSpace::Memory_Space_Enable | ConfigurationSpace::Bus_Master_Enable);
  EXPECT_EQ((co_await b.take(0)).status, Status::success);
  EXPECT_EQ(b.counter("fetch_errors"), 0u);
}
TEST_F(NvmeController, WaitsForBusMasterEnable) {
  bench.run(without_bus_master(bench));
}

Task<void> events(NvmeBench& b) {
  const Command request = NvmeBench::admin(AdminOpcode::asynchronous_event_request);
  co_await b.enable();
  for (unsigned i = 0; i < 4; ++i)
    co_await b.post(0, request);
  EXPECT_EQ(co_await b.status_of(0, request), Status::asynchronous_event_limit);
  EXPECT_EQ(co_await b.status_of(0, NvmeBench::admin(AdminOpcode::identify, 1)), Status::success);
  co_await b.store(NvmeBench::DBS + 8 * 3, 1);  // a queue that isn't there
  NvmeBench::Answer answer = co_await b.take(0);
  EXPECT_EQ(answer.command_id, 0u);
  EXPECT_EQ(answer.dword0, 0x0001'0000u);
  co_await b.store(NvmeBench::DBS, 99);  // beyond the queue; the last event hasn't been read
  EXPECT_EQ(co_await b.status_of(0, NvmeBench::admin(AdminOpcode::get_log_page, 1 | 15 << 16)),
            Status::success);
  co_await b.store(NvmeBench::DBS, 99);
  answer = co_await b.take(0);
  EXPECT_EQ(answer.command_id, 1u);
  EXPECT_EQ(answer.dword0, 0x0001'0100u);
}
TEST_F(NvmeController, HoldsEventRequestsUntilADoorbellIsWrong) {
  bench.run(events(bench));
}

Task<void> queue_rules(NvmeBench& b) {
  const auto status = [&b](AdminOpcode opcode, std::uint32_t cdw10, std::uint32_t cdw11 = 0) {
    return b.status_of(0, NvmeBench::admin(opcode, cdw10, cdw11));
  };
  co_await b.enable();
  co_await b.create_queues(2);
  EXPECT_EQ(co_await status(AdminOpcode::set_features, 7, 0x0001'0001),
            Status::command_sequence_error);
  EXPECT_EQ(co_await status(AdminOpcode::delete_io_completion_queue, 1),
            Status::invalid_queue_deletion);
  EXPECT_EQ(co_await status(AdminOpcode::create_io_completion_queue, 31 << 16 | 3, 3 | 65 << 16),
            Status::invalid_interrupt_vector);
  EXPECT_EQ(co_await status(static_cast<AdminOpcode>(0x80), 0), Status::invalid_opcode);
  EXPECT_EQ((co_await b.submit(0, NvmeBench::admin(AdminOpcode::abort))).dword0, 1u);
  // What is under way of a queue completes before its deletion does.
  co_await b.post(1, NvmeBench::io(IoOpcode::read, 0, 8));
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await status(AdminOpcode::delete_io_submission_queue, 1), Status::success);
  EXPECT_EQ(b.system.memory.word(NvmeBench::completions(1) + 12) >> 16, 1u);
  EXPECT_EQ(co_await status(AdminOpcode::delete_io_submission_queue, 1),
            Status::invalid_queue_identifier);
  EXPECT_EQ(co_await status(AdminOpcode::delete_io_completion_queue, 1), Status::success);
}
TEST_F(NvmeController, QueuesAreMadeAndDeletedByTheRules) {
  bench.run(queue_rules(bench));
}

// CC.EN 1 to 0 with commands in every state: after RDY = 0 nothing leaves the function.
Task<void> reset(NvmeBench& b) {
  for (const Time wait : {Time{0}, 400 * nanosecond, 900 * nanosecond, 2 * microsecond,
                          40 * microsecond, 71 * microsecond, 90 * microsecond}) {
    co_await b.enable();
    co_await b.create_queues(2);
    for (unsigned i = 0; i < 24; ++i) {
      b.put(1, NvmeBench::io(i % 2 ? IoOpcode::read : IoOpcode::write, 8 * i, 8));
      b.put(2, NvmeBench::io(IoOpcode::read, 8 * i, 8));
    }
    co_await b.ring(1);
    co_await b.ring(2);
    co_await b.sleep(wait);
    co_await b.store(NvmeBench::CC, 0x0046'0000);
    EXPECT_TRUE(co_await b.status_becomes(1, 0));
    b.forget();
    co_await b.sleep(300 * microsecond);
    EXPECT_TRUE(b.system.memory.accesses.empty()) << wait;
  }
  co_await b.enable();
  co_await b.create_queues(1);
  EXPECT_EQ(co_await b.status_of(1, NvmeBench::io(IoOpcode::read, 0, 8)), Status::success);
}
TEST_F(NvmeController, IsSilentAfterAReset) {
  bench.run(reset(bench));
}

Task<void> shutdown(NvmeBench& b) {
  co_await b.enable();
  co_await b.create_queues(1);
  co_await b.post(0, NvmeBench::admin(AdminOpcode::asynchronous_event_request));
  co_await b.post(1, NvmeBench::io(IoOpcode::write, 0, 8));
  co_await b.sleep(5 * microsecond);
  co_await b.store(NvmeBench::CC, 0x0046'4001);
  EXPECT_EQ(co_await b.load(NvmeBench::CSTS) >> 2 & 3, 1u);
  EXPECT_TRUE(co_await b.status_becomes(0xc, 0x8));
  EXPECT_EQ((co_await b.take(1)).status, Status::success);
  co_await b.post(1, NvmeBench::io(IoOpcode::write, 0, 8));
  EXPECT_FALSE(co_await b.completes(1));
  co_await b.enable();
  EXPECT_EQ(co_await b.load(NvmeBench::CSTS), 1u);
}
TEST_F(NvmeController, ShutsDown) {
  bench.run(shutdown(bench));
}

// By MSI, INTMS holds a vector back; what has completed meanwhile is told when it is cleared.
Task<void> masked(NvmeBench& b) {
  Function& f = b.system.function();
  f.write_configuration(f.msix().offset() + 2, 2, 0);
  unsigned msi = f.read_configuration(0x34, 1);
  while (f.read_configuration(msi, 1) != 5)
    msi = f.read_configuration(msi + 1, 1);
  f.write_configuration(msi + 4, 4, NvmeBench::message);
  f.write_configuration(msi + 12, 2, 77);
  f.write_configuration(msi + 2, 2, 1);
  co_await b.enable();
  co_await b.store(NvmeBench::INTMS, 1);
  EXPECT_EQ(co_await b.load(NvmeBench::INTMC), 1u);
  co_await b.post(0, NvmeBench::admin(AdminOpcode::identify, 1));
  EXPECT_TRUE(co_await b.completes(0));
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(b.count(NvmeBench::message), 0u);
  co_await b.store(NvmeBench::INTMC, 1);
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(b.count(NvmeBench::message), 1u);
  EXPECT_EQ(b.system.memory.word(NvmeBench::message), 77u);
}
TEST_F(NvmeController, MasksMsi) {
  bench.run(masked(bench));
}

TEST(NvmeDrive, AFileThatCannotBeADriveIsAnInputError) {
  const auto refuses = [](const std::string& path, std::uint32_t block_size = 512) {
    try {
      nvme::BackingFile(path, false, block_size);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_EQ(refuses("/nowhere/drive"),
            "/nowhere/drive: expected a file to read, found No such file or directory");
  EXPECT_EQ(refuses("/tmp"), "/tmp: expected a regular file, found something else");
  const DriveFile empty(0), odd(1000), small(512);
  EXPECT_EQ(refuses(empty.path),
            empty.path + ": expected whole blocks of 512 bytes, found 0 bytes");
  EXPECT_EQ(refuses(odd.path), odd.path + ": expected whole blocks of 512 bytes, found 1000 bytes");
  EXPECT_EQ(refuses(small.path), "taken");
  EXPECT_EQ(refuses(small.path, 4096),
            small.path + ": expected whole blocks of 4096 bytes, found 512 bytes");
}

TEST(NvmeDrive, AFileThatShrinksIsAnInputError) {
  const DriveFile file(8192);
  nvme::BackingFile drive(file.path, false, 512);
  EXPECT_EQ(drive.bytes({512, 512})[0], DriveFile::pattern(512));
  EXPECT_EQ(truncate(file.path.c_str(), 4096), 0);
  EXPECT_THROW(drive.bytes({0, 512}), InputError);
}

}  // namespace
}  // namespace doorbell::pcie::test
