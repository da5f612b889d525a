// One TCU that serves two TBUs.
#include "doorbell/core/read_write.h"
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

/// A TCU with two TBUs, in front of one memory.
class TwoTbus : public Module {
 public:
  explicit TwoTbus(const sc_core::sc_module_name& name)
      : Module(name),
        tcu("tcu", {}, 2),
        a("a", {}),
        b("b", {}),
        memory("memory", 40 * nanosecond),
        cpu("cpu"),
        device_a("device_a"),
        device_b("device_b"),
        split_a("split_a"),
        split_b("split_b") {
    a.dti.bind(tcu.dti(0));
    b.dti.bind(tcu.dti(1));
    for (Tbu* const tbu : {&a, &b}) {
      tbu->downstream_reads.bind(memory.socket_of_port(0));
      tbu->downstream_writes.bind(memory.socket_of_port(0));
    }
    tcu.tables.bind(memory.socket_of_port(1));
    tcu.queues.bind(memory.socket_of_port(2));
    cpu.bind(tcu.registers);
    device_a.bind(split_a.upstream);
    split_a.reads.bind(a.upstream_reads);
    split_a.writes.bind(a.upstream_writes);
    device_b.bind(split_b.upstream);
    split_b.reads.bind(b.upstream_reads);
    split_b.writes.bind(b.upstream_writes);
    tasks_.spawn(run());
  }
  Tcu tcu;
  Tbu a, b;
  Memory memory;
  InitiatorSocket cpu, device_a, device_b;
  ReadWriteSplit split_a, split_b;
  bool finished = false;

 private:
  Task<bool> write(InitiatorSocket& socket, std::uint64_t address, std::uint64_t value,
                   unsigned size = 4) {
    const PayloadReference p = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, address, size);
    for (unsigned i = 0; i < size; ++i)
      p->data()[i] = static_cast<std::uint8_t>(value >> (8 * i));
    co_await socket.transport(*p);
    co_return p->is_response_ok();
  }
  Task<void> run() {
    co_await write(cpu, Bench::STRTAB_BASE, 0x8000'0000, 8);
    co_await write(cpu, Bench::STRTAB_BASE_CFG, 2);
    co_await write(cpu, Bench::CMDQ_BASE, 0x8100'0000 | 4, 8);
    memory.store(0x8000'0000, 1 | 4 << 1);  // stream 0 bypasses
    co_await write(cpu, Bench::CR0, 9);
    co_await Delay{scheduler(), microsecond};
    EXPECT_TRUE(co_await write(device_a, 0xa000'0000, 1));
    EXPECT_TRUE(co_await write(device_b, 0xa000'0000, 1));
    memory.store(0x8000'0000, 1);  // aborts
    EXPECT_TRUE(co_await write(device_a, 0xa000'0000, 1));
    EXPECT_TRUE(co_await write(device_b, 0xa000'0000, 1));
    memory.store(0x8100'0000, 0x03);  // CMD_CFGI_STE
    memory.store(0x8100'0010, 0x46);  // CMD_SYNC
    co_await write(cpu, Bench::CMDQ_PROD, 2);
    co_await Delay{scheduler(), 2 * microsecond};
    EXPECT_FALSE(co_await write(device_a, 0xa000'0000, 1));
    EXPECT_FALSE(co_await write(device_b, 0xa000'0000, 1));
    finished = true;
  }
  TaskGroup tasks_{scheduler()};
};
TEST(SmmuTraffic, InvalidationsReachEveryTbu) {
  TwoTbus two("two");
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_TRUE(two.finished);
}

}  // namespace
}  // namespace doorbell::smmu::test
