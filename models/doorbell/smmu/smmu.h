#pragma once

#include <memory>
#include <vector>

#include "doorbell/smmu/tbu.h"
#include "doorbell/smmu/tcu.h"

namespace doorbell::smmu {

/// An SMMUv3 with its TBUs, ready wired: what another SystemC project puts between a requester and
/// the system.
///
///     doorbell::smmu::Smmu smmu("smmu");
///     device.reads.bind(smmu.upstream_reads());   // what is translated comes in here
///     device.writes.bind(smmu.upstream_writes());
///     smmu.downstream_reads().bind(bus.target_of_reads);  // and leaves here
///     smmu.downstream_writes().bind(bus.target_of_writes);
///     smmu.tables().bind(bus.target_of_tables);   // stream table, CDs, translation tables
///     smmu.queues().bind(bus.target_of_queues);   // Command and Event queue, MSIs
///     cpu_bus.bind(smmu.registers());             // 128 KiB of registers, addressed from 0
///
/// A device or a bus that has one socket for both stands before a `ReadWriteSplit`, or behind a
/// `ReadWriteJoin` (doorbell/core/read_write.h).
///
/// The interrupts are `tcu.eventq`, `tcu.gerror` and `tcu.cmdq_sync`; they may be left unbound. Any
/// TLM-2.0 modules can be bound. Transactions without a `Requester` have the StreamID
/// `parameters.tbu.default_stream_id`.
///
/// There are as many TBUs as `parameters.tbus` says: "tbu", or "tbu0", "tbu1" and so on, whose
/// sockets take the number. Who binds requesters to them sees to it that StreamIDs come by the TBU
/// whose they are. Devices may also have TBUs of their own: `further_tbus` of the caller's, each a
/// `Tbu` bound by `tbu.dti.bind(smmu.further_dti(i))`. [0, 64 - the others]
class Smmu : public sc_core::sc_module {
 public:
  explicit Smmu(const sc_core::sc_module_name& name, const SmmuParameters& parameters = {},
                unsigned further_tbus = 0);

  Tcu tcu;
  Tbu& tbu(unsigned n = 0) { return *tbus_[n]; }
  unsigned tbu_count() const { return static_cast<unsigned>(tbus_.size()); }
  /// For the `i`-th TBU of the caller's.
  MessageTarget<Dti>& further_dti(unsigned i) { return tcu.dti(tbu_count() + i); }

  TargetSocket& upstream_reads(unsigned n = 0) { return tbu(n).upstream_reads; }
  TargetSocket& upstream_writes(unsigned n = 0) { return tbu(n).upstream_writes; }
  InitiatorSocket& downstream_reads(unsigned n = 0) { return tbu(n).downstream_reads; }
  InitiatorSocket& downstream_writes(unsigned n = 0) { return tbu(n).downstream_writes; }
  TargetSocket& registers() { return tcu.registers; }
  InitiatorSocket& tables() { return tcu.tables; }
  InitiatorSocket& queues() { return tcu.queues; }
  /// Only where `parameters.offered.table_updates` offers some.
  InitiatorSocket& table_updates() { return *tcu.table_updates; }

 private:
  std::vector<std::unique_ptr<Tbu>> tbus_;
};

}  // namespace doorbell::smmu
