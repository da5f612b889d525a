#pragma once

#include <cstdint>
#include <memory>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/core/protocols/dti_ats.h"
#include "doorbell/smmu/arch/page_request.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/atc_invalidations.h"
#include "doorbell/smmu/event_queue.h"
#include "doorbell/smmu/pri_queue.h"
#include "doorbell/smmu/programming_interface.h"
#include "doorbell/smmu/translator.h"

namespace doorbell::smmu {

/// What a TCU does for ATCs (IHI 0070 3.9, 8): answers their Translation Requests, takes their page
/// requests into the PRI queue or answers them itself, and sends them what software says.
class AtsService {
 public:
  /// What it stands on.
  struct Parts {
    const ProgrammingInterface& registers;
    EventQueue& events;
    Translator& translator;
    MonitoredEvents& monitored;
  };
  AtsService(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
             const SmmuParameters& parameters, const Parts& parts, TaskGroup& tasks);

  /// To the root complex.
  MessageTarget<DtiAts> socket;

  /// Ends the socket where nobody is bound to it; before the end of elaboration.
  void close_unbound();
  /// Whether there is a root complex.
  bool connected() const { return nobody_ == nullptr; }
  /// Lets the root complex send.
  void grant();
  /// Where page requests go; null: they are refused.
  void set_queue(PriQueue* queue) { queue_ = queue; }
  /// A page request whose record the memory has refused (8.2).
  void refuse(const dti_ats::PageRequest& request);

  AtcInvalidations& invalidations() { return invalidations_; }
  /// CMD_PRI_RESP.
  void respond(const Command& command);
  /// An invalidation that was sent is the ATC's: what an ATC does for it is that one's to say.
  bool busy() const { return under_way_.count() != 0; }

 private:
  void receive(const dti_ats::ToSmmu& message);
  Task<void> translate(dti_ats::TranslationRequest request);
  Task<TranslationOutcome> find(const dti_ats::TranslationRequest& request, std::uint64_t address,
                                TranslationQuery& query, Misses& misses);
  Task<void> follow(const dti_ats::TranslationRequest& request, TranslationQuery& query,
                    dti_ats::TranslationAnswer& answer, Misses& misses);
  Task<void> take(dti_ats::PageRequest request);
  Task<void> answer_by_itself(dti_ats::PageRequest request, PageRequestRefusal refusal);
  void finish(const dti_ats::PageRequest& request, PageRequestRefusal refusal,
              const PasidOfResponse& pasid);

  AtsParameters parameters_;
  Features features_;
  Time latency_;
  Parts parts_;
  Scheduler& scheduler_;
  TaskGroup& tasks_;
  std::unique_ptr<MessageInitiator<DtiAts>> nobody_;  ///< In a root complex's place.
  PriQueue* queue_ = nullptr;
  AtcInvalidations invalidations_;
  Outstanding under_way_;
  Counter requests_;
  Counter completions_;
  Counter denied_;
  Counter page_requests_;
  QueueStatistics places_;
  Counter answered_by_hardware_;
  Counter discarded_;
  Counter ignored_;
};

}  // namespace doorbell::smmu
