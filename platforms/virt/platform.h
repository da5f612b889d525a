#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/protocol_checker.h"
#include "doorbell/cpu/aarch64_processor.h"
#include "doorbell/cpu/event_broadcast.h"
#include "doorbell/cpu/native_processor.h"
#include "doorbell/gic/gic.h"
#include "doorbell/memory/fabric.h"
#include "doorbell/memory/ram.h"
#include "doorbell/pcie/endpoint.h"
#include "doorbell/pcie/link.h"
#include "doorbell/pcie/root_complex.h"
#include "doorbell/peripherals/flash.h"
#include "doorbell/peripherals/pl011.h"
#include "doorbell/peripherals/pl031.h"
#include "doorbell/peripherals/rom.h"
#include "doorbell/smmu/performance_monitor.h"
#include "doorbell/smmu/smmu.h"
#include "platforms/virt/own_device.h"
#include "platforms/virt/parameters.h"

namespace doorbell::virt {

/// What of the platform is kept in files of the host.
struct PlatformFiles {
  /// Holds the flash, 64 MiB, and keeps what is programmed; without it the flash is erased at the
  /// start and forgotten at the end.
  std::optional<std::filesystem::path> flash;
  /// The contents of drives, by their endpoints, in place of the files that parameters name. These
  /// stay as they are.
  std::map<unsigned, std::filesystem::path> drives;
};

/// The `virt` platform: processors, memory, GICv3 with an ITS, SMMUv3, PCIe with its endpoints,
/// wired together in the memory map of memory_map.h. It runs no firmware by itself: whoever builds
/// it gives the processors theirs.
class Platform : public Module {
 public:
  /// `parameters` outlives the platform and has been checked. An InputError when a file isn't what
  /// it must be. `own` are devices that are bound to it from outside; std::invalid_argument when
  /// the registers of one are where something else is.
  Platform(const sc_core::sc_module_name& name, const VirtParameters& parameters,
           const PlatformFiles& files = {}, const std::vector<OwnDevice>& own = {});
  ~Platform() override;

  const VirtParameters& parameters() const { return parameters_; }

  unsigned processor_count() const { return static_cast<unsigned>(processors_.size()); }
  cpu::Processor& processor(unsigned i) { return *processors_[i]; }
  /// Throws std::logic_error where processors are of another kind.
  cpu::NativeProcessor& native_processor(unsigned i);
  /// What AArch64 processors share, where software starts and how it ends; null where processors
  /// are native.
  cpu::Aarch64Group* aarch64() { return aarch64_.get(); }
  unsigned endpoint_count() const { return static_cast<unsigned>(endpoints_.size()); }
  pcie::Endpoint& endpoint(unsigned i) { return *endpoints_[i]; }

  // What the i-th device of one's own is bound to, besides wires of the distributor.
  /// Where its DMA and MSIs go: 64 bits, for reads and writes.
  TargetSocket& own_dma(unsigned i) { return own_[i]->label.upstream; }
  /// Where its registers are: addresses from 0.
  InitiatorSocket& own_registers(unsigned i) { return *own_registers_[i]; }
  unsigned own_count() const { return static_cast<unsigned>(own_.size()); }
  const OwnDevicePort& own(unsigned i) const { return *own_[i]; }

  memory::Ram& ram() { return ram_; }
  smmu::Smmu& smmu() { return smmu_; }
  /// That of the TCU is the first, then come those of its TBUs; none without
  /// `smmu.performance_counters`.
  unsigned performance_monitor_count() const {
    return static_cast<unsigned>(performance_monitors_.size());
  }
  smmu::PerformanceMonitor& performance_monitor(unsigned i) { return *performance_monitors_[i]; }
  gic::Gic& gic() { return gic_; }
  pcie::RootComplex& root_complex() { return root_complex_; }

  // Null without `peripherals`.
  peripherals::Rom* rom() { return rom_.get(); }
  peripherals::Flash* flash() { return flash_.get(); }
  peripherals::Pl011* uart() { return uart_.get(); }

  /// Breaches of the TLM-2.0 base protocol that the checkers have seen; 0 without `check_protocol`.
  std::uint64_t protocol_violations() const;

 private:
  /// Binds a socket to the fabric's port or target of that name, through a checker where one is
  /// asked for.
  void connect_to_port(InitiatorSocket& initiator, const std::string& port);
  void connect_target(const std::string& target, TargetSocket& socket);
  void connect(const std::string& name, InitiatorSocket& initiator, TargetSocket& target);
  void bind_memory();
  void bind_gic();
  void bind_pcie(const PlatformFiles& files);
  void bind_processors();
  std::unique_ptr<cpu::Processor> make_processor(unsigned i, std::uint32_t affinity);
  void add_peripherals(const PlatformFiles& files);
  void bind_own(const std::vector<OwnDevice>& own);
  void add_performance_monitors();

  const VirtParameters& parameters_;
  memory::Ram ram_;
  gic::Gic gic_;
  smmu::Smmu smmu_;
  pcie::RootComplex root_complex_;
  memory::Fabric fabric_;
  std::vector<std::unique_ptr<ProtocolChecker>> checkers_;
  std::unique_ptr<cpu::Aarch64Group> aarch64_;
  cpu::EventBroadcast events_{"events"};
  std::vector<std::unique_ptr<cpu::Processor>> processors_;
  std::vector<std::unique_ptr<pcie::Link>> links_;
  std::vector<std::unique_ptr<pcie::Endpoint>> endpoints_;
  std::unique_ptr<peripherals::Rom> rom_;
  std::unique_ptr<peripherals::Flash> flash_;
  std::unique_ptr<peripherals::Pl011> uart_;
  std::unique_ptr<peripherals::Pl031> rtc_;
  std::vector<std::unique_ptr<OwnDevicePort>> own_;
  std::vector<InitiatorSocket*> own_registers_;
  std::vector<std::unique_ptr<smmu::PerformanceMonitor>> performance_monitors_;
};

}  // namespace doorbell::virt
