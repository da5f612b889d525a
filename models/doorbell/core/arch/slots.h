#pragma once

#include <coroutine>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell {

class Slots;

/// One slot in hand; gives it back when it goes out of scope.
class Slot {
 public:
  Slot() = default;
  Slot(Slots* slots, std::uint32_t index) : slots_(slots), index_(index) {}
  Slot(Slot&& other) noexcept
      : slots_(std::exchange(other.slots_, nullptr)), index_(other.index_) {}
  Slot& operator=(Slot&& other) noexcept {
    release();
    slots_ = std::exchange(other.slots_, nullptr);
    index_ = other.index_;
    return *this;
  }
  ~Slot() { release(); }

  void release();
  /// What its holder is about from now on, for those who wait.
  void relabel(Holder holder);
  std::uint32_t index() const { return index_; }
  explicit operator bool() const { return slots_ != nullptr; }

 private:
  Slots* slots_ = nullptr;
  std::uint32_t index_ = 0;
};

/// Bounded concurrency: `count` places, granted first in first out. It remembers who holds each
/// place, so that who waits can say for what, and keeps two statistics: the places as a server,
/// those who wait as a queue.
class Slots {
 public:
  /// `name` is the name of the statistics ("walkers" and "walkers_queue") in `group`.
  Slots(Scheduler& scheduler, const StatisticsGroup& group, const std::string& name,
        std::uint32_t count);
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  class Awaiter : public Waiter {
   public:
    Awaiter(Slots& slots, Holder holder, JourneyHandle journey)
        : slots_(slots), holder_(holder), journey_(journey) {}
    bool await_ready() {
      if (slots_.free_.empty()) return false;
      index_ = slots_.grant(holder_);
      return true;
    }
    void await_suspend(std::coroutine_handle<> awaiter);
    Slot await_resume() {
      if (suspended_) journey_.serve(slots_.scheduler_.now());
      return Slot{&slots_, index_};
    }

   private:
    friend class Slots;
    Slots& slots_;
    Holder holder_;
    JourneyHandle journey_;
    Time since_ = 0;
    std::uint32_t index_ = 0;
    bool suspended_ = false;
  };

  /// `Slot slot = co_await slots.acquire({"walk of page", page}, journey);`
  /// A Journey is told of the waiting, and is served when it is over.
  Awaiter acquire(Holder holder = {}, JourneyHandle journey = {}) {
    return Awaiter{*this, holder, journey};
  }

  /// One at once, or an empty Slot when all are taken. (A place that is given back goes to who
  /// waits in the same call, so that none is free while somebody waits.)
  Slot try_acquire(Holder holder = {}) {
    if (free_.empty()) return {};
    return Slot{this, grant(holder)};
  }

  std::uint32_t count() const { return static_cast<std::uint32_t>(holders_.size()); }
  std::uint32_t free() const { return static_cast<std::uint32_t>(free_.size()); }
  /// Who holds the place that was granted longest ago; nothing known when all are free.
  Holder oldest_holder() const;
  /// As a Journey names what it waits for: lives as long as this.
  const char* name() const { return name_.c_str(); }
  const ServerStatistics& server() const { return server_; }
  const QueueStatistics& queue() const { return queue_; }

 private:
  friend class Slot;
  struct Place {
    Holder holder;
    std::uint64_t grant = 0;  // 0: free; otherwise the number of the grant
  };

  std::uint32_t grant(Holder holder) {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    holders_[index] = {holder, ++grants_};
    server_.begin(scheduler_.now());
    return index;
  }
  void release(std::uint32_t index) {
    holders_[index].grant = 0;
    free_.push_back(index);
    server_.end(scheduler_.now());
    if (!waiting_.empty()) [[unlikely]]
      admit_next();
  }
  void admit_next();

  Scheduler& scheduler_;
  std::string name_;
  std::vector<Place> holders_;
  std::vector<std::uint32_t> free_;
  WaitList waiting_;  // of Awaiters
  std::uint64_t grants_ = 0;
  ServerStatistics server_;
  QueueStatistics queue_;
};

inline void Slot::relabel(Holder holder) {
  if (slots_ != nullptr) slots_->holders_[index_].holder = holder;
}

inline void Slot::release() {
  if (slots_ != nullptr) std::exchange(slots_, nullptr)->release(index_);
}

}  // namespace doorbell
