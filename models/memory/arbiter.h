#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::memory {

/// The request channel of a target, for reads or for writes: one request crosses it at a time, so
/// many are under way at the target, and the ports take turns (round robin). A port's requests stay
/// in their order.
class Arbiter {
 public:
  /// Statistics are called `name`_channel, `name`_queue and `name` in `group`. `limit`: requests
  /// granted and not answered.
  Arbiter(Scheduler& scheduler, unsigned ports, unsigned limit, const StatisticsGroup& group,
          const std::string& name);
  Arbiter(const Arbiter&) = delete;
  Arbiter& operator=(const Arbiter&) = delete;

  class Awaiter : public Waiter {
   public:
    Awaiter(Arbiter& arbiter, unsigned port, Journey* journey)
        : arbiter_(arbiter), port_(port), journey_(journey) {}
    bool await_ready();
    void await_suspend(std::coroutine_handle<> awaiter);
    /// When the grant was given.
    Time await_resume() const;

   private:
    friend class Arbiter;
    Arbiter& arbiter_;
    unsigned port_;
    Journey* journey_;
    Time since_ = 0;
    Time granted_ = 0;
  };

  /// `const Time granted = co_await arbiter.grant(port, journey);` then cross the channel, say
  /// `crossed`, and when the answer has come, `answered(granted)`.
  Awaiter grant(unsigned port, Journey* journey) { return Awaiter{*this, port, journey}; }
  void crossed();
  void answered(Time granted);

 private:
  bool available() const { return !crossing_ && under_way_.occupancy() < limit_; }
  void take(Time now);
  void grant_next();

  Scheduler& scheduler_;
  std::uint64_t limit_;
  std::vector<WaitList> waiting_;  // of Awaiters, by port
  std::size_t waiting_count_ = 0;
  std::size_t last_port_ = 0;
  bool crossing_ = false;
  ServerStatistics channel_;
  QueueStatistics queue_;
  QueueStatistics under_way_;
};

}  // namespace doorbell::memory
