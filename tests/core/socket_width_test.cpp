#include "doorbell/core/socket_width.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstring>

#include "doorbell/core/read_write.h"
#include "doorbell/core/thread.h"

namespace doorbell {
namespace {

using sc_core::sc_time;

/// A memory of 32-bit words, as tlm_utils makes them unless told otherwise.
class NarrowMemory : public sc_core::sc_module {
 public:
  explicit NarrowMemory(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &NarrowMemory::b_transport);
    socket.register_transport_dbg(this, &NarrowMemory::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &NarrowMemory::get_direct_mem_ptr);
  }
  tlm_utils::simple_target_socket<NarrowMemory> socket{"socket"};
  std::array<std::uint8_t, 64> bytes{};

 private:
  void b_transport(Payload& payload, sc_time& delay) {
    wait(delay + sc_time(3, sc_core::SC_NS));
    delay = sc_core::SC_ZERO_TIME;
    transport_dbg(payload);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  unsigned transport_dbg(Payload& payload) {
    std::uint8_t* const place = bytes.data() + payload.get_address();
    std::uint8_t* const data = payload.get_data_ptr();
    const unsigned length = payload.get_data_length();
    std::memcpy(payload.is_read() ? data : place, payload.is_read() ? place : data, length);
    return length;
  }
  bool get_direct_mem_ptr(Payload&, tlm::tlm_dmi& dmi) {
    dmi.set_start_address(7);
    return true;
  }
};

/// A device of 32-bit words.
class NarrowDevice : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(NarrowDevice);
  explicit NarrowDevice(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(run); }
  tlm_utils::simple_initiator_socket<NarrowDevice> socket{"socket"};
  std::uint64_t read = 0;
  sc_time took;
  unsigned debugged = 0;

 private:
  void transport(tlm::tlm_command command, std::uint64_t& word, bool debug = false) {
    Payload payload;
    payload.set_command(command);
    payload.set_address(16);
    payload.set_data_ptr(reinterpret_cast<std::uint8_t*>(&word));
    payload.set_data_length(sizeof word);
    payload.set_streaming_width(sizeof word);
    sc_time delay = sc_core::SC_ZERO_TIME;
    if (debug) {
      debugged = socket->transport_dbg(payload);
      return;
    }
    socket->b_transport(payload, delay);
    wait(delay);
    EXPECT_TRUE(payload.is_response_ok());
  }
  void run() {
    std::uint64_t word = 0x0123'4567'89ab'cdef;
    transport(tlm::TLM_WRITE_COMMAND, word);
    took = sc_core::sc_time_stamp();
    transport(tlm::TLM_READ_COMMAND, read);
    transport(tlm::TLM_READ_COMMAND, read, true);
  }
};

/// 32 bits, ours, 32 bits: a transaction longer than either width comes through as it is.
TEST(WidthAdapter, TransactionsPassUnchangedAndWithoutTime) {
  NarrowDevice device("device");
  NarrowMemory memory("memory");
  ReadWriteSplit split("split");
  ReadWriteJoin join("join");
  WidthAdapter<32, 64> widen("widen");
  WidthAdapter<64, 32> narrow("narrow");
  device.socket.bind(widen.upstream);
  widen.downstream.bind(split.upstream);
  split.reads.bind(join.reads);
  split.writes.bind(join.writes);
  join.downstream.bind(narrow.upstream);
  narrow.downstream.bind(memory.socket);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(device.read, 0x0123'4567'89ab'cdefu);
  EXPECT_EQ(memory.bytes[16], 0xef) << "the first byte of a little-endian word";
  EXPECT_EQ(device.took, sc_time(3, sc_core::SC_NS)) << "the memory's time alone";
  EXPECT_EQ(device.debugged, 8u);
}

/// An initiator of ours.
class Ours : public Module {
 public:
  explicit Ours(const sc_core::sc_module_name& name) : Module(name) {}
  InitiatorSocket socket{"socket"};
};

TEST(WidthAdapter, PassesDirectMemoryAndItsEnd) {
  NarrowMemory memory("memory");
  Ours ours("ours");
  WidthAdapter<64, 32> narrow("narrow");
  ours.socket.bind(narrow.upstream);
  narrow.downstream.bind(memory.socket);
  std::uint64_t invalidated = 0;
  ours.socket.on_dmi_invalidate([&](std::uint64_t first, std::uint64_t) { invalidated = first; });
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  Payload payload;
  tlm::tlm_dmi dmi;
  EXPECT_TRUE(ours.socket.get_dmi(payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), 7u);
  memory.socket->invalidate_direct_mem_ptr(48, 63);
  EXPECT_EQ(invalidated, 48u);
}

}  // namespace
}  // namespace doorbell
