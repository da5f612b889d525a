// One TCU that serves two TBUs.
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
        memory("memory", 40 * nanosecond, 64, 4),
        cpu("cpu"),
        device_a("device_a"),
        device_b("device_b") {
    a.dti.bind(tcu.dti(0));
    b.dti.bind(tcu.dti(1));
    a.downstream.bind(memory.port(0));
    b.downstream.bind(memory.port(3));
    tcu.tables.bind(memory.port(1));
    tcu.queues.bind(memory.port(2));
    cpu.bind(tcu.registers);
    device_a.bind(a.upstream);
    device_b.bind(b.upstream);
    tasks_.spawn(run());
  }
  Tcu tcu;
  Tbu a, b;
  Memory memory;
  InitiatorSocket cpu, device_a, device_b;
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
