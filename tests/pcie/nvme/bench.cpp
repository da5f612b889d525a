#include "tests/pcie/nvme/bench.h"

namespace doorbell::pcie::test {
namespace {

void put_field(std::vector<std::uint8_t>& bytes, unsigned offset, std::uint64_t value,
               unsigned size) {
  store_little_endian(std::span(bytes).subspan(offset, size), value);
}

}  // namespace

SystemParameters NvmeBench::parameters(NvmeParameters nvme) const {
  SystemParameters p;
  p.endpoint.kind = FunctionKind::nvme;
  nvme.drive = file.path;
  p.endpoint.nvme = std::move(nvme);
  return p;
}

void NvmeBench::run(Task<void> script) {
  finished_ = false;
  system.start(note(std::move(script)));
  System::run(100 * millisecond);
  EXPECT_TRUE(finished_) << "the script is stuck";
}

Task<void> NvmeBench::note(Task<void> script) {
  co_await script;
  finished_ = true;
}

void NvmeBench::set_vector(unsigned vector, bool masked) {
  std::vector<std::uint8_t> entry(16);
  put_field(entry, 0, message, 8);
  put_field(entry, 8, 100 + vector, 4);
  put_field(entry, 12, masked, 4);
  system.function().write_memory(registers + 0x2000 + 16 * vector, entry);
}

Task<bool> NvmeBench::status_becomes(std::uint32_t mask, std::uint32_t value) {
  for (unsigned i = 0; i < 1000; ++i) {
    const std::uint32_t status = co_await load(CSTS);
    if ((status & mask) == value) co_return true;
    co_await sleep(microsecond);
  }
  co_return false;
}

Task<void> NvmeBench::enable(unsigned admin_entries) {
  queues.assign(queues.size(), Queue{});
  queues[0].entries = admin_entries;
  co_await store(CC, 0);
  EXPECT_TRUE(co_await status_becomes(1, 0));
  co_await store(AQA, (admin_entries - 1) * 0x1'0001);
  co_await store(ASQ, static_cast<std::uint32_t>(submissions(0)));
  co_await store(ASQ + 4, submissions(0) >> 32);
  co_await store(ACQ, static_cast<std::uint32_t>(completions(0)));
  co_await store(ACQ + 4, completions(0) >> 32);
  for (std::uint64_t at = 0; at < 16 * admin_entries; ++at)
    system.memory.byte(completions(0) + at) = 0;
  co_await store(CC, 0x0046'0000);
  co_await store(CC, 0x0046'0001);
  EXPECT_TRUE(co_await status_becomes(3, 1));
}

Task<void> NvmeBench::create_queues(unsigned count, unsigned entries) {
  const Answer granted =
      co_await submit(0, admin(AdminOpcode::set_features, 7, (count - 1) * 0x1'0001));
  EXPECT_GE(granted.dword0 & 0xffff, count - 1);
  for (unsigned q = 1; q <= count; ++q) {
    queues[q] = {.entries = entries};
    for (std::uint64_t at = 0; at < 16 * entries; ++at)
      system.memory.byte(completions(q) + at) = 0;
    const std::uint32_t size = (entries - 1) << 16 | q;
    EXPECT_EQ(co_await status_of(0, admin(AdminOpcode::create_io_completion_queue, size,
                                          3 | q << 16, completions(q))),
              Status::success);
    EXPECT_EQ(co_await status_of(0, admin(AdminOpcode::create_io_submission_queue, size,
                                          1 | q << 16, submissions(q))),
              Status::success);
  }
}

void NvmeBench::put(unsigned queue, Command command) {
  Queue& q = queues[queue];
  std::vector<std::uint8_t> entry(64);
  command.command_id = next_id_++;
  put_field(entry, 0, command.opcode | command.fuse << 8 | command.psdt << 14, 2);
  put_field(entry, 2, command.command_id, 2);
  put_field(entry, 4, command.nsid, 4);
  put_field(entry, 24, command.prp1, 8);
  put_field(entry, 32, command.prp2, 8);
  for (unsigned i = 0; i < 6; ++i)
    put_field(entry, 40 + 4 * i, command.dwords[i], 4);
  system.memory.fill(submissions(queue) + 64 * q.tail, entry);
  q.tail = (q.tail + 1) % q.entries;
}

Task<void> NvmeBench::post(unsigned queue, Command command) {
  put(queue, command);
  co_await ring(queue);
}

Task<bool> NvmeBench::completes(unsigned queue) {
  const Queue& q = queues[queue];
  const std::uint64_t slot = completions(queue) + 16 * q.head;
  for (unsigned i = 0; i < 20'000; ++i) {
    if ((system.memory.word(slot + 12) >> 16 & 1) == q.phase) co_return true;
    co_await sleep(500 * nanosecond);
  }
  co_return false;
}

Task<NvmeBench::Answer> NvmeBench::take(unsigned queue) {
  Queue& q = queues[queue];
  EXPECT_TRUE(co_await completes(queue)) << "no completion in queue " << queue;
  const std::uint64_t slot = completions(queue) + 16 * q.head;
  const std::uint32_t queue_word = system.memory.word(slot + 8);
  const std::uint32_t last = system.memory.word(slot + 12);
  q.head = (q.head + 1) % q.entries;
  if (q.head == 0) q.phase = !q.phase;
  co_await store(DBS + 8 * queue + 4, q.head);
  co_return Answer{system.memory.word(slot), queue_word & 0xffff, queue_word >> 16, last & 0xffff,
                   static_cast<Status>(last >> 17 & 0x7ff)};
}

std::size_t NvmeBench::count(std::uint64_t first, std::uint64_t bytes) const {
  std::size_t n = 0;
  for (const auto& access : system.memory.accesses)
    n += access.address - first < bytes;
  return n;
}

bool NvmeBench::holds_pattern(std::uint64_t address, std::uint64_t from, std::uint64_t bytes) {
  for (std::uint64_t i = 0; i < bytes; ++i) {
    if (system.memory.byte(address + i) != DriveFile::pattern(from + i)) return false;
  }
  return true;
}

}  // namespace doorbell::pcie::test
