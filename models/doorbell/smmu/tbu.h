#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "doorbell/core/arch/barrier.h"
#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/core/requester.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/smmu/arch/access.h"
#include "doorbell/smmu/arch/monitored_events.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/tlb.h"
#include "doorbell/smmu/debug_translation.h"
#include "doorbell/smmu/dti.h"
#include "doorbell/smmu/dti_channel.h"
#include "doorbell/smmu/pending_table.h"
#include "doorbell/smmu/posted_orders.h"

namespace doorbell::smmu {

/// Bytes of the smallest page there is (VMSAv8-64), by which misses are merged.
inline constexpr std::uint64_t smallest_page = 4096;

/// Translation buffer unit: sits between requesters and the system, translates every transaction
/// with its micro and main TLB and asks the TCU about the rest.
///
/// Accesses to a reserved window aren't translated (`ReservedWindow`).
///
/// A SYNC of the TCU waits for what goes by a translation that was found before it: from when a
/// transaction is sent on, or its answer has come, to its response. Not for one that still waits
/// for its turn: that is looked up anew if an invalidation has come meanwhile.
///
/// A transaction's StreamID is that of its `Requester`, or `default_stream_id` when it bears none.
/// Others are served while one waits for the TCU; those that miss on the same page wait for the
/// same answer. Posted writes of one order domain leave in the order in which they came; one with
/// `relaxed_ordering` may leave ahead of others, but they not ahead of it. A terminated transaction
/// is answered with TLM_GENERIC_ERROR_RESPONSE, or as if it had been done (RAZ/WI), and the Journey
/// of its MSI ends. DMI is never granted.
class Tbu : public Module {
 public:
  Tbu(const sc_core::sc_module_name& name, const SmmuParameters& parameters);

  // Reads and writes have sockets of their own, since a socket's requests follow each other: a read
  // that is refused may wait for writes (docs/architecture.md, Contracts). Each takes both, but
  // then without that.
  TargetSocket upstream_reads;
  TargetSocket upstream_writes;
  InitiatorSocket downstream_reads;
  InitiatorSocket downstream_writes;
  MessageInitiator<Dti> dti;  ///< To the TCU.

  /// For a PerformanceMonitor.
  MonitoredEvents& monitored_events() { return monitored_; }

  std::string busy() const override;
  void settle() override;

 private:
  /// Whose translation is asked for, and how.
  struct Source {
    Stream stream;
    Access access;
    JourneyHandle journey;
    dti::Flow flow = dti::Flow::no_stall;
  };
  /// How a transaction goes on.
  struct Translation {
    bool allowed = false;
    std::uint64_t address = 0;
    std::uint8_t attributes = 0xff;
    bool lasting = true;  ///< False: an invalidation has overtaken it; to be used at once or not.
    /// In which a SYNC waits for its use already: answers of the TCU are used from their arrival
    /// on.
    std::optional<unsigned> epoch;
    bool raz_wi = false;  ///< If not allowed: no error.
  };
  /// An answer of the TCU, and the epoch of its use.
  struct Answer {
    dti::TranslationAnswer message;
    unsigned epoch = 0;
  };
  struct MissKey {
    Stream stream;
    std::uint64_t page = 0;
    bool operator==(const MissKey&) const = default;
  };
  struct HashOfMiss {
    std::uint64_t operator()(const MissKey& key) const {
      return hash_of(key.page, StreamWord::of(key.stream).value);
    }
  };
  struct PendingAnswer {
    explicit PendingAnswer(Scheduler& scheduler) : arrived(scheduler) {}
    Answer answer;
    bool has_answer = false;
    Condition arrived;
  };
  using Control = std::variant<dti::InvalidationRequest, dti::SyncRequest>;

  void start_of_simulation() override;

