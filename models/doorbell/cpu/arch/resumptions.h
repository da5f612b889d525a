#pragma once

#include <coroutine>
#include <cstdint>
#include <vector>

#include "doorbell/core/arch/scheduler.h"

namespace doorbell::cpu {

/// When processors that execute instructions go on. They wait here, behind one waiter of the
/// scheduler's, so that a processor can ask when anything else is due: it may run up to there, but
/// needn't stop at every instruction of the others.
class Resumptions {
 public:
  explicit Resumptions(Scheduler& scheduler);

  class Awaiter {
   public:
    Awaiter(Resumptions& resumptions, Time at) : resumptions_(resumptions), at_(at) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      if (processor_ != nullptr) resumptions_.forget(processor_);
    }
    bool await_ready() const { return at_ <= resumptions_.scheduler_.now(); }
    void await_suspend(std::coroutine_handle<> processor) {
      processor_ = processor;
      resumptions_.add(processor, at_);
    }
    void await_resume() noexcept { processor_ = nullptr; }

   private:
    Resumptions& resumptions_;
    Time at_;
    std::coroutine_handle<> processor_;
  };
  /// `co_await resumptions.until(time)`; at once when that has come. Under approximate timing.
  Awaiter until(Time at) { return Awaiter{*this, at}; }

  /// When anything but a processor that waits here is due; `never` when nothing is.
  Time next_other();
  /// When the next processor goes on; `never` when none waits.
  Time next_processor() const;

 private:
  struct Turn : Waiter {
    explicit Turn(Resumptions& r);
    Resumptions& resumptions;
  };
  struct Waiting {
    Time at;
    std::coroutine_handle<> processor;
  };
  void add(std::coroutine_handle<> processor, Time at);
  void forget(std::coroutine_handle<> processor);
  void take_turn();
  void arm();

  Scheduler& scheduler_;
  std::vector<Waiting> waiting_;  ///< in the order of their times; equal ones as they came
  Turn turn_;
};

}  // namespace doorbell::cpu
