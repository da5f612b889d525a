#pragma once

#include <utility>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/smmu/cycle_port.h"

namespace doorbell::smmu {

/// Who of several gets a TCU's slots for translations: one a cycle, each in turn that has requests
/// (round robin), those of one in their order.
class Turns {
 public:
  /// Of `requesters`, which say by their number who they are.
  Turns(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group, Slots& slots,
        unsigned requesters);
  Turns(const Turns&) = delete;

  class Awaiter : public Waiter {
   public:
    Awaiter(Turns& turns, unsigned requester, Holder holder, JourneyHandle journey)
        : turns_(turns), requester_(requester), holder_(holder), journey_(journey) {}
    bool await_ready() { return turns_.take_at_once(*this); }
    void await_suspend(std::coroutine_handle<> awaiter) {
      since_ = turns_.scheduler_.now();
      resumes(awaiter, since_);
      turns_.wait(*this);
    }
    Slot await_resume() {
      if (waited_) journey_.serve(turns_.scheduler_.now());
      return std::move(slot_);
    }

   private:
    friend class Turns;
    Turns& turns_;
    unsigned requester_;
    Holder holder_;
    JourneyHandle journey_;
    Slot slot_;
    Time since_ = 0;
    bool waited_ = false;
  };

  /// `Slot slot = co_await turns.take(tbu, {"translation of stream", stream}, journey);`
  /// A Journey is told of the waiting, and is served when it is over.
  Awaiter take(unsigned requester, Holder holder, JourneyHandle journey = {}) {
    return Awaiter{*this, requester, holder, journey};
  }
  void settle() { port_.settle(); }

 private:
  bool take_at_once(Awaiter& awaiter);
  void wait(Awaiter& awaiter);
  Task<void> serve();
  Awaiter& next_in_turn();

  Scheduler& scheduler_;
  Slots& slots_;
  CyclePort port_;
  QueueStatistics queue_;
  std::vector<WaitList> waiting_;  // of Awaiters, by requester
  std::size_t waiting_count_ = 0;
  unsigned latest_ = 0;  ///< Who had the last turn.
  TaskGroup tasks_;
};

}  // namespace doorbell::smmu
