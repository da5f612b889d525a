// A GIC with its ITS among plain SystemC: a device that writes MSIs, and a processor that is an
// SC_THREAD.
#include "doorbell/gic/gic.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <bit>
#include <cstdint>
#include <set>
#include <systemc>
#include <tlm>

#include "common/plain_access.h"
#include "common/plain_memory.h"
#include "doorbell/core/requester_label.h"
#include "doorbell/core/socket_width.h"
#include "doorbell/core/statistics_file.h"
#include "doorbell/gic/arch/its_command.h"
#include "doorbell/gic/thread_processor.h"

namespace {

constexpr std::uint64_t device_table = 0x4000'0000;
constexpr std::uint64_t collection_table = 0x4001'0000;
constexpr std::uint64_t command_queue = 0x4002'0000;
constexpr std::uint64_t interrupt_table = 0x4003'0000;
constexpr std::uint64_t lpi_configuration = 0x4004'0000;
constexpr std::uint64_t lpi_pending = 0x4005'0000;
constexpr std::uint64_t GITS_TRANSLATER = 0x40;  // in its frame

constexpr std::uint32_t device_id = 5;
constexpr std::uint32_t first_lpi = 8192;
constexpr std::uint32_t events = 8;

/// Signals its events one after the other, 100 ns apart. It knows nothing of a GIC.
struct Device : sc_core::sc_module {
  SC_HAS_PROCESS(Device);
  tlm_utils::simple_initiator_socket<Device> messages{"messages"};  // 32 bits
  sc_core::sc_event start;

  explicit Device(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(run); }
  void run() {
    wait(start);
    for (std::uint32_t event = 0; event < events; ++event) {
      store(messages, GITS_TRANSLATER, event);
      wait(100, sc_core::SC_NS);
    }
  }
};

/// What an operating system does with a GIC, from reset to the last interrupt.
struct Software : sc_core::sc_module {
  SC_HAS_PROCESS(Software);
  tlm_utils::simple_initiator_socket<Software, 64> distributor{"distributor"};
  tlm_utils::simple_initiator_socket<Software, 64> redistributor{"redistributor"};
  tlm_utils::simple_initiator_socket<Software, 64> its{"its"};
  doorbell::gic::ThreadProcessor& processor;
  PlainMemory& memory;
  Device& device;
  Expectations expectations;
  std::uint64_t written = 0;  // commands' bytes

  Software(const sc_core::sc_module_name& name, doorbell::gic::ThreadProcessor& p, PlainMemory& m,
           Device& d)
      : sc_module(name), processor(p), memory(m), device(d) {
    SC_THREAD(run);
  }

  /// IHI 0069, 12.9, 12.11 and 12.2.
  void bring_up_processor() {
    store(distributor, 0x0000, std::uint32_t{0x12});       // GICD_CTLR: ARE_NS, EnableGrp1
    store(redistributor, 0x0014, std::uint32_t{0});        // GICR_WAKER
    store(redistributor, 0x0070, lpi_configuration | 13);  // GICR_PROPBASER: 14 bits of INTID
    store(redistributor, 0x0078, lpi_pending | std::uint64_t{1} << 62);  // GICR_PENDBASER: zero
    store(redistributor, 0x0000, std::uint32_t{1});                      // GICR_CTLR.EnableLPIs
    processor.write(doorbell::ICC_PMR_EL1, 0xf0);
    processor.write(doorbell::ICC_IGRPEN1_EL1, 1);
  }

  /// IHI 0069, 12.19: tables of one page of 4 KiB, a queue of 4 KiB.
  void bring_up_its() {
    constexpr std::uint64_t valid = std::uint64_t{1} << 63;
    store(its, 0x0100, valid | device_table);      // GITS_BASER0
    store(its, 0x0108, valid | collection_table);  // GITS_BASER1
    store(its, 0x0080, valid | command_queue);     // GITS_CBASER
    store(its, 0x0000, std::uint32_t{1});          // GITS_CTLR.Enabled
  }

  void command(const doorbell::gic::ItsCommand& command) {
    for (const std::uint64_t word : doorbell::gic::encode(command)) {
      memory.store(command_queue + written, word);
      written += sizeof word;
    }
  }
  void execute() {
    store(its, 0x0088, written);                         // GITS_CWRITER
    while (load<std::uint64_t>(its, 0x0090) != written)  // GITS_CREADR
      wait(100, sc_core::SC_NS);
  }

  void map_events() {
    using doorbell::gic::ItsOpcode;
    command({.opcode = ItsOpcode::MAPC, .V = true});
    command({.opcode = ItsOpcode::MAPD,
             .DeviceID = device_id,
             .ITT_addr = interrupt_table,
             .Size = std::bit_width(events - 1) - 1,
             .V = true});
    for (std::uint32_t event = 0; event < events; ++event) {
      memory.store(lpi_configuration + event, std::uint8_t{0xa1});  // priority 0xa0, enabled
      command({.opcode = ItsOpcode::MAPTI,
               .DeviceID = device_id,
               .EventID = event,
               .pINTID = first_lpi + event});
    }
    command({.opcode = ItsOpcode::SYNC});
    execute();
  }

  void run() {
    bring_up_processor();
    bring_up_its();
    map_events();

    doorbell::begin_measuring();
    device.start.notify();
    std::set<std::uint64_t> taken;
    while (taken.size() < events) {
      while (!processor.irq.read())
        wait(processor.irq.posedge_event());
      const std::uint64_t INTID = processor.read(doorbell::ICC_IAR1_EL1).value;
      if (INTID == 1023) continue;  // somebody else's, or withdrawn (IHI 0069, 2.2.1)
      expectations.expect(INTID - first_lpi < events, "the INTID is one that an event has");
      expectations.expect(taken.insert(INTID).second, "each event interrupts once");
      wait(200, sc_core::SC_NS);  // the handler
      processor.write(doorbell::ICC_EOIR1_EL1, INTID);
    }
    expectations.done = true;
    sc_core::sc_stop();
  }
};

}  // namespace

int sc_main(int argc, char** argv) {
  PlainMemory memory("memory", device_table, 0x6'0000);
  const doorbell::gic::GicParameters parameters;
  doorbell::gic::Gic gic("gic", parameters, doorbell::gic::affinities_of_virt(1));
  doorbell::gic::ThreadProcessor processor("processor");
  Device device("device");
  Software software("software", processor, memory, device);

  doorbell::WidthAdapter<32, 64> widen("widen");
  doorbell::RequesterLabel label("label", {.device_id = device_id, .doorbell = GITS_TRANSLATER});
  device.messages.bind(widen.upstream);
  widen.downstream.bind(label.upstream);
  label.downstream.bind(gic.its().translater);

  processor.gic.bind(gic.cpu_interface(0).socket);
  software.distributor.bind(gic.distributor().registers);
  software.redistributor.bind(gic.redistributor(0).registers);
  software.its.bind(gic.its().control);
  gic.its().memory.bind(memory.socket);
  gic.lpi_memory.bind(memory.socket);

  doorbell::explain_slowest(3);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  if (argc > 1) {
    doorbell::write_statistics(
        argv[1], {.model = "GIC and ITS with a thread as processor", .workload = "eight events"});
  }
  return software.expectations.result("gic");
}