  // Transactions
  Task<void> serve(Payload& payload);
  Task<void> forward_pieces(Payload& payload, Requester* requester, const Source& source,
                            PostedOrders::Order* order, OrderedRelease::Ticket ticket);
  Task<void> wait_for_turn(PostedOrders::Order& order, OrderedRelease::Ticket ticket,
                           JourneyHandle journey);
  /// What an ATC has translated isn't an address of devices any more, so that the window isn't
  /// meant.
  bool in_window(const Stream& stream, std::uint64_t address) const {
    return parameters_.reserved_window.contains(address) && !stream.translated;
  }
  Translation through_window(const Payload& payload);
  Task<Translation> wait_with_translation(Translation translation, PostedOrders::Order& order,
                                          OrderedRelease::Ticket ticket, const Source& source,
                                          std::uint64_t address);
  void terminate(Payload& payload, Requester* requester);
  void count_translated(std::uint32_t stream_id);
  void ignore(Requester* requester);
  void end_message(Requester* requester, Outcome outcome);
  Stream stream_of(const Requester* requester) const;
  Source source_of(const Payload& payload, const Requester* requester) const;
  InitiatorSocket& downstream_of(const Payload& payload) {
    return payload.is_write() ? downstream_writes : downstream_reads;
  }
  PostedOrders::Order* order_of(const Payload& payload, const Requester* requester);
  unsigned serve_debug(Payload& payload);

  // Translation
  bool look_up_micro_tlb(const Source& source, std::uint64_t address, Translation& translation);
  /// `counted`: whether the transaction's miss is; it says so then.
  Task<Translation> translate_in_turn(const Source& source, std::uint64_t address, bool& counted);
  bool still_translates(const Source& source, std::uint64_t address,
                        Translation& translation) const;
  Task<Translation> translate(const Source& source, std::uint64_t address, bool& counted);
  Task<Translation> miss(const Source& source, std::uint64_t address);
  bool may_stall(const Source& source) const {
    return stallable_ && source.flow == dti::Flow::stall;
  }
  Translation translation_of(const Answer& answer, std::uint64_t address);
  unsigned use(Translation& translation);
  Task<Answer> ask(const Source& source, std::uint64_t address);
  Task<void> main_tlb_turn(unsigned lookups, std::uint64_t latency, std::uint32_t stream_id,
                           JourneyHandle journey);

  // Messages of the TCU
  void receive(dti::ToTbu& message);
  void take_answer(const dti::TranslationAnswer& answer);
  Task<void> control();
  void acknowledge(const dti::ToTcu& message);

  SmmuParameters parameters_;
  bool stallable_;  ///< Some of its transactions may stall.
  Clock clock_;
  StageId stage_;
  CacheStatistics micro_tlb_statistics_;
  CacheStatistics main_tlb_statistics_;
  Tlb micro_tlb_;
  Tlb main_tlb_;
  ServerStatistics main_tlb_server_;
  QueueStatistics inside_;
  Counter transactions_;
  Counter terminated_;
  Counter terminated_doorbells_;
  Counter merged_misses_;
  Counter retranslated_;
  Counter window_bypasses_;
  Counter window_refusals_;
  std::unique_ptr<Counter> ignored_, ignored_doorbells_;  ///< Null where CD.A has no choice.
  std::unique_ptr<Counter> translated_transactions_;      ///< Null without ATS.
  MonitoredEvents monitored_;
  std::uint64_t invalidations_ = 0;  ///< Carried out so far.
  Slots translations_;
  Slots requests_;
  Time main_tlb_free_ = 0;
  Holder main_tlb_latest_;  ///< Whose look-up was the last to begin.
  PendingTable<MissKey, Answer, HashOfMiss> misses_;
  std::vector<std::unique_ptr<PendingAnswer>> answers_;  // by token
  DtiChannel to_tcu_;
  PostedOrders orders_;
  Mailbox<Control> control_;
  DebugTranslation* debug_translation_ = nullptr;  // found when first needed
  Barrier barrier_;  // uses of translations: a SYNC waits for those that began before it
  TaskGroup tasks_;
};

}  // namespace doorbell::smmu
