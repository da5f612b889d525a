#pragma once

#include <memory>
#include <vector>

#include "doorbell/gic/cpu_interface.h"
#include "doorbell/gic/distributor.h"
#include "doorbell/gic/its.h"
#include "doorbell/gic/message_frame.h"
#include "doorbell/gic/redistributor.h"

namespace doorbell::gic {

/// A GICv3 with its ITSs, wired: a distributor, and for each processor a redistributor and a CPU
/// interface.
///
/// What a platform binds: `distributor().registers`, `redistributor(i).registers`, `its(i).control`
/// and `its(i).translater` (targets), `its(i).memory` and `lpi_memory` (initiators, to memory),
/// `cpu_interface(i).socket` (to processor i), and the wires `distributor().spi(INTID)` and
/// `redistributor(i).ppi(INTID)`.
class Gic : public Module {
 public:
  /// `processors`: one affinity for each, in the order of GICR_TYPER.Processor_Number;
  /// `redistributors`: the physical address of each one's, which software names them by with
  /// GITS_TYPER.PTA. None given, they follow each other from 0x080A'0000 as in QEMU's virt.
  Gic(const sc_core::sc_module_name& name, const GicParameters& parameters,
      const std::vector<Affinity>& processors, std::vector<std::uint64_t> redistributors = {});

  InitiatorSocket lpi_memory;  ///< LPI configuration and pending tables, physical addresses

  unsigned processors() const { return static_cast<unsigned>(redistributors_.size()); }
  Distributor& distributor() { return *distributor_; }
  Redistributor& redistributor(unsigned processor) { return *redistributors_[processor]; }
  CpuInterface& cpu_interface(unsigned processor) { return *cpu_interfaces_[processor]; }
  unsigned its_count() const { return static_cast<unsigned>(its_.size()); }
  Its& its(unsigned number = 0) { return *its_[number]; }
  /// The frame that devices write SPIs into; null unless `doorbell` is v2m or spi.
  MessageFrame* message_frame() { return message_frame_.get(); }

  std::string busy() const override;
  void settle() override;

 private:
  void add_distributor(const GicParameters& parameters, const GicCommonParameters& common,
                       const std::vector<Affinity>& processors);
  void let_caches_be_invalidated();

  PhysicalMemoryPort lpi_port_;
  TablePort lpi_tables_;
  std::vector<std::unique_ptr<LpiCache>> lpi_caches_;  ///< one, or one for each redistributor
  std::unique_ptr<Distributor> distributor_;
  std::vector<std::unique_ptr<Redistributor>> redistributors_;
  std::vector<std::unique_ptr<CpuInterface>> cpu_interfaces_;
  std::vector<std::unique_ptr<Its>> its_;
  std::unique_ptr<MessageFrame> message_frame_;
};

}  // namespace doorbell::gic
