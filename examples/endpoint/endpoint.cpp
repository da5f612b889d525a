// An endpoint behind a link and a root complex, with a device of one's own in it: an SC_THREAD that
// does DMA and signals a vector when software rings its doorbell. Memory and software are plain
// SystemC.
#include "doorbell/pcie/endpoint.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <systemc>
#include <tlm>

#include "common/plain_access.h"
#include "common/plain_memory.h"
#include "doorbell/core/statistics_file.h"
#include "doorbell/core/thread.h"
#include "doorbell/pcie/link.h"
#include "doorbell/pcie/root_complex.h"

namespace {

constexpr std::uint64_t ecam = 0x40'1000'0000;
constexpr std::uint64_t function_0 = ecam + (1 << 15);  // bus 0, device 1
constexpr std::uint64_t bar0 = 0x1000'0000;             // registers; the doorbell region at 0x1000
constexpr std::uint64_t bar2 = 0x1001'0000;             // the MSI-X table
constexpr std::uint64_t ram = 0x4000'0000;
constexpr std::uint64_t source = ram + 0x1000;
constexpr std::uint64_t destination = ram + 0x2000;
constexpr std::uint64_t mailbox = ram + 0x3000;  // where the MSI goes: there is no GIC here
constexpr unsigned bytes = 512;

/// What the function does: inverts `bytes` at `source`, then signals vector 0.
struct Inverter : sc_core::sc_module {
  SC_HAS_PROCESS(Inverter);
  doorbell::pcie::Function& function;
  sc_core::sc_event rung;
  bool went_well = false;

  Inverter(const sc_core::sc_module_name& name, doorbell::pcie::Function& f)
      : sc_module(name), function(f) {
    function.on_doorbell([this](const doorbell::pcie::DoorbellWrite&) {
      rung.notify(sc_core::SC_ZERO_TIME);
      doorbell::Simulation::current().kernel().left_for_foreign();
    });
    SC_THREAD(run);
  }
  void run() {
    wait(rung);
    std::array<std::uint8_t, bytes> data{};
    const bool read = doorbell::wait_for([&] { return function.read(source, bytes, data); });
    for (std::uint8_t& byte : data)
      byte = static_cast<std::uint8_t>(~byte);
    const bool written =
        doorbell::wait_for([&] { return function.write(destination, bytes, data); });
    const auto outcome = doorbell::wait_for([&] { return function.signal(0); });
    went_well = read && written && outcome == doorbell::pcie::MsiOutcome::sent;
  }
};

/// Finds the function, sets it up and uses it (PCIe 6.0, 7.5.1, 7.7.2).
struct Software : sc_core::sc_module {
  SC_HAS_PROCESS(Software);
  tlm_utils::simple_initiator_socket<Software, 64> configuration{"configuration"};
  tlm_utils::simple_initiator_socket<Software, 64> reads{"reads"};
  tlm_utils::simple_initiator_socket<Software, 64> writes{"writes"};
  PlainMemory& memory;
  Expectations expectations;

  Software(const sc_core::sc_module_name& name, PlainMemory& m) : sc_module(name), memory(m) {
    SC_THREAD(run);
  }

  std::uint64_t msix_capability() {
    std::uint32_t at = load<std::uint32_t>(configuration, function_0 + 0x34) & 0xff;
    while (at != 0) {
      const auto header = load<std::uint32_t>(configuration, function_0 + at);
      if ((header & 0xff) == 0x11) return function_0 + at;
      at = header >> 8 & 0xff;
    }
    expectations.expect(false, "the function has MSI-X");
    return function_0;
  }

  void enable() {
    store(configuration, function_0 + 0x10, static_cast<std::uint32_t>(bar0));
    store(configuration, function_0 + 0x18, static_cast<std::uint32_t>(bar2));
    store(configuration, function_0 + 0x04, std::uint16_t{0x6});     // memory space, bus master
    store(writes, bar2 + 0x0, static_cast<std::uint32_t>(mailbox));  // MSI-X entry 0
    store(writes, bar2 + 0x4, std::uint32_t{0});
    store(writes, bar2 + 0x8, std::uint32_t{0xcafe});
    store(writes, bar2 + 0xc, std::uint32_t{0});  // not masked
    store(configuration, msix_capability() + 2, std::uint16_t{0x8000});
  }

  void run() {
    const auto vendor = load<std::uint16_t>(configuration, function_0);
    expectations.expect(vendor == 0x1b36, "the function is where its root port says");
    enable();
    for (unsigned i = 0; i < bytes; ++i)
      memory.store(source + i, static_cast<std::uint8_t>(i));

    doorbell::begin_measuring();
    store(writes, bar0 + 0x1000, std::uint32_t{1});
    while (memory.load<std::uint32_t>(mailbox) != 0xcafe)
      wait(100, sc_core::SC_NS);
    bool inverted = true;
    for (unsigned i = 0; i < bytes; ++i)
      inverted &= memory.load<std::uint8_t>(destination + i) == static_cast<std::uint8_t>(~i);
    expectations.expect(inverted, "data are in memory before the MSI that tells of them");
    expectations.done = true;
    sc_core::sc_stop();
  }
};

}  // namespace

int sc_main(int argc, char** argv) {
  namespace pcie = doorbell::pcie;
  PlainMemory memory("memory", ram, 0x1'0000);
  pcie::RootComplexParameters root_parameters;
  root_parameters.ecam_base = ecam;
  pcie::LinkParameters link_parameters;
  link_parameters.generation = 5;
  pcie::RootComplex root_complex("root_complex", root_parameters);
  pcie::Link link("link", link_parameters);
  pcie::Endpoint endpoint("endpoint", {}, link_parameters.shape());
  Inverter inverter("inverter", endpoint.function(0));
  Software software("software", memory);

  software.configuration.bind(root_complex.configuration);
  software.reads.bind(root_complex.processor_reads);
  software.writes.bind(root_complex.processor_writes);
  root_complex.memory_reads().bind(memory.socket);
  root_complex.memory_writes().bind(memory.socket);
  root_complex.port(0).bind(link.upstream);
  link.downstream.bind(endpoint.link);

  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  software.expectations.expect(inverter.went_well, "DMA and the signal succeed");
  if (argc > 1) {
    doorbell::write_statistics(argv[1], {.model = "endpoint, link and root complex",
                                         .workload = "512 bytes inverted",
                                         .transactions = 2,
                                         .bytes = 2 * bytes});
  }
  return software.expectations.result("endpoint");
}
