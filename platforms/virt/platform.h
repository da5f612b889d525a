#pragma once

#include <memory>
#include <vector>

#include "doorbell/cpu/native_processor.h"
#include "doorbell/gic/gic.h"
#include "doorbell/memory/fabric.h"
#include "doorbell/memory/ram.h"
#include "doorbell/pcie/endpoint.h"
#include "doorbell/pcie/link.h"
#include "doorbell/pcie/root_complex.h"
#include "doorbell/smmu/smmu.h"
#include "platforms/virt/parameters.h"

namespace doorbell::virt {

/// The `virt` platform: processors, memory, GICv3 with an ITS, SMMUv3, PCIe with its endpoints,
/// wired together in the memory map of memory_map.h. It runs no firmware by itself: whoever builds
/// it gives the processors theirs.
class Platform : public Module {
 public:
  /// `parameters` outlives the platform and has been checked.
  Platform(const sc_core::sc_module_name& name, const VirtParameters& parameters);
  ~Platform() override;

  const VirtParameters& parameters() const { return parameters_; }

  unsigned processor_count() const { return static_cast<unsigned>(processors_.size()); }
  cpu::NativeProcessor& processor(unsigned i) { return *processors_[i]; }
  unsigned endpoint_count() const { return static_cast<unsigned>(endpoints_.size()); }
  pcie::Endpoint& endpoint(unsigned i) { return *endpoints_[i]; }

  memory::Ram& ram() { return ram_; }
  smmu::Smmu& smmu() { return smmu_; }
  gic::Gic& gic() { return gic_; }
  pcie::RootComplex& root_complex() { return root_complex_; }

 private:
  void bind_memory();
  void bind_gic();
  void bind_pcie();
  void bind_processors();

  const VirtParameters& parameters_;
  memory::Ram ram_;
  gic::Gic gic_;
  smmu::Smmu smmu_;
  pcie::RootComplex root_complex_;
  memory::Fabric fabric_;
  std::vector<std::unique_ptr<cpu::NativeProcessor>> processors_;
  std::vector<std::unique_ptr<pcie::Link>> links_;
  std::vector<std::unique_ptr<pcie::Endpoint>> endpoints_;
};

}  // namespace doorbell::virt
