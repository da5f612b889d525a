#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/state.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/timer.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/core/protocols/dti_ats.h"
#include "doorbell/smmu/arch/command.h"
#include "doorbell/smmu/arch/parameters.h"

namespace doorbell::smmu {

/// CMD_ATC_INV on their way to ATCs and back (IHI 0070 4.5.1, 3.9.1.4): so many at a time as there
/// are tags of PCIe. A CMD_SYNC waits for those before it. One that isn't acknowledged in time is
/// given up: it ends that CMD_SYNC in an error, and gives its place to others. What is acknowledged
/// later than that is nobody's. Without a CMD_SYNC one may stay unacknowledged for ever: a
/// checkpoint keeps it, with the time at which it was sent.
class AtcInvalidations {
 public:
  AtcInvalidations(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
                   const AtsParameters& parameters, MessageTarget<DtiAts>& socket);

  /// Sends one; waits for a tag, and for room in the root complex, not for the ATC.
  Task<void> send(Command command);
  void acknowledge(const dti_ats::InvalidationAcknowledge& message);
  /// Waits for all that were sent before. False when one of them was given up, once (4.7.3).
  Task<bool> completed();

  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("given_up", self.failed_);
    state.value("next_tag", self.next_tag_);
    Saved saved = self.saved();
    state.sequence("stream_ids", saved.stream_ids, tags);
    state.sequence("tags", saved.tags, tags);
    state.sequence("sent", saved.sent, tags);
    if constexpr (State::reads) self.take_saved(saved, state);
  }

 private:
  static constexpr std::size_t tags = 32;  ///< ITag has five bits (PCIe 6.0, 10.3.1).

  struct Invalidation {
    std::uint32_t stream_id;
    std::uint32_t tag;
    Time sent;
    Time entered;  ///< As `sent`, or when it was restored.
  };
  /// Those under way, in a checkpoint.
  struct Saved {
    std::vector<std::uint32_t> stream_ids;
    std::vector<std::uint32_t> tags;
    std::vector<Time> sent;
  };
  Saved saved() const;
  void take_saved(const Saved& saved, const StateReader& state);
  Task<void> change();
  void give_up();
  void finish(std::vector<Invalidation>::iterator which);

  Scheduler& scheduler_;
  Time latency_;
  Time timeout_;
  MessageTarget<DtiAts>& socket_;
  std::vector<Invalidation> under_way_;  ///< In the order of their sending.
  std::uint32_t next_tag_ = 0;
  bool failed_ = false;  ///< One was given up, and no CMD_SYNC has told of it.
  Condition changed_;
  Timer timer_;
  QueueStatistics queue_;
  Counter timeouts_;
};

}  // namespace doorbell::smmu
