#pragma once

#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/payload_pool.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/smmu/arch/global_error.h"

namespace doorbell::smmu {

/// The interrupt outputs of an SMMU: edges on wires, and an MSI beside each when its *_IRQ_CFG0
/// holds an address (IHI 0070 3.18); global errors (7.5).
class Interrupts {
 public:
  /// The wires of a TCU.
  struct Wires {
    WireOut& eventq;
    WireOut& gerror;
    WireOut& cmdq_sync;
    WireOut& event;  ///< WFE wake-up events (IDR0.SEV)
    WireOut* priq;   ///< If there is a PRI queue.
  };
  Interrupts(RegisterBank& registers, InitiatorSocket& socket, std::uint32_t device_id,
             const Wires& wires, TaskGroup& tasks);

  /// The Event queue is no longer empty.
  void event_queue_filled();
  /// The PRI queue has what software is to be told of (6.3.36).
  void pri_queue_filled();
  /// Activates a global error; nothing more happens when it is active already.
  void activate(GlobalError error);
  /// A write to SMMU_GERRORN.
  void acknowledge(std::uint32_t gerrorn) { errors_.acknowledge(gerrorn); }
  bool active(GlobalError error) const { return errors_.active(error); }

  /// CMD_SYNC with SIG_IRQ: the wire, and the MSI if there is an address. Over when the MSI is
  /// visible or has been reported as aborted.
  Task<void> sync_completed(std::uint64_t address, std::uint32_t data);
  /// A WFE wake-up event.
  void send_event() { wires_.event.pulse(); }

  // For a checkpoint.
  const GlobalErrors& errors() const { return errors_; }
  GlobalErrors& errors() { return errors_; }

 private:
  void tell(WireOut& wire, const RegisterBank::Handle& address, const RegisterBank::Handle& data,
            GlobalError on_abort);
  Task<void> msi(std::uint64_t address, std::uint32_t data, GlobalError on_abort);

  RegisterBank::Handle irq_ctrl_, gerror_;
  RegisterBank::Handle eventq_address_, eventq_data_, gerror_address_, gerror_data_;
  RegisterBank::Handle priq_address_, priq_data_;
  InitiatorSocket& socket_;
  std::uint32_t device_id_;
  Wires wires_;
  TaskGroup& tasks_;
  GlobalErrors errors_;
};

}  // namespace doorbell::smmu
