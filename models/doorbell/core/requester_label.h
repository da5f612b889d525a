#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/requester.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {

/// Says who a foreign initiator is: its transactions leave with a `Requester`, by which an SMMU and
/// an ITS know the device. Takes no time and holds nothing back.
///
///     doorbell::RequesterLabel label("label", {.stream_id = 7, .device_id = 7,
///                                              .doorbell = 0x0809'0040});
///     device.dma.bind(label.upstream);
///     label.downstream.bind(split.upstream);     // before an SMMU, or the ITS itself
///
/// A transaction that has a Requester already keeps what else that says. Stands at the device, on
/// its side of all else, as a root complex does for PCIe.
class RequesterLabel : public Module {
 public:
  struct Identity {
    std::uint32_t stream_id = 0;  ///< By which the SMMU finds an STE.
    std::uint32_t device_id = 0;  ///< By which the ITS finds a device table entry.
    /// GITS_TRANSLATER as the device sees it, an IOVA behind an SMMU. Writes to it are MSIs: they
    /// get a Journey, and so the stages of their way into the statistics. None: no write is.
    std::optional<std::uint64_t> doorbell;
  };
  RequesterLabel(const sc_core::sc_module_name& name, const Identity& identity);

  TargetSocket upstream;
  InitiatorSocket downstream;

  /// MSIs that the device has written.
  std::uint64_t messages_sent() const { return messages_sent_.value(); }
  /// Those of them that were written to something that is no doorbell.
  std::uint64_t messages_misdirected() const { return messages_misdirected_.value(); }

 private:
  Task<void> pass(Payload& payload);
  void label(Requester& requester, const Payload& payload);
  void look_where_it_ended(Requester& requester, const Payload& payload);

  Identity identity_;
  StageId stage_;
  Counter messages_sent_;
  Counter messages_misdirected_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell
