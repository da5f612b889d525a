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

 private:
  struct Domain {
    std::vector<std::uint32_t> unanswered;  ///< By target.
    std::uint32_t total = 0;
    WaitList waiting;  // of Awaiters, in their order of arrival
  };

 public:
  class Awaiter : public Waiter {
   public:
    Awaiter(WriteOrder& order, Domain& domain, std::uint32_t id, unsigned target, bool relaxed,
            Journey* journey)
        : order_(order),
          domain_(domain),
          id_(id),
          target_(target),
          relaxed_(relaxed),
          journey_(journey) {}
    bool await_ready();
    void await_suspend(std::coroutine_handle<> awaiter);
    void await_resume() const noexcept {}

   private:
    friend class WriteOrder;
    WriteOrder& order_;
    Domain& domain_;
    std::uint32_t id_;
    unsigned target_;
    bool relaxed_;
    Journey* journey_;
    Time since_ = 0;
  };

  /// `co_await order.admit(domain, target, relaxed, journey);` then issue the write, then
  /// `answered`. A relaxed one (PCIe RO) doesn't wait, but those behind it wait for it.
  Awaiter admit(std::uint32_t domain, unsigned target, bool relaxed, Journey* journey);
  void answered(std::uint32_t domain, unsigned target);

 private:
  static bool may_go(const Domain& domain, unsigned target) {
    return domain.total == domain.unanswered[target];
  }
  static void count(Domain& domain, unsigned target) {
    ++domain.total;
    ++domain.unanswered[target];
  }
  Domain& domain_of(std::uint32_t id);

  Scheduler& scheduler_;
  unsigned targets_;
  std::unordered_map<std::uint32_t, Domain> domains_;  // never iterated
  QueueStatistics waiting_;
};

}  // namespace doorbell::memory
