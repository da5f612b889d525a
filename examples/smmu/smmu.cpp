// One SMMU of the package between a plain TLM-2.0 device, with sockets as tlm_utils makes them, and
// a plain memory.
#include "doorbell/smmu/smmu.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "common/plain_access.h"
#include "common/plain_memory.h"
#include "doorbell/core/read_write.h"
#include "doorbell/core/socket_width.h"
#include "doorbell/core/statistics_file.h"

namespace {

constexpr std::uint64_t stream_table = 0x1'0000;
constexpr std::uint64_t context_descriptor = 0x1'1000;
constexpr std::uint64_t translation_tables = 0x2'0000;  // four pages, one a level
constexpr std::uint64_t iova = 0x1234'5000;
constexpr std::uint64_t page = 0x8'0000;

/// A device and the software that sets the SMMU up for it.
struct Device : sc_core::sc_module {
  SC_HAS_PROCESS(Device);
  tlm_utils::simple_initiator_socket<Device> dma{"dma"};  // 32 bits, unless told otherwise
  tlm_utils::simple_initiator_socket<Device, 64> registers{"registers"};
  PlainMemory& memory;
  Expectations expectations;

  Device(const sc_core::sc_module_name& name, PlainMemory& m) : sc_module(name), memory(m) {
    SC_THREAD(run);
  }
  void expect(bool holds, const char* what) { expectations.expect(holds, what); }

  /// Stream 0 with stage 1: one page at `iova` (IHI 0070, 5.2 and 5.4; DDI 0487, D8.3).
  void write_tables() {
    memory.store(stream_table, 1 | 5 << 1 | context_descriptor);    // V, Config: stage 1
    memory.store(stream_table + 8, std::uint64_t{1} << 44);         // SHCFG: as it comes
    memory.store(context_descriptor, 16 | std::uint64_t{1} << 30 |  // T0SZ, EPD1
                                         std::uint64_t{1} << 31 |   // V
                                         std::uint64_t{4} << 32 |   // IPS: 44 bits
                                         std::uint64_t{1} << 41 |   // AA64
                                         std::uint64_t{7} << 45 |   // R, A, ASET
                                         std::uint64_t{1} << 48);   // ASID
    memory.store(context_descriptor + 8, translation_tables);
    memory.store(context_descriptor + 24, std::uint64_t{0xff});
    for (unsigned level = 0; level < 4; ++level) {
      const std::uint64_t table = translation_tables + level * 0x1000;
      const std::uint64_t index = iova >> (39 - 9 * level) & 511;
      const std::uint64_t page_attributes =
          1 << 10 | 3 << 8 | 1 << 6;  // AF, SH, AP: read and write
      memory.store(table + 8 * index, 3 | (level < 3 ? table + 0x1000 : page | page_attributes));
    }
  }

  void enable() {
    store(registers, 0x80, stream_table);      // SMMU_STRTAB_BASE
    store(registers, 0x88, std::uint32_t{0});  // SMMU_STRTAB_BASE_CFG: linear, one entry
    store(registers, 0x20, std::uint32_t{1});  // SMMU_CR0.SMMUEN
    for (unsigned tries = 0; tries < 100; ++tries) {
      if (load<std::uint32_t>(registers, 0x24) == 1) return;  // SMMU_CR0ACK
      wait(10, sc_core::SC_NS);
    }
    expect(false, "the SMMU is enabled");
  }

  void run() {
    write_tables();
    enable();

    std::uint64_t value = 0x0123'4567'89ab'cdef;
    const sc_core::sc_time before_miss = sc_core::sc_time_stamp();
    expect(access(dma, tlm::TLM_WRITE_COMMAND, iova + 0x18, value),
           "a write to a mapped page succeeds");
    const sc_core::sc_time miss = sc_core::sc_time_stamp() - before_miss;
    expect(memory.load<std::uint64_t>(page + 0x18) == value,
           "its data are in the page that the table names");

    memory.store(page + 0x20, std::uint64_t{42});
    std::uint64_t read = 0;
    const sc_core::sc_time before_hit = sc_core::sc_time_stamp();
    expect(access(dma, tlm::TLM_READ_COMMAND, iova + 0x20, read), "a read of it succeeds");
    const sc_core::sc_time hit = sc_core::sc_time_stamp() - before_hit;
    expect(read == 42, "it brings what memory holds");
    expect(hit >= sc_core::sc_time(50, sc_core::SC_NS), "memory took its time");
    expect(miss >= hit + sc_core::sc_time(300, sc_core::SC_NS),
           "the first access waited for six table reads");

    expect(!access(dma, tlm::TLM_READ_COMMAND, iova + 0x1000, read), "an unmapped page is refused");
    expectations.done = true;
  }
};

}  // namespace

int sc_main(int argc, char** argv) {
  PlainMemory memory("memory", 0, 1 << 20);
  doorbell::smmu::SmmuParameters parameters;
  doorbell::smmu::Smmu smmu("smmu", parameters);
  Device device("device", memory);
  doorbell::WidthAdapter<32, 64> widen("widen");
  doorbell::ReadWriteSplit split("split");  // the device has one socket for reads and writes
  device.dma.bind(widen.upstream);
  widen.downstream.bind(split.upstream);
  split.reads.bind(smmu.upstream_reads());
  split.writes.bind(smmu.upstream_writes());
  device.registers.bind(smmu.registers());
  doorbell::ReadWriteJoin join("join");  // and so has the memory
  smmu.downstream_reads().bind(join.reads);
  smmu.downstream_writes().bind(join.writes);
  join.downstream.bind(memory.socket);
  smmu.tables().bind(memory.socket);
  smmu.queues().bind(memory.socket);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  if (argc > 1) {
    const doorbell::ParameterTree tree(parameters);
    doorbell::write_statistics(argv[1], {.model = "SMMU between a device and a memory",
                                         .workload = "one page",
                                         .parameters = &tree,
                                         .transactions = 3,
                                         .bytes = 24});
  }
  return device.expectations.result("smmu");
}
