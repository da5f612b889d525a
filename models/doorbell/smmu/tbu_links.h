#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/smmu/cycle_port.h"
#include "doorbell/smmu/dti.h"
#include "doorbell/smmu/dti_channel.h"

namespace doorbell::smmu {

/// The DTI ends of a TCU, one for each TBU: requests come in, answers, invalidations and SYNCs go
/// out. Links are from point to point: what is for all TBUs goes to all in the same cycle. What
/// they acknowledge is taken in one after the other.
class TbuLinks {
 public:
  using Requests = std::function<void(unsigned tbu, const dti::TranslationRequest& request)>;

  /// `requests` is told of each translation request.
  TbuLinks(const Clock& clock, const StatisticsGroup& group, const SmmuParameters& parameters,
           unsigned tbus, Requests requests);

  MessageTarget<Dti>& socket(unsigned tbu) { return links_[tbu]->socket; }
  /// Lets each TBU have that many translation requests here.
  void grant(std::uint32_t translations);
  /// Sends an answer and gives the request's place back.
  void answer(unsigned tbu, const dti::TranslationAnswer& answer);
  /// Tells all TBUs, without waiting for them.
  Task<void> invalidate(Invalidation what);
  /// Waits until no TBU uses anything that was invalidated before.
  Task<void> synchronise();
  /// Whether `dti` is an interface of one of the sockets.
  bool receives(const sc_core::sc_interface& dti) const;
  void settle();

 private:
  struct Link {
    Link(TbuLinks& links, unsigned tbu, const Clock& clock, const StatisticsGroup& group,
         const SmmuParameters& parameters);
    MessageTarget<Dti> socket;
    DtiChannel channel;
  };

  void receive(unsigned tbu, const dti::ToTcu& message);
  Task<void> tell_all(dti::ToTbu message);
  Time send(Link& link, const dti::ToTbu& message);
  Task<void> acknowledge_at(Time time);

  Scheduler& scheduler_;
  std::uint32_t acknowledgement_;  // in cycles
  Requests requests_;
  std::vector<std::unique_ptr<Link>> links_;
  CyclePort acknowledgement_port_;
  Outstanding acknowledgements_;
  TaskGroup tasks_;
};

}  // namespace doorbell::smmu
