// Somebody else's model: one SMMU of the installed package between a plain TLM-2.0 initiator and a
// plain memory.
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstring>
#include <iostream>
#include <systemc>
#include <tlm>
#include <vector>

#include "doorbell/core/read_write.h"
#include "doorbell/smmu/smmu.h"

namespace {

/// A memory whose b_transport takes its time with wait().
struct Memory : sc_core::sc_module {
  tlm_utils::simple_target_socket<Memory, 64> data{"data"};
  tlm_utils::simple_target_socket<Memory, 64> tables{"tables"};
  tlm_utils::simple_target_socket<Memory, 64> queues{"queues"};
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(1 << 20);

  explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
    data.register_b_transport(this, &Memory::b_transport);
    tables.register_b_transport(this, &Memory::b_transport);
    queues.register_b_transport(this, &Memory::b_transport);
  }

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    wait(delay + sc_core::sc_time(50, sc_core::SC_NS));
    delay = sc_core::SC_ZERO_TIME;
    const std::uint64_t address = payload.get_address();
    const unsigned length = payload.get_data_length();
    if (address + length > bytes.size()) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), &bytes[address], length);
    } else {
      std::memcpy(&bytes[address], payload.get_data_ptr(), length);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  void store(std::uint64_t address, std::uint64_t value) {
    std::memcpy(&bytes[address], &value, sizeof value);
  }
  std::uint64_t load(std::uint64_t address) const {
    std::uint64_t value = 0;
    std::memcpy(&value, &bytes[address], sizeof value);
    return value;
  }
};

constexpr std::uint64_t stream_table = 0x1'0000;
constexpr std::uint64_t context_descriptor = 0x1'1000;
constexpr std::uint64_t translation_tables = 0x2'0000;  // four pages, one a level
constexpr std::uint64_t iova = 0x1234'5000;
constexpr std::uint64_t page = 0x8'0000;

/// A device and the software that sets the SMMU up for it.
struct Device : sc_core::sc_module {
  SC_HAS_PROCESS(Device);
  tlm_utils::simple_initiator_socket<Device, 64> dma{"dma"};
  tlm_utils::simple_initiator_socket<Device, 64> registers{"registers"};
  Memory& memory;
  unsigned failures = 0;
  bool done = false;

  Device(const sc_core::sc_module_name& name, Memory& m) : sc_module(name), memory(m) {
    SC_THREAD(run);
  }

  template <class Socket, class Value>
  bool access(Socket& socket, tlm::tlm_command command, std::uint64_t address, Value& value) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<std::uint8_t*>(&value));
    payload.set_data_length(sizeof value);
    payload.set_streaming_width(sizeof value);
    payload.set_byte_enable_ptr(nullptr);
    payload.set_dmi_allowed(false);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay;
    socket->b_transport(payload, delay);
    wait(delay);
    return payload.is_response_ok();
  }

  void expect(bool holds, const char* what) {
    if (holds) return;
    std::cerr << "consumer: not so: " << what << '\n';
    ++failures;
  }

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
    memory.store(context_descriptor + 24, 0xff);
    for (unsigned level = 0; level < 4; ++level) {
      const std::uint64_t table = translation_tables + level * 0x1000;
      const std::uint64_t index = iova >> (39 - 9 * level) & 511;
      const std::uint64_t page_attributes =
          1 << 10 | 3 << 8 | 1 << 6;  // AF, SH, AP: read and write
      memory.store(table + 8 * index, 3 | (level < 3 ? table + 0x1000 : page | page_attributes));
    }
  }

  void enable() {
    std::uint64_t base = stream_table;
    access(registers, tlm::TLM_WRITE_COMMAND, 0x80, base);  // SMMU_STRTAB_BASE
    std::uint32_t configuration = 0;                        // linear, one entry
    access(registers, tlm::TLM_WRITE_COMMAND, 0x88, configuration);
    std::uint32_t SMMUEN = 1;
    access(registers, tlm::TLM_WRITE_COMMAND, 0x20, SMMUEN);
    std::uint32_t acknowledged = 0;
    for (unsigned tries = 0; tries < 100 && acknowledged != 1; ++tries) {
      access(registers, tlm::TLM_READ_COMMAND, 0x24, acknowledged);  // SMMU_CR0ACK
      wait(10, sc_core::SC_NS);
    }
    expect(acknowledged == 1, "the SMMU is enabled");
  }

  void run() {
    write_tables();
    enable();

    std::uint64_t value = 0x0123'4567'89ab'cdef;
    const sc_core::sc_time before_miss = sc_core::sc_time_stamp();
    expect(access(dma, tlm::TLM_WRITE_COMMAND, iova + 0x18, value),
           "a write to a mapped page succeeds");
    const sc_core::sc_time miss = sc_core::sc_time_stamp() - before_miss;
    expect(memory.load(page + 0x18) == value, "its data are in the page that the table names");

    memory.store(page + 0x20, 42);
    std::uint64_t read = 0;
    const sc_core::sc_time before_hit = sc_core::sc_time_stamp();
    expect(access(dma, tlm::TLM_READ_COMMAND, iova + 0x20, read), "a read of it succeeds");
    const sc_core::sc_time hit = sc_core::sc_time_stamp() - before_hit;
    expect(read == 42, "it brings what memory holds");
    expect(hit >= sc_core::sc_time(50, sc_core::SC_NS), "memory took its time");
    expect(miss >= hit + sc_core::sc_time(300, sc_core::SC_NS),
           "the first access waited for six table reads");

    expect(!access(dma, tlm::TLM_READ_COMMAND, iova + 0x1000, read), "an unmapped page is refused");
    done = true;
  }
};

}  // namespace

int sc_main(int, char**) {
  Memory memory("memory");
  doorbell::smmu::Smmu smmu("smmu");
  Device device("device", memory);
  doorbell::ReadWriteSplit split("split");  // the device has one socket for reads and writes
  device.dma.bind(split.upstream);
  split.reads.bind(smmu.upstream_reads());
  split.writes.bind(smmu.upstream_writes());
  device.registers.bind(smmu.registers());
  doorbell::ReadWriteJoin join("join");
  smmu.downstream_reads().bind(join.reads);
  smmu.downstream_writes().bind(join.writes);
  join.downstream.bind(memory.data);
  smmu.tables().bind(memory.tables);
  smmu.queues().bind(memory.queues);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  if (!device.done || device.failures != 0) return 1;
  std::cout << "consumer: passed\n";
  return 0;
}
