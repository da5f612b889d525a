#pragma once

#include <cstdint>
#include <map>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/gic/arch/distributor_state.h"

namespace doorbell::gic {

/// SPIs by message: what becomes of writes of GICD_SETSPI_NSR and of frames that do the same (IHI
/// 0069 12.9, GICv2m), from the frame to the acknowledgement. Each device's write comes to one of
/// made pending, coalesced, ignored; what was made pending, to acknowledged or cleared.
class SpiMessages {
 public:
  struct Environment {
    Scheduler& scheduler;
    JourneyLog& journeys;
    Clock clock;
    StageId stage;                  ///< `distributor`
    std::uint64_t doorbell_cycles;  ///< of a message in its frame
  };
  SpiMessages(const Environment& environment, const StatisticsGroup& group,
              const DistributorState& state);

  /// A write of the register of `frame` that makes SPIs pending; its hook does so. An SPI that it
  /// has nothing to say of leaves the Journey with the Requester: that was no doorbell.
  Task<void> accept(RegisterSocket& frame, Payload& payload);

  /// The Journey of a pending SPI, or none.
  JourneyHandle journey(std::uint32_t INTID) const;
  /// The same, when a processor acknowledges: it goes to the caller.
  JourneyHandle take(std::uint32_t INTID);
  /// The state of SPIs has changed: who isn't pending any more has been cleared.
  void look_for_cleared();
  /// As after a restart: those that are pending have no Journey.
  void settle();

  std::size_t journeys_held() const { return journeys_.size(); }
  /// Messages inside frames.
  unsigned accepting() const { return accepting_; }

  Counter made_pending, coalesced, ignored;  ///< of devices' messages
  Counter acknowledged, cleared;             ///< of those that were made pending
  Counter by_software;                       ///< messages of processors

 private:
  void end(std::map<std::uint32_t, JourneyHandle>::iterator journey);

  Environment environment_;
  const DistributorState& state_;
  std::map<std::uint32_t, JourneyHandle> journeys_;  ///< of pending SPIs
  unsigned accepting_ = 0;
};

}  // namespace doorbell::gic
