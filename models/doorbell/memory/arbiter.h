#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::memory {

/// The request channel of a target, for reads or for writes. Requests cross it one at a time, so
/// many may be under way at the target, and the ports take turns (round robin); a port's requests
/// stay in their order. A request comes with its last byte: when nothing is in its way it has
/// crossed the channel as it came, and doesn't wait.
class Arbiter {
 public:
  /// Statistics are called `name`_channel, `name`_queue and `name` in `group`. `limit`: requests
  /// passed and not answered.
  Arbiter(Scheduler& scheduler, unsigned ports, unsigned limit, const StatisticsGroup& group,
          const std::string& name);
  Arbiter(const Arbiter&) = delete;
  Arbiter& operator=(const Arbiter&) = delete;

  class Awaiter : public Waiter {
   public:
    Awaiter(Arbiter& arbiter, unsigned port, Time length, Holder self, JourneyHandle journey)
        : arbiter_(arbiter), port_(port), length_(length), self_(self), journey_(journey) {}
    bool await_ready();
    void await_suspend(std::coroutine_handle<> awaiter);
    /// When the request passed.
    Time await_resume();

   private:
    friend class Arbiter;
    Arbiter& arbiter_;
    unsigned port_;
    Time length_;
    Holder self_;
    JourneyHandle journey_;
    Time since_ = 0;
    bool waited_ = false;
  };

  /// `const Time passed = co_await arbiter.pass(port, length, self, journey);` and, when the answer
  /// has come, `answered(passed)`. `length`: for how long the request takes the channel; `self`:
  /// who it is from, for those behind it.
  Awaiter pass(unsigned port, Time length, Holder self, JourneyHandle journey) {
    return Awaiter{*this, port, length, self, journey};
  }
  void answered(Time passed);
  /// While nobody waits: as if nobody had ever passed.
  void settle() {
    last_port_ = 0;
    latest_ = {};
    free_at_ = 0;
  }

 private:
  bool has_room() const { return under_way_.occupancy() < limit_; }
  void take(Time now, Time length);
  void let_next_cross();

  Scheduler& scheduler_;
  std::string channel_name_;
  std::string buffer_name_;
  Holder latest_;  ///< The latest to cross.
  std::uint64_t limit_;
  std::vector<WaitList> waiting_;  // of Awaiters, by port
  std::size_t waiting_count_ = 0;
  std::size_t last_port_ = 0;
  bool crossing_ = false;  // somebody who waited is on the channel
  Time free_at_ = 0;
  ServerStatistics channel_;
  QueueStatistics queue_;
  QueueStatistics under_way_;
};

}  // namespace doorbell::memory
