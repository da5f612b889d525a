#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::memory {

/// Order by observation at one port: a posted write of a domain waits while earlier writes of its
/// domain to another target are unanswered. To the same target they follow each other without
/// waiting, since the road there keeps their order.
class WriteOrder {
 public:
  WriteOrder(Scheduler& scheduler, unsigned targets, const StatisticsGroup& group);
  WriteOrder(const WriteOrder&) = delete;
  WriteOrder& operator=(const WriteOrder&) = delete;

  struct Domain {
    std::vector<std::uint32_t> unanswered;  ///< By target.
    std::vector<std::uint32_t> latest;      ///< By target: StreamID of the latest write to it.
    std::uint32_t total = 0;
    WaitList waiting;  // of Awaiters, in their order of arrival
  };

  class Awaiter : public Waiter {
   public:
    Awaiter(WriteOrder& order, Domain& domain, unsigned target, bool relaxed,
            std::uint32_t stream_id, JourneyHandle journey)
        : order_(order),
          domain_(domain),
          stream_id_(stream_id),
          target_(target),
          relaxed_(relaxed),
          journey_(journey) {}
    bool await_ready() {
      const bool in_turn = domain_.waiting.empty() && may_go(domain_, target_);
      if (!relaxed_ && !in_turn) return false;
      count(domain_, target_, stream_id_);
      return true;
    }
    void await_suspend(std::coroutine_handle<> awaiter);
    void await_resume() const noexcept {}

   private:
    friend class WriteOrder;
    WriteOrder& order_;
    Domain& domain_;
    std::uint32_t stream_id_;
    unsigned target_;
    bool relaxed_;
    JourneyHandle journey_;
    Time since_ = 0;
  };

  /// `co_await order.admit(order.domain(id), target, relaxed, stream_id, journey);` then issue the
  /// write, then `answered`. A relaxed one (PCIe RO) doesn't wait, but those behind it wait for it.
  Awaiter admit(Domain& domain, unsigned target, bool relaxed, std::uint32_t stream_id,
                JourneyHandle journey) {
    return Awaiter{*this, domain, target, relaxed, stream_id, journey};
  }
  void answered(Domain& domain, unsigned target);
  /// For as long as this lives.
  Domain& domain(std::uint32_t id) {
    if (latest_ == nullptr || id != latest_id_) find(id);
    return *latest_;
  }

 private:
  static bool may_go(const Domain& domain, unsigned target) {
    return domain.total == domain.unanswered[target];
  }
  static void count(Domain& domain, unsigned target, std::uint32_t stream_id) {
    ++domain.total;
    domain.latest[target] = stream_id;
    ++domain.unanswered[target];
  }
  void find(std::uint32_t id);
  /// Who a write to `target` waits for.
  static Holder holder(const Domain& domain, unsigned target);

  Scheduler& scheduler_;
  unsigned targets_;
  std::unordered_map<std::uint32_t, Domain> domains_;  // never iterated
  Domain* latest_ = nullptr;                           // that was asked for
  std::uint32_t latest_id_ = 0;
  QueueStatistics waiting_;
};

}  // namespace doorbell::memory
