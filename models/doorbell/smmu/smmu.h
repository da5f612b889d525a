#pragma once

#include "doorbell/smmu/tbu.h"
#include "doorbell/smmu/tcu.h"

namespace doorbell::smmu {

/// An SMMUv3 with one TBU, ready wired: what another SystemC project puts between a requester and
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
/// Further devices may have TBUs of their own, as on most chips: `tbus` says how many there are in
/// all, each a `Tbu` of the caller's, bound by `tbu.dti.bind(smmu.tcu.dti(n))` with n from 1.
class Smmu : public sc_core::sc_module {
 public:
  explicit Smmu(const sc_core::sc_module_name& name, const SmmuParameters& parameters = {},
                unsigned tbus = 1);

  Tcu tcu;
  Tbu tbu;

  TargetSocket& upstream_reads() { return tbu.upstream_reads; }
  TargetSocket& upstream_writes() { return tbu.upstream_writes; }
  InitiatorSocket& downstream_reads() { return tbu.downstream_reads; }
  InitiatorSocket& downstream_writes() { return tbu.downstream_writes; }
  TargetSocket& registers() { return tcu.registers; }
  InitiatorSocket& tables() { return tcu.tables; }
  InitiatorSocket& queues() { return tcu.queues; }
  /// Only where `parameters.offered.table_updates` offers some.
  InitiatorSocket& table_updates() { return *tcu.table_updates; }
};

}  // namespace doorbell::smmu
