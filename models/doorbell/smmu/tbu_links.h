#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/smmu/dti.h"

namespace doorbell::smmu {

/// The DTI ends of a TCU, one for each TBU: requests come in, answers, invalidations and SYNCs go
/// out.
class TbuLinks {
 public:
  using Requests = std::function<void(unsigned tbu, const dti::TranslationRequest& request)>;

  /// `latency`: one way, ps. `requests` is told of each translation request.
  TbuLinks(Scheduler& scheduler, Time latency, unsigned tbus, Requests requests);

  MessageTarget<Dti>& socket(unsigned tbu) { return *sockets_[tbu]; }
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

 private:
  void receive(unsigned tbu, const dti::ToTcu& message);

  Time latency_;
  Requests requests_;
  std::vector<std::unique_ptr<MessageTarget<Dti>>> sockets_;
  Outstanding acknowledgements_;
};

}  // namespace doorbell::smmu
