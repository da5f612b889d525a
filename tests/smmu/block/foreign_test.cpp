// The SMMU alone between plain TLM-2.0 modules: an initiator that calls b_transport, a memory that
// calls wait().
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <map>

#include "doorbell/core/read_write.h"
#include "doorbell/smmu/smmu.h"

namespace doorbell::smmu::test {
namespace {

class PlainMemory : public sc_core::sc_module {
 public:
  explicit PlainMemory(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
    socket.register_b_transport(this, &PlainMemory::b_transport);
  }
  tlm_utils::simple_target_socket<PlainMemory, 64> socket;
  static inline std::map<std::uint64_t, std::uint8_t> bytes;

 private:
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time&) {
    wait(50, sc_core::SC_NS);
    for (unsigned i = 0; i < p.get_data_length(); ++i) {
      if (p.is_write()) {
        bytes[p.get_address() + i] = p.get_data_ptr()[i];
      } else {
        p.get_data_ptr()[i] = bytes[p.get_address() + i];
      }
    }
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

class PlainInitiator : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(PlainInitiator);
  explicit PlainInitiator(const sc_core::sc_module_name& name)
      : sc_module(name), dma("dma"), registers("registers") {
    SC_THREAD(run);
  }
  tlm_utils::simple_initiator_socket<PlainInitiator, 64> dma;
  tlm_utils::simple_initiator_socket<PlainInitiator, 64> registers;
  bool finished = false;

 private:
  template <class Socket>
  bool access(Socket& socket, tlm::tlm_command command, std::uint64_t address, std::uint64_t& value,
              unsigned size) {
    std::uint8_t data[8];
    std::memcpy(data, &value, 8);
    tlm::tlm_generic_payload p;
    p.set_command(command);
    p.set_address(address);
    p.set_data_ptr(data);
    p.set_data_length(size);
    p.set_streaming_width(size);
    p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay;
    socket->b_transport(p, delay);
    wait(delay);
    value = 0;
    std::memcpy(&value, data, size);
    return p.is_response_ok();
  }
  void write_register(std::uint64_t offset, std::uint64_t value, unsigned size = 4) {
    EXPECT_TRUE(access(registers, tlm::TLM_WRITE_COMMAND, offset, value, size));
  }
  void run() {
    std::uint64_t value = 0x77;
    EXPECT_TRUE(access(dma, tlm::TLM_WRITE_COMMAND, 0x1000, value, 8));  // disabled: bypass
    // Stream 0 bypasses: a linear table of one STE at 0x10000.
    value = 1 | 4 << 1;
    EXPECT_TRUE(access(dma, tlm::TLM_WRITE_COMMAND, 0x10000, value, 8));
    write_register(0x80, 0x10000, 8);
    write_register(0x88, 0);
    write_register(0x20, 1);
    do {
      EXPECT_TRUE(access(registers, tlm::TLM_READ_COMMAND, 0x24, value, 4));
    } while (value != 1);
    value = 0;
    EXPECT_TRUE(access(dma, tlm::TLM_READ_COMMAND, 0x1000, value, 8));
    EXPECT_EQ(value, 0x77u);
    finished = true;
  }
};

TEST(SmmuForeign, WorksBetweenPlainModules) {
  PlainInitiator initiator("initiator");
  Smmu smmu("smmu");
  PlainMemory data("data"), tables("tables"), queues("queues");
  ReadWriteSplit split("split");
  ReadWriteJoin join("join");
  initiator.dma.bind(split.upstream);
  split.reads.bind(smmu.upstream_reads());
  split.writes.bind(smmu.upstream_writes());
  initiator.registers.bind(smmu.registers());
  smmu.downstream_reads().bind(join.reads);
  smmu.downstream_writes().bind(join.writes);
  join.downstream.bind(data.socket);
  smmu.tables().bind(tables.socket);
  smmu.queues().bind(queues.socket);
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_TRUE(initiator.finished);
}

}  // namespace
}  // namespace doorbell::smmu::test
