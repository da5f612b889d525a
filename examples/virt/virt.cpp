// The whole `virt` platform as a library, with a device of one's own bound to it beside PCIe:
// registers in the platform's memory map, DMA and MSIs through the SMMU and the ITS. The drivers of
// sw/ run on its processors.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <systemc>

#include "common/plain_access.h"
#include "doorbell/core/arch/error.h"
#include "doorbell/core/socket_width.h"
#include "doorbell/core/statistics_file.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/platform.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/native/native.h"
#include "sw/scenarios/machine.h"
#include "virt/copier.h"

namespace {

using doorbell::virt::platform_bus;

constexpr std::uint32_t copier_id = 0x100;  // StreamID and DeviceID: bus 1, where no function is
constexpr std::uint64_t tables = 0x4100'0000, tables_end = 0x5000'0000;
constexpr std::uint64_t buffers = 0x6000'0000;  // of the copies, behind the drivers' tables
constexpr std::uint64_t from_iova = 0x10'0000, to_iova = 0x20'0000;
constexpr unsigned copies = 20;

/// Firmware: brings the platform up as an operating system does, then has the copier copy pages.
class Firmware {
 public:
  explicit Firmware(doorbell::virt::Platform& platform) : platform_(platform) {
    doorbell::sw::run_on_native_processors();
    machine_.description = machine_virt(tables, tables_end);
    machine_.functions = functions_.data();
    machine_.function_capacity = functions_.size();
    machine_.vectors = vectors_.data();
    machine_.vector_capacity = vectors_.size();
    for (unsigned i = 0; i < platform.processor_count(); ++i)
      platform.native_processor(i).set_firmware([this, i] { run(i); });
  }
  Expectations expectations;

 private:
  void run(unsigned processor) {
    if (processor == 0)
      expectations.expect(machine_initialise(&machine_) == STATUS_OK, "the machine comes up");
    expectations.expect(machine_join(&machine_) == STATUS_OK, "a processor joins");
    if (processor != 0) return machine_idle(&machine_);
    machine_wait_for(&machine_, platform_.processor_count());
    add_copier();
    copy_pages();
    machine_stop(&machine_);
    expectations.done = true;
  }

  /// An address space, a vector of the second processor's, and two buffers.
  void add_copier() {
    const auto count = [](msi_vector*, void* self) { ++static_cast<Firmware*>(self)->interrupts_; };
    bool ok = machine_add_platform_device(&machine_, &copier_, copier_id, 1, 1) == STATUS_OK;
    ok = ok && machine_request(&copier_, 0, 1, count, this) == STATUS_OK;
    ok = ok && machine_map(&copier_, from_iova, buffers, 4096, false) == STATUS_OK;
    ok = ok && machine_map(&copier_, to_iova, buffers + 4096, 4096, true) == STATUS_OK;
    expectations.expect(ok, "the copier gets its address space and its vector");
  }

  /// Set-up was in loose timing; from here on time is exact, and what is measured begins.
  void copy_pages() {
    platform_.scheduler().set_timing(doorbell::Timing::approximate);
    doorbell::begin_measuring();
    write_register(Copier::source, from_iova);
    write_register(Copier::destination, to_iova);
    write_register(Copier::message, copier_.msi.doorbell);
    for (unsigned i = 0; i < copies; ++i) {
      mem_write32(buffers, i);
      write_register(Copier::start, 4096);
      while (interrupts_ <= i)
        spin_hint();
      expectations.expect(mem_read32(buffers + 4096) == i, "the page is copied before the MSI");
    }
  }

  static void write_register(std::uint64_t offset, std::uint64_t value) {
    mmio_write64(platform_bus.base + offset, value);
  }

  doorbell::virt::Platform& platform_;
  machine machine_{};
  std::array<pcie_function, 16> functions_{};
  std::array<msi_vector, 16> vectors_{};
  machine_device copier_{};
  unsigned interrupts_ = 0;
};

int run(int argc, char** argv) {
  doorbell::virt::VirtParameters parameters;
  doorbell::ParameterTree tree(parameters);
  if (argc > 2) doorbell::virt::read_description(tree, argv[2]);
  tree.set("smmu.tlb.entries=64");
  parameters.check();

  doorbell::Simulation& simulation = doorbell::Simulation::current();
  simulation.scheduler().set_timing(doorbell::Timing::loose);
  simulation.kernel().set_lookahead(parameters.host.lookahead);
  const std::uint64_t doorbell_iova = machine_virt(tables, tables_end).doorbell_iova + 0x40;
  doorbell::virt::Platform platform("virt", parameters, {},
                                    {{.name = "copier",
                                      .registers = {platform_bus.base, 0x1000},
                                      .stream_id = copier_id,
                                      .device_id = copier_id,
                                      .doorbell = doorbell_iova}});
  Copier copier("copier");
  doorbell::WidthAdapter<32, 64> widen("widen");
  doorbell::WidthAdapter<64, 32> narrow("narrow");
  copier.dma.bind(widen.upstream);
  widen.downstream.bind(platform.own_dma(0));
  platform.own_registers(0).bind(narrow.upstream);
  narrow.downstream.bind(copier.registers);
  Firmware firmware(platform);

  doorbell::explain_slowest(5);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_SEC));
  const doorbell::RunTotals totals = doorbell::virt::totals_of(platform);
  firmware.expectations.expect(totals.acknowledged == copies, "every copy is told of by an MSI");
  const doorbell::Conservation account = doorbell::virt::conservation_of(platform);
  firmware.expectations.expect(account.balanced(), "every MSI is accounted for");
  if (argc > 1) {
    doorbell::write_statistics(argv[1], {.model = "virt with a copier",
                                         .workload = "twenty pages",
                                         .parameters = &tree,
                                         .transactions = copier.transactions,
                                         .bytes = copier.bytes,
                                         .faults = totals.faults,
                                         .conservation = account});
  }
  return firmware.expectations.result("virt");
}

}  // namespace

int sc_main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const doorbell::InputError& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
