#include "platforms/virt/platform.h"

#include <stdexcept>
#include <string>

#include "platforms/virt/address_space.h"
#include "platforms/virt/memory_map.h"

namespace doorbell::virt {
namespace {

std::string numbered(const char* name, unsigned number) {
  return name + std::to_string(number);
}

/// Where a TBU of PCIe is at the fabric: numbered where there are several.
std::string dma_port(const VirtParameters& parameters, std::size_t tbu) {
  return parameters.smmu.tbus.size() == 1 ? "dma" : numbered("dma", static_cast<unsigned>(tbu));
}

/// Everyone who reads or writes physical memory.
std::vector<std::string> fabric_ports(const VirtParameters& parameters,
                                      const std::vector<OwnDevice>& own) {
  std::vector<std::string> ports;
  for (std::size_t tbu = 0; tbu < parameters.smmu.tbus.size(); ++tbu) {
    ports.push_back(dma_port(parameters, tbu) + "_reads");
    ports.push_back(dma_port(parameters, tbu) + "_writes");
  }
  ports.insert(ports.end(), {"smmu_tables", "smmu_queues"});
  if (parameters.gic.lpis == gic::LpiSupport::its) ports.push_back("its");
  ports.push_back("lpi");
  if (parameters.smmu.offered.table_updates != smmu::TableUpdates::none)
    ports.push_back("smmu_updates");
  for (unsigned i = 0; i < parameters.processors; ++i)
    ports.push_back(numbered("cpu", i));
  for (unsigned i = 1; i < parameters.gic.itss(); ++i)
    ports.push_back(numbered("its", i));
  for (const OwnDevice& device : own) {
    ports.push_back(device.name + "_reads");
    ports.push_back(device.name + "_writes");
  }
  return ports;
}

/// Where each one's RD_base frame is.
std::vector<std::uint64_t> redistributors(std::uint32_t processors) {
  std::vector<std::uint64_t> addresses;
  for (std::uint32_t i = 0; i < processors; ++i)
    addresses.push_back(gicr_frames(i).base);
  return addresses;
}

}  // namespace

Platform::Platform(const sc_core::sc_module_name& name, const VirtParameters& parameters,
                   const PlatformFiles& files, const std::vector<OwnDevice>& own)
    : Module(name),
      parameters_(parameters),
      ram_("ram", parameters.ram, parameters.memory_of),
      gic_("gic", parameters.gic, parameters.affinities(), redistributors(parameters.processors)),
      smmu_("smmu", parameters.smmu, static_cast<unsigned>(own.size())),
      root_complex_("root_complex", parameters.root_complex),
      fabric_("fabric", parameters.fabric, fabric_ports(parameters, own),
              fabric_targets(parameters, own)) {
  bind_memory();
  bind_gic();
  bind_pcie(files);
  bind_processors();
  if (parameters.peripherals) add_peripherals(files);
  bind_own(own);
  if (parameters.smmu.performance_counters != 0) add_performance_monitors();
}

Platform::~Platform() = default;

cpu::NativeProcessor& Platform::native_processor(unsigned i) {
  auto* const native = dynamic_cast<cpu::NativeProcessor*>(processors_[i].get());
  if (native == nullptr) throw std::logic_error("processors aren't native");
  return *native;
}

std::uint64_t Platform::protocol_violations() const {
  std::uint64_t violations = 0;
  for (const auto& checker : checkers_)
    violations += checker->violations();
  return violations;
}

void Platform::connect_to_port(InitiatorSocket& initiator, const std::string& port) {
  connect("port_" + port, initiator, fabric_.port(port));
}

void Platform::connect_target(const std::string& target, TargetSocket& socket) {
  connect("target_" + target, fabric_.target(target), socket);
}

void Platform::connect(const std::string& name, InitiatorSocket& initiator, TargetSocket& target) {
  if (!parameters_.check_protocol) {
    initiator.bind(target);
    return;
  }
  checkers_.push_back(std::make_unique<ProtocolChecker>(("check_" + name).c_str()));
  initiator.bind(checkers_.back()->upstream);
  checkers_.back()->downstream.bind(target);
}

void Platform::bind_memory() {
  connect_target("ram", ram_.upstream);
  connect_target("smmu", smmu_.registers());
  for (unsigned tbu = 0; tbu < smmu_.tbu_count(); ++tbu) {
    connect_to_port(smmu_.downstream_reads(tbu), dma_port(parameters_, tbu) + "_reads");
    connect_to_port(smmu_.downstream_writes(tbu), dma_port(parameters_, tbu) + "_writes");
  }
  connect_to_port(smmu_.tables(), "smmu_tables");
  connect_to_port(smmu_.queues(), "smmu_queues");
  if (smmu_.tcu.table_updates) connect_to_port(smmu_.table_updates(), "smmu_updates");
}

void Platform::bind_gic() {
  connect_target("gicd", gic_.distributor().registers);
  for (unsigned i = 0; i < gic_.processors(); ++i) {
    connect_target(numbered("gicr", i), gic_.redistributor(i).registers);
  }
  for (unsigned i = 0; i < gic_.its_count(); ++i) {
    const std::string number = i == 0 ? "" : std::to_string(i);
    connect_target("its_control" + number, gic_.its(i).control);
    connect_target("its_translater" + number, gic_.its(i).translater);
    connect_to_port(gic_.its(i).memory, "its" + number);
  }
  if (gic::MessageFrame* const frame = gic_.message_frame()) {
    const bool v2m = parameters_.gic.doorbell == gic::DoorbellKind::v2m;
    connect_target(v2m ? "v2m" : "message_alias", frame->registers);
  }
  connect_to_port(gic_.lpi_memory, "lpi");
  smmu_.tcu.eventq.bind(gic_.distributor().spi(smmu_event_queue_interrupt));
  smmu_.tcu.cmdq_sync.bind(gic_.distributor().spi(smmu_command_sync_interrupt));
  if (smmu_.tcu.priq) smmu_.tcu.priq->bind(gic_.distributor().spi(smmu_pri_queue_interrupt));
  smmu_.tcu.gerror.bind(gic_.distributor().spi(smmu_global_error_interrupt));
}

void Platform::bind_pcie(const PlatformFiles& files) {
  connect_target("ecam", root_complex_.configuration);
  connect_target("pcie_reads", root_complex_.processor_reads);
  connect_target("pcie_writes", root_complex_.processor_writes);
  for (unsigned tbu = 0; tbu < smmu_.tbu_count(); ++tbu) {
    const std::string number = smmu_.tbu_count() == 1 ? "" : std::to_string(tbu);
    connect("root_complex_reads" + number, root_complex_.memory_reads(tbu),
            smmu_.upstream_reads(tbu));
    connect("root_complex_writes" + number, root_complex_.memory_writes(tbu),
            smmu_.upstream_writes(tbu));
  }
  for (unsigned i = 0; i < parameters_.endpoints.size(); ++i) {
    EndpointSlot slot = parameters_.endpoints[i];
    if (const auto drive = files.drives.find(i); drive != files.drives.end()) {
      slot.endpoint.nvme.drive = drive->second.string();
      slot.endpoint.nvme.write_through = false;
    }
    links_.push_back(std::make_unique<pcie::Link>(numbered("link", i).c_str(), slot.link));
    endpoints_.push_back(std::make_unique<pcie::Endpoint>(
        numbered("endpoint", i).c_str(), slot.endpoint, slot.link.shape(),
        parameters_.root_complex.stream_id, parameters_.root_complex.device_id));
    root_complex_.port(i).bind(links_.back()->upstream);
    links_.back()->downstream.bind(endpoints_.back()->link);
  }
}

void Platform::bind_own(const std::vector<OwnDevice>& own) {
  for (const OwnDevice& device : own) {
    own_.push_back(std::make_unique<OwnDevicePort>(device.name.c_str(), device, parameters_.smmu));
    smmu::Tbu& tbu = own_.back()->tbu;
    tbu.dti.bind(smmu_.further_dti(own_count() - 1));
    connect_to_port(tbu.downstream_reads, device.name + "_reads");
    connect_to_port(tbu.downstream_writes, device.name + "_writes");
    own_registers_.push_back(&fabric_.target(device.name));
  }
}

void Platform::add_performance_monitors() {
  const auto add = [this](auto& part) {
    const auto number = static_cast<unsigned>(performance_monitors_.size());
    const std::string name = numbered("pmcg", number);
    performance_monitors_.push_back(
        std::make_unique<smmu::PerformanceMonitor>(name.c_str(), parameters_.smmu, part));
    smmu::PerformanceMonitor& monitor = *performance_monitors_.back();
    connect_target(name, monitor.registers);
    monitor.overflow.bind(gic_.distributor().spi(pmcg_interrupt + number));
  };
  add(smmu_.tcu);
  for (unsigned tbu = 0; tbu < smmu_.tbu_count(); ++tbu)
    add(smmu_.tbu(tbu));
  for (const auto& device : own_)
    add(device->tbu);
}

void Platform::bind_processors() {
  if (parameters_.cpu.kind == cpu::ProcessorKind::aarch64)
    aarch64_ = std::make_unique<cpu::Aarch64Group>();
  const std::vector<gic::Affinity> affinities = parameters_.affinities();
  for (unsigned i = 0; i < parameters_.processors; ++i) {
    processors_.push_back(make_processor(i, affinities[i].packed));
    connect_to_port(processors_.back()->memory, numbered("cpu", i));
    processors_.back()->gic.bind(gic_.cpu_interface(i).socket);
    smmu_.tcu.wake_event.bind(processors_.back()->event);
    processors_.back()->event_out.bind(events_.in);
    events_.out.bind(processors_.back()->event);
  }
}

std::unique_ptr<cpu::Processor> Platform::make_processor(unsigned i, std::uint32_t affinity) {
  const std::string name = numbered("cpu", i);
  if (aarch64_ == nullptr)
    return std::make_unique<cpu::NativeProcessor>(name.c_str(), i, affinity, parameters_.cpu);
  auto processor = std::make_unique<cpu::Aarch64Processor>(name.c_str(), i, affinity,
                                                           parameters_.cpu, *aarch64_);
  processor->add_memory(ram_base);
  if (parameters_.peripherals) processor->add_memory(virt::rom.base);
  gic::Redistributor& redistributor = gic_.redistributor(i);
  processor->timer().virtual_interrupt.bind(redistributor.ppi(virtual_timer_interrupt));
  processor->timer().physical_interrupt.bind(redistributor.ppi(physical_timer_interrupt));
  return processor;
}

void Platform::add_peripherals(const PlatformFiles& files) {
  rom_ = std::make_unique<peripherals::Rom>("rom", parameters_.rom, virt::rom.size);
  flash_ = std::make_unique<peripherals::Flash>("flash", parameters_.flash, virt::flash.size,
                                                files.flash);
  uart_ = std::make_unique<peripherals::Pl011>("uart", parameters_.uart);
  rtc_ = std::make_unique<peripherals::Pl031>("rtc", parameters_.rtc);
  connect_target("rom", rom_->upstream);
  connect_target("flash", flash_->upstream);
  connect_target("uart", uart_->registers);
  connect_target("rtc", rtc_->registers);
  uart_->interrupt.bind(gic_.distributor().spi(uart_interrupt));
  rtc_->interrupt.bind(gic_.distributor().spi(rtc_interrupt));
}

}  // namespace doorbell::virt
