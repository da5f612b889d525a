#include "platforms/explore/sweep/local_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/sweep/run_point.h"

namespace doorbell::sweep {
namespace {

constexpr std::chrono::milliseconds poll_interval{100};

/// Threads that each see to one process at a time. What they have to say is told to the observer by
/// the thread that called `run`.
class Workers {
 public:
  Workers(const std::vector<PointJob>& jobs, Observer& observer)
      : jobs_(jobs), observer_(observer) {}

  void run(std::size_t count) {
    start(count);
    try {
      watch();
    } catch (...) {
      stop_ = true;
      join();
      throw;
    }
    join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  using Event = std::function<void()>;

  /// As many threads as there is room for: fewer take longer, and change no result.
  void start(std::size_t count) {
    threads_.reserve(count);
    try {
      while (threads_.size() < count)
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      if (threads_.empty())
        throw InputError("process", 0, "a run", "room for one more thread", error.what());
      observer_.note(
          fmt::format("only {} of {} runs at a time: {}", threads_.size(), count, error.what()));
    }
    running_ = threads_.size();
  }

  void work() {
    try {
      for (std::size_t i = next_++; i < jobs_.size() && !stop_; i = next_++)
        run_job(jobs_[i]);
    } catch (...) {
      stop_ = true;
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
    tell([this] { --running_; });
  }

  void run_job(const PointJob& job) {
    tell([this, &job] { observer_.started(job.key); });
    const auto outcome = run_point(job.folder, [this] { return stop_.load(); });
    if (outcome) tell([this, &job, outcome = *outcome] { observer_.ended(job.key, outcome); });
  }

  void tell(Event event) {
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(std::move(event));
    }
    something_told_.notify_one();
  }

  void watch() {
    while (running_ > 0) {
      std::vector<Event> events;
      {
        std::unique_lock lock(mutex_);
        something_told_.wait_for(lock, poll_interval, [this] { return !events_.empty(); });
        events.swap(events_);
      }
      for (const Event& event : events)
        event();
      if (observer_.poll()) stop_ = true;
    }
  }

  void join() {
    for (std::thread& thread : threads_)
      thread.join();
  }

  const std::vector<PointJob>& jobs_;
  Observer& observer_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::size_t running_ = 0;  ///< Threads; counted by the watching one alone.
  std::mutex mutex_;         ///< Of all below.
  std::condition_variable something_told_;
  std::vector<Event> events_;
  std::exception_ptr error_;
};

}  // namespace

void LocalEngine::run(const std::vector<PointJob>& jobs, Observer& observer) {
  Workers(jobs, observer).run(std::min<std::size_t>(processes_, jobs.size()));
}

}  // namespace doorbell::sweep
